"""PostgreSQL and MariaDB on loopback for the tests: those that listen, else installed and started here.

`python -m tests.servers.databases COMMAND …` runs the command with their addresses in its environment.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from storage.database import database_url

USUAL = {
    "CRMBOT_TEST_POSTGRESQL": "postgresql://postgres@127.0.0.1:5432/postgres",
    "CRMBOT_TEST_MARIADB": "mysql://root@127.0.0.1:3306/mysql",
}
PACKAGES = {"CRMBOT_TEST_POSTGRESQL": "postgresql", "CRMBOT_TEST_MARIADB": "mariadb-server"}


def main(command: list[str]) -> int:
    with ExitStack() as stack:
        for variable, usual in USUAL.items():
            url = os.environ.get(variable, usual)
            if not version(url):
                url = stack.enter_context(STARTERS[variable]())
            if not (ran := version(url)):
                print(f"{PACKAGES[variable]} is not to be had here", file=sys.stderr)
                return 1
            print(f"{PACKAGES[variable]}: {ran}", flush=True)
            os.environ[variable] = url
        return subprocess.run(command).returncode if command else 0


def version(url: str) -> str:
    """What answers there; nothing when nobody does."""
    engine = create_engine(database_url(url), connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            return str(connection.execute(text("SELECT version()")).scalar())
    except SQLAlchemyError:
        return ""
    finally:
        engine.dispose()


def install(package: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]):
        subprocess.run(step, check=True, env=quiet, stdout=subprocess.DEVNULL)


@contextmanager
def started(command: list[str], url: str, folder: Path) -> Iterator[str]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"))
    try:
        deadline = time.monotonic() + 60
        while not version(url) and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def as_user(name: str) -> list[str]:
    """A server does not run as root."""
    return ["runuser", "-u", name, "--"] if os.geteuid() == 0 else []


def folder_of(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crmbot-"))
    if os.geteuid() == 0:
        shutil.chown(folder, name)
    return folder


@contextmanager
def postgresql() -> Iterator[str]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        install("postgresql")
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    at, port, folder = programs[-1], free_port(), folder_of("postgres")
    data = str(folder / "data")
    make = [*as_user("postgres"), f"{at}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    where = ["-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", str(folder)]
    with started(
        [*as_user("postgres"), f"{at}/postgres", *where], f"postgresql://postgres@127.0.0.1:{port}/postgres", folder
    ) as url:
        yield url


@contextmanager
def mariadb() -> Iterator[str]:
    if not shutil.which("mariadbd"):
        install("mariadb-server")
    port, folder = free_port(), folder_of("mysql")
    where = [f"--datadir={folder / 'data'}", "--no-defaults"]
    make = [*as_user("mysql"), "mariadb-install-db", where[1], where[0], "--auth-root-authentication-method=normal"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    run = [
        "mariadbd",
        where[1],
        where[0],
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder / 'socket'}",
    ]
    with started([*as_user("mysql"), *run], f"mysql://root@127.0.0.1:{port}/mysql", folder) as url:
        yield url


STARTERS: dict[str, Callable[[], "contextmanager[str]"]] = {
    "CRMBOT_TEST_POSTGRESQL": postgresql,
    "CRMBOT_TEST_MARIADB": mariadb,
}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

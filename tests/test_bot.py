"""The command line, the settings, the wheel, and what is loaded when."""

import json
import os
import re
import signal
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import bot
from crmbot.config import Settings, load
from crmbot.errors import BadInput

ROOT = Path(bot.__file__).parent
LARGE = {"pandas", "sklearn", "statsmodels", "matplotlib"}


def command(*args, said="", cwd, check=None):
    ran = subprocess.run(
        [sys.executable, str(ROOT / "bot.py"), *map(str, args)],
        input=said, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, ran.stderr
    assert check is None or ran.returncode == check, ran.stderr
    return ran


def test_parse_prints_one_object_a_line(tmp_path):
    (tmp_path / "lines.txt").write_text("won d1\n今天天气真好\n", "utf-8")
    ran = command("parse", "--lines", "lines.txt", "--json", cwd=tmp_path, check=0)
    assert [json.loads(line)["intent"] for line in ran.stdout.splitlines()] == ["deal.win", "unknown"]


def test_a_line_of_jsonl_brings_its_own_now_and_zone(tmp_path):
    asked = {"text": "new deal Acme 5k close tomorrow", "now": "2026-02-28T23:30:00", "tz": "Asia/Shanghai"}
    (tmp_path / "lines.jsonl").write_text(json.dumps(asked) + "\n", "utf-8")
    ran = command("parse", "--lines", "lines.jsonl", "--json", "--tz", "UTC", cwd=tmp_path, check=0)
    assert json.loads(ran.stdout)["slots"]["close_date"] == "2026-03-01"


def test_parsing_needs_neither_handlers_nor_storage():
    code = "import sys; from crmbot.understand.lines import parsed; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert not {"storage", "sqlmodel", "pydantic"} & set(ran.stdout.split())


def test_a_bot_that_serves_loads_neither_the_command_line_nor_what_it_may_never_need():
    code = "import sys, bot; from crmbot.config import Settings; bot.build(Settings()); print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    loaded = set(ran.stdout.split())
    assert "handlers.deals" in loaded and not {"typer", "rich", "rapidfuzz", "babel", "opencc"} & loaded


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it stays the process that read the command line")
def test_what_serves_is_the_process_that_was_started_without_docstrings(tmp_path):
    config = tmp_path / "config.toml"
    config.touch(mode=0o600)
    config.write_text('[telegram]\ntoken = "42:none"\nbase_url = "http://127.0.0.1:9/bot"\n')
    run = [sys.executable, str(ROOT / "bot.py"), "run", "--config", str(config)]
    with subprocess.Popen(run, cwd=tmp_path, stderr=subprocess.PIPE) as started:
        try:
            assert any(b"not reached" in line for line in started.stderr)  # it serves
            said = Path(f"/proc/{started.pid}/cmdline")
            if said.exists():
                words = said.read_bytes().split(b"\0")
                assert words[1] == b"-OO" and words[-3:-1] == [b"serve", bytes(config)]
        finally:
            started.send_signal(signal.SIGTERM)
    assert started.returncode == 0


def test_chat_speaks_json_through_a_pipe(tmp_path):
    said = "new deal Acme 30k\n[Won]\n新建商机 腾讯 8万\n"
    ran = command("chat", "--json", said=said, cwd=tmp_path, check=0)
    added, won, chinese = map(json.loads, ran.stdout.splitlines())
    assert added["card"] == {"title": "D1 · Acme", "facts": [["Amount", "$30,000"], ["Stage", "lead"]]}
    assert (added["buttons"], added["files"]) == (["→ qualified", "Won", "Lost", "Undo"], [])
    assert won["text"] == "D1 · Acme: won."
    assert chinese["card"]["facts"][0][1] == "$80,000"
    again = command("chat", "--json", said="open deals\n", cwd=tmp_path, check=0)
    assert json.loads(again.stdout)["text"] == "One open deal: $80,000"


def test_a_viewer_at_the_terminal_may_look_only(blank, tmp_path):
    blank(tmp_path / "crm.db")
    ran = command("chat", "--as", "eve", "--role", "viewer", "--json", said="new deal Acme\n", cwd=tmp_path, check=0)
    assert json.loads(ran.stdout)["text"] == "A viewer may not do that."


def test_run_without_a_channel_opens_the_terminal_on_a_sample_company_of_its_own(tmp_path):
    first = command("run", said="open deals\n", cwd=tmp_path, check=0)
    assert "A sample company was made" in first.stdout
    assert re.search(r"\d+ open deals: ", first.stdout)
    assert (tmp_path / "sample.db").exists() and not (tmp_path / "crm.db").exists()
    second = command("run", said="open deals\n", cwd=tmp_path, check=0)
    assert "A sample company was made" not in second.stdout
    assert re.search(r"\d+ open deals: ", second.stdout)


BAD = {
    "a role that is none": ["chat", "--role", "king"],
    "settings that are none": ["run", "--config", "bad.toml"],
    "a setting nobody knows": ["run", "--config", "unknown.toml"],
    "settings that are not there": ["chat", "--config", "none.toml"],
    "lines that are not there": ["parse", "--lines", "none.txt"],
    "a zone that is none": ["parse", "hi", "--tz", "Mars/Base"],
    "a time that is none": ["parse", "hi", "--now", "soon"],
    "a database that is none": ["members", "--config", "oracle.toml"],
    "a database that is away": ["members", "--config", "away.toml"],
    "an import of nothing": ["import", "deals", "none.csv"],
    "an import of what is no table": ["import", "cats", "cats.csv"],
    "an export of what is none": ["export", "cats"],
    "an export in no form": ["export", "deals", "--format", "pdf"],
    "a report of nothing": ["report", "cats"],
    "a picture that cannot be written": ["report", "pipeline", "--out", "nowhere/p.png"],
    "a backup over the database": ["backup", "crm.db"],
    "a restore of nothing": ["restore", "none.db"],
    "a command that is none": ["dance"],
    "an option that is none": ["worker", "--dance"],
    "a command without what it needs": ["import", "deals"],
    "a sentence that is not there": ["parse"],
    "many files for one": ["export", "all", "--out", "all.csv"],
    "an owner that is nobody": ["run", "--config", "owner.toml"],
}


@pytest.fixture
def mistaken(blank, tmp_path):
    """A folder with an empty database, its key, and files with mistakes in them."""
    blank(tmp_path / "crm.db")
    (tmp_path / "bad.toml").write_text("[telegram]\n", "utf-8")
    (tmp_path / "unknown.toml").write_text('[bot]\ncolour = "red"\n', "utf-8")
    (tmp_path / "oracle.toml").write_text('[database]\nurl = "oracle://x"\n', "utf-8")
    (tmp_path / "away.toml").write_text('[database]\nurl = "postgresql://nobody@127.0.0.1:9/none"\n', "utf-8")
    (tmp_path / "owner.toml").write_text('[access]\nowners = ["amy"]\n', "utf-8")
    (tmp_path / "cats.csv").write_text("cat\nTom\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("args", BAD.values(), ids=BAD.keys())
def test_bad_input_is_told_in_one_line_and_exits_2(args, mistaken, monkeypatch, capfd):
    """In this process: a new one for each would load every library again."""
    monkeypatch.chdir(mistaken)
    with pytest.raises(SystemExit) as ended:
        bot.cli(args)
    out, err = capfd.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1 and "Traceback" not in err, err


def test_a_process_ends_so_too(mistaken):
    ran = command("members", "--config", "oracle.toml", cwd=mistaken, check=2)
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize("kind", ["forecast", "campaign"])
def test_a_report_on_nothing_says_so_and_is_no_bad_input(kind, blank, tmp_path):
    blank(tmp_path / "crm.db")
    said = json.loads(command("report", kind, "--json", cwd=tmp_path, check=0).stdout)
    assert said["analysis"] == kind and said["text"].startswith("There ")


def test_an_invitation_is_made_and_members_are_listed(blank, tmp_path):
    blank(tmp_path / "crm.db")
    ran = command("invite", "--role", "rep", cwd=tmp_path, check=0)
    assert re.search(r"i_[\w-]{22}\b", ran.stdout)
    command("chat", said="help\n", cwd=tmp_path, check=0)
    assert "U1\tOwner\towner\tsales\tactive\tterminal:owner" in command("members", cwd=tmp_path).stdout


def test_the_example_shows_every_setting_with_its_default(tmp_path):
    example = (ROOT / "config.example.toml").read_text("utf-8")
    assert load(ROOT / "config.example.toml").model_dump() == load(tmp_path / "none.toml").model_dump()
    (tmp_path / "all.toml").write_text(re.sub(r"^# (?=\[|\w+ = )", "", example, flags=re.M), "utf-8")
    everything = load(tmp_path / "all.toml")
    for name in Settings.model_fields:
        table = getattr(everything, name)
        assert table.model_fields_set == set(type(table).model_fields) - {"key"}, name  # the key belongs elsewhere


def test_the_environment_wins_over_the_file():
    said = {"CRMBOT_BOT__LANGUAGE": "zh", "CRMBOT_TELEGRAM__TOKEN": "42:hidden", "CRMBOT_SERVICE__OPEN": "false"}
    settings = load(ROOT / "config.example.toml", said | {"CRMBOT_ACCESS__OWNERS": '["telegram:7"]', "PATH": "/"})
    assert (settings.bot.language, settings.service.open, settings.access.owners) == ("zh", False, ["telegram:7"])
    assert settings.telegram and "hidden" not in repr(settings)


def test_a_file_with_a_token_that_others_can_read_is_refused(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[telegram]\ntoken = "42:secret"\n', "utf-8")
    config.chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        load(config, {})
    config.chmod(0o600)
    assert load(config, {}).telegram


def test_a_variable_that_does_not_fit_is_named():
    with pytest.raises(BadInput, match=r"^CRMBOT_BOT__COLOUR: there is no such setting"):
        load(ROOT / "config.example.toml", {"CRMBOT_BOT__COLOUR": "red"})


WRONG = {
    '[bot]\ntimezone = "Mars/Base"': r"bad.toml: bot.timezone: 'Mars/Base' is no time zone such as Europe/London",
    '[bot]\ncolour = "red"': "bad.toml: bot.colour: there is no such setting",
    "[telegram]": "bad.toml: telegram.token: it is missing",
    "bot = 3": "bad.toml: bot: it is a table, [bot], and not a value",
}


@pytest.mark.parametrize(("words", "said"), WRONG.items())
def test_a_setting_that_does_not_fit_is_named(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(words, "utf-8")
    with pytest.raises(BadInput) as error:
        load(Path("bad.toml"), {})
    assert str(error.value) == said


def test_a_variable_is_named_as_it_is_called_and_lists_may_have_commas():
    with pytest.raises(BadInput, match=r"^CRMBOT_BOT__LANGUAGE: Input should be 'en' or 'zh'"):
        load(Path("none.toml"), {"CRMBOT_BOT__LANGUAGE": "fr"})
    with pytest.raises(BadInput, match=r"^CRMBOT_ACCESS__OWNERS: "):
        load(Path("none.toml"), {"CRMBOT_ACCESS__OWNERS": "[x"})
    said = load(Path("none.toml"), {"CRMBOT_ACCESS__OWNERS": "telegram:7, slack:T1:U1"})
    assert said.access.owners == ["telegram:7", "slack:T1:U1"]


def test_starting_the_bot_does_not_load_the_analysis_libraries(tmp_path):
    code = """if True:
        import sys, asyncio, bot
        from crmbot.config import Settings
        from storage import open_database
        settings = Settings()
        database = open_database("sqlite:///x.db")
        async def start():
            import adapters.telegram
            async with bot.running(settings, database, {}):
                pass
        asyncio.run(start())
        database.close()
        print(*sys.modules)"""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    loaded = set(ran.stdout.split())
    assert "storage.tables" in loaded and "telegram" in loaded
    assert loaded & (LARGE | {"openpyxl", "alembic.command", "slack_bolt"}) == {"alembic.command"}  # a new database


def test_the_wheel_holds_migrations_texts_and_phrases_and_runs_in_an_environment_of_its_own(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"bot.py", "crmbot/locales/en.ftl", "crmbot/locales/zh.ftl", "crmbot/understand/zh/words.toml"} <= names
    assert {"storage/migrations/versions/0001_the_first_tables.py", "storage/migrations/env.py"} <= names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)
    home = tmp_path / "home"
    venv.create(home, with_pip=False)
    [packages] = home.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    [ours] = {Path(path) for path in sys.path if path.endswith("site-packages") and Path(path).is_dir()}
    (packages / "libraries.pth").write_text(str(ours))  # the libraries are the same; the product is the wheel's alone
    ran = subprocess.run(
        [home / "bin/python", "-c", "import bot; print(bot.__file__); bot.cli(['chat', '--json'])"],
        input="new deal Acme 30k\n", cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    where, answer = ran.stdout.splitlines()
    assert str(home) in where
    assert json.loads(answer)["card"]["title"] == "D1 · Acme"

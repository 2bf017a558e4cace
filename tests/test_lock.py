"""What is installed is what was locked: every version with its hashes, and another byte in a file is refused."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_version_is_locked_with_hashes():
    lock = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if re.match(r"[a-zA-Z]", line)]
    assert len(lines) > 40
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in lock
    installs = re.findall(r"pip install .*", (ROOT / "Makefile").read_text("utf-8"))
    assert installs and all("--require-hashes" in line for line in installs if "-r requirements.lock" in line)


def test_a_file_with_one_byte_changed_is_refused(tmp_path):
    """By pip, as the Makefile calls it."""
    wheel = tmp_path / "pebble-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("pebble.py", "stone = 1\n")
        packed.writestr("pebble-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pebble\nVersion: 1.0\n")
        packed.writestr("pebble-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr("pebble-1.0.dist-info/RECORD", "")
    lock = tmp_path / "lock"
    lock.write_text(f"pebble==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert install(lock, tmp_path).returncode == 0
    wheel.write_bytes(wheel.read_bytes().replace(b"stone = 1", b"stone = 2"))
    refused = install(lock, tmp_path)
    assert refused.returncode != 0 and "DO NOT MATCH" in refused.stderr


def install(lock: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    how = ["--dry-run", "--no-deps", "--no-index", "--no-cache-dir", "--disable-pip-version-check"]
    run = [sys.executable, "-m", "pip", "install", *how, f"--find-links={folder}", "--require-hashes", "-r", str(lock)]
    return subprocess.run(run, capture_output=True, text=True, check=False)

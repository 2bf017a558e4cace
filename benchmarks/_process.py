"""What a process and its children use, as Linux tells it."""

import os
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """The process and all that came from it."""
    children: dict[int, list[int]] = {}
    for pid, fields in _stats():
        children.setdefault(int(fields[1]), []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu(root: int) -> float:
    """Seconds on a processor, user and system, of the tree; children that have ended included."""
    mine = set(tree(root))
    return sum(sum(map(int, fields[11:15])) for pid, fields in _stats() if pid in mine) / TICK


def memory(root: int) -> float:
    """MB that the tree takes, each shared page counted in parts (PSS)."""
    return sum(map(_kilobytes, tree(root))) / 1024


def loaded(root: int, packages: set[str]) -> set[str]:
    """Which of these packages has a library of its own mapped by the tree."""
    mapped = "".join((PROC / str(pid) / "maps").read_text() for pid in tree(root))
    return {package for package in packages if f"/site-packages/{package}/" in mapped}


def _kilobytes(pid: int) -> int:
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _stats() -> Iterator[tuple[int, list[str]]]:
    for place in PROC.glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text()
        except OSError:  # it has just ended
            continue
        yield int(place.name), stat.rpartition(")")[2].split()

"""`bot.py parse`: one sentence, or a file of them, as plain objects."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.errors import BadInput
from crmbot.understand import Understood, understand
from crmbot.understand.explain import explained


def parsed(
    text: str, lines: Path | None, at: str, tz: str, lang: str, clock: Callable[[], datetime], *, why: bool = False
) -> Iterator[dict[str, Any]]:
    """What `text`, or each line of the file, means; a line of a .jsonl file may bring its own now, tz and lang.

    `at` is wall-clock time in `tz` unless it has an offset. With `why` each result also says how it was read. Raises
    `BadInput` for what cannot be read.
    """
    for said in _said(lines) if lines else [{"text": text}]:
        zone = _zone(str(said.get("tz", tz)))
        now = _now(str(said.get("now", at)), zone, clock)
        words = str(said["text"])
        told = _plain(understand(words, now=now, language=str(said.get("lang", lang))))
        yield told | {"explain": explained(words, now)} if why else told


def _said(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read as UTF-8 text") from error
    if file.suffix != ".jsonl":
        yield from ({"text": line} for line in lines)
        return
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
        except ValueError as error:
            raise BadInput(f"{file}, line {number}: this is no JSON") from error
        if not isinstance(said, dict) or not isinstance(said.get("text"), str):
            raise BadInput(f'{file}, line {number}: an object with a "text" is wanted')
        yield said


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise BadInput(f"{name!r} is no time zone such as Europe/London") from error


def _now(at: str, zone: ZoneInfo, clock: Callable[[], datetime]) -> datetime:
    if not at:
        return clock().astimezone(zone)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise BadInput(f"{at!r} is no time such as 2026-11-22T12:00:00") from error
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _plain(meant: Understood) -> dict[str, Any]:
    said: dict[str, Any] = {
        "intent": meant.intent,
        "slots": meant.told,
        "confidence": round(meant.confidence, 3),
    }
    if meant.also:
        said["also"] = [{"intent": each.intent, "slots": each.told} for each in meant.also]
    return said

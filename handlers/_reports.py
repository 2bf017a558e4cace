"""Reports on the command line: what the chat would say, every figure, and the picture."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmbot.errors import BadInput, Refused
from handlers._commands import ConfigFile
from handlers._opening import DEFAULT, now, one_line, opened, settings_of

if TYPE_CHECKING:
    from crmbot.config import Settings
    from crmbot.people import Member
    from handlers._report import Report
    from storage import Store

reports = typer.Typer()
Out = Annotated[Path | None, typer.Option("--out", help="a PNG file for the picture")]
AsJson = Annotated[bool, typer.Option("--json", help="one object with every figure")]


@reports.command()
def report(
    kind: Annotated[str, typer.Argument(help="segments, forecast, csat, campaign or pipeline")],
    out: Out = None,
    as_json: AsJson = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Say what a report in the chat would say, about all records."""
    settings = settings_of(config)
    with one_line():
        made = _report(kind)
    with opened(settings) as database, database.reading() as store:
        _show(lambda: _told(kind, made, store, settings), settings.bot.language, out, as_json=as_json)


@reports.command()
def analyse(
    file: Annotated[Path, typer.Argument(help="a CSV or XLSX: customers, sales, scores, or marketing")],
    out: Out = None,
    as_json: AsJson = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """Give a bare file the analysis that fits its columns; no database is needed."""
    language = settings_of(config).bot.language
    from handlers._bare import analysed, read_table

    with one_line():
        try:
            data = file.read_bytes()
        except OSError as error:
            raise BadInput(f"{file}: {error.strerror}") from error
    _show(lambda: analysed(read_table(file.name, data), language, file=file.name), language, out, as_json=as_json)


def _told(kind: str, made: "Callable[[Store, Member], Report]", store: "Store", settings: "Settings") -> "Report":
    """Nothing was asked for wrongly where there is too little to go on yet: that is what there is to say."""
    from crmbot.reply import Reply
    from handlers._report import Report

    try:
        return made(store, _anybody(settings))
    except Refused as no:
        return Report(kind, {}, Reply(no.text))


def _report(kind: str) -> "Callable[[Store, Member], Report]":
    from handlers.campaigns import AllCampaigns, campaigns
    from handlers.forecast import AskForecast, forecast
    from handlers.pipeline import AskPipeline, pipeline
    from handlers.satisfaction import AskSatisfaction, satisfaction
    from handlers.segments import AskSegments, segments

    known: dict[str, Callable[[Store, Member], Report]] = {
        "forecast": lambda store, member: forecast(AskForecast(), member, store, now()),
        "segments": lambda store, member: segments(AskSegments(), member, store, now()),
        "csat": lambda store, member: satisfaction(AskSatisfaction(period="quarter"), member, store, now()),
        "campaign": lambda store, member: campaigns(AllCampaigns(), member, store, now()),
        "pipeline": lambda store, member: pipeline(AskPipeline(), member, store, now(), drawn=True),
    }
    if kind not in known:
        raise BadInput(f"{kind} is none of {', '.join(known)}")
    return known[kind]


def _anybody(settings: "Settings") -> "Member":
    """Whoever may start the bot may see everything."""
    from crmbot.people import Member, Role

    bot = settings.bot
    return Member(0, "", Role.OWNER, "", bot.language, bot.timezone, bot.currency)


def _show(made: "Callable[[], Report]", language: str, out: Path | None, *, as_json: bool) -> None:
    from crmbot.words import say

    with one_line():
        try:
            report = made()
        except Refused as no:
            raise BadInput(" ".join(say(no.text, language).split())) from no
        words, chart = say(report.reply.text, language), report.reply.chart
        if out and not chart:
            raise BadInput(f"there is no picture to write to {out}: {words.splitlines()[0]}")
        if out and chart:
            try:
                out.write_bytes(chart.png)
            except OSError as error:
                raise BadInput(f"{out}: {error.strerror}") from error
    if as_json:
        json.dump({"analysis": report.analysis, **report.figures, "text": words}, sys.stdout, ensure_ascii=False)
        print()
    else:
        print(words)

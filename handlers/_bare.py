"""A file of figures that nobody has explained: read, given the analysis that fits, and said in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmbot.analysis.periods import moved
from crmbot.errors import Refused
from crmbot.reply import Button, Chart, Reply, Text, lines, text, verbatim
from crmbot.words import say
from handlers._analysis_words import (
    drivers_chart,
    effects_chart,
    figure,
    said_drivers,
    said_effects,
    said_segments,
    segments_chart,
)
from handlers._periods import say_start
from handlers._report import Report
from storage.files import BadFile, Sheet, sheet_of

if TYPE_CHECKING:
    from crmbot.analysis._series import Series
    from crmbot.analysis.bare import Analysed
    from crmbot.analysis.forecast import Forecast

BIGGEST = 5_000_000  # bytes of a file


def read_table(name: str, data: bytes) -> Sheet:
    """A CSV or XLSX, in whatever encoding it comes. Raises `Refused`."""
    if len(data) > BIGGEST:
        raise Refused(text("file-too-big", megabytes=BIGGEST // 1_000_000))
    try:
        return sheet_of(Path(name), data)
    except BadFile as error:
        raise Refused(error.text) from error


def analysed(sheet: Sheet, language: str, wanted: str = "", *, file: str = "") -> Report:
    """What the analysis that fits, or that is `wanted`, finds in a table called `file`. Raises `Refused`."""
    from crmbot.analysis.bare import analyse, fits  # in the worker alone

    headers, cells = _headed(sheet)
    rows = [dict(zip_longest(headers, row[: len(headers)], fillvalue="")) for row in cells]
    fit = next((each for each in fits(rows, file=file) if each.analysis == wanted), None)
    found = analyse(rows, file=file, fit=fit)
    if found is None:
        raise Refused(text("file-nothing"))
    said = [_intro(found), *_said(found), *_doubts(found, headed=headers == sheet.headers)]
    reply = Reply(lines(*said), chart=_chart(found, language, len(rows)))
    return Report(found.fit.analysis, _figures(found, len(rows)), reply)


def _headed(sheet: Sheet) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Names of the columns and the rows; without headings, the letters that a spreadsheet calls columns by."""
    from crmbot.analysis._fits import is_row

    cells = [row for _, row in sheet.rows]
    if not is_row(sheet.headers, cells):
        return sheet.headers, cells
    from openpyxl.utils import get_column_letter

    return [get_column_letter(at + 1) for at in range(len(sheet.headers))], [sheet.headers, *cells]


def _doubts(found: "Analysed", *, headed: bool) -> Iterator[Text]:
    """What in the file could not be taken as it should."""
    if found.fit.disordered:
        yield text("file-disordered", column=found.fit.disordered)
    if found.unread:
        yield text("file-unread-cells", count=found.unread)
    if not headed:
        yield text("file-headless")


def other_buttons(report: Report, file: str) -> tuple[Button, ...]:
    """The analyses that fit too, each a press away."""
    return tuple(
        Button(text("button-analysis", analysis=each), "file.again", {"file": file, "analysis": each})
        for each in report.figures["others"]
    )


def _intro(found: "Analysed") -> Text:
    columns = ", ".join(found.fit.columns[:6])
    return text("file-analysis", analysis=found.fit.analysis, columns=columns)


def _said(found: "Analysed") -> Sequence[Text]:
    result: Any = found.result
    match found.fit.analysis:
        case "segments":
            return said_segments(result)
        case "csat":
            return said_drivers(result)
        case "campaign":
            return said_effects(result)
        case _:
            return _said_forecast(result, found)


def _said_forecast(found: "Forecast", analysed: "Analysed") -> list[Text]:
    """In the file's own unit and periods."""
    if not found.mean:
        return [text("file-nothing")]
    steps = zip(_coming(found, analysed.series), found.mean, found.lower80, found.upper80, strict=True)
    said = [
        text("file-step", step=step, mean=figure(mean), low=figure(low), high=figure(high))
        for step, mean, low, high in steps
    ]
    return [*said, said_method(found, len(analysed.series.values) if analysed.series else 0)]


def _coming(found: "Forecast", series: "Series | None") -> list[Text]:
    """What each period to come is called: by its date, where the file has dates."""
    if series is None or series.unit == "row" or not series.starts:
        return [text("file-period", step=step) for step in range(1, len(found.mean) + 1)]
    return [say_start(series.unit, moved(series.starts[-1], series.unit, at + 1)) for at in range(len(found.mean))]


def said_method(found: "Forecast", periods: int) -> Text:
    """How it was found, in the words of the trade: people ask for ARIMA by name."""
    if found.reason == "constant":
        return text("forecast-constant", count=periods)
    if found.error is None or found.naive_error is None:
        return text("forecast-few", count=periods)
    error, naive = round(100 * found.error), round(100 * found.naive_error)
    if found.reason == "naive wins":
        return text("forecast-naive", order=found.order, naive=naive)
    return text("forecast-method", order=found.order, error=error, naive=naive)


def _chart(found: "Analysed", language: str, rows: int) -> Chart | None:
    result: Any = found.result
    match found.fit.analysis:
        case "segments":
            return segments_chart(result, found.features, language)
        case "csat":
            return drivers_chart(result, language)
        case "campaign":
            return effects_chart(result, language)
        case _:
            return _forecast_chart(result, found, language) if result.mean else None


def _forecast_chart(found: "Forecast", analysed: "Analysed", language: str) -> Chart:
    from crmbot.analysis.forecast_chart import forecast_chart

    series = analysed.series
    assert series
    title = text(
        "file-forecast", column=analysed.fit.target or "", steps=len(found.mean), total=figure(sum(found.mean))
    )
    dated = series.starts if series.unit != "row" else ()
    known = [say(say_start(series.unit, start), language) for start in dated if series.unit != "row"]
    known = known or [str(at + 1) for at in range(len(series.values))]
    ahead = _coming(found, series) if dated else [verbatim(f"+{step + 1}") for step in range(len(found.mean))]
    labels = [*known, *(say(each, language) for each in ahead)]
    note = say(said_method(found, len(series.values)), language)
    png = forecast_chart(
        series.values, found, title=say(title, language), labels=labels, currency=None, language=language, note=note
    )
    return Chart("forecast", png, title)


def _figures(found: "Analysed", rows: int) -> dict[str, Any]:
    fit = found.fit
    return {
        "rows": rows,
        "columns": list(fit.columns),
        "target": fit.target,
        "terms": list(fit.terms),
        "others": [each.analysis for each in found.others],
        **{name: plain(value) for name, value in _result(found).items()},
    }


def _result(found: "Analysed") -> Mapping[str, Any]:
    """All that was found, but not which group each of a million rows is in."""
    result = asdict(found.result)
    if "labels" in result:
        result["labels"] = result["labels"][:10_000]
        result["ids"] = [str(each) for each in found.result.ids[:10_000]]  # type: ignore[union-attr]  # segments have them
    return result


def plain(value: Any) -> Any:
    """As JSON has it: figures of numpy, tuples and keys that are no words."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)

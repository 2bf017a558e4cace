"""Groups, drivers and effects in sentences: always with how many and how sure, and never more than was seen."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from crmbot.money import Money, minor_digits
from crmbot.reply import Chart, Text, text, verbatim

if TYPE_CHECKING:  # they load scikit-learn, which only the worker has
    from crmbot.analysis.campaign import Effect, Effects, Measured, Warned
    from crmbot.analysis.csat import Driver, Drivers
    from crmbot.analysis.interval_chart import Interval
    from crmbot.analysis.segments import Group, Moves, Outlier, Segments

KINDS = ("champions", "loyal", "big spenders", "new", "regulars", "at risk", "slipping", "lost")
ODD = "one of a kind"
NAMED = 3
SURE = 1.96  # errors that an effect is from nothing when it is sure
MANY = 10  # times the rows there are: more is no use to hear of
FEATURES = ("recency", "frequency", "monetary", "tickets", "satisfaction")


def said_segments(
    found: "Segments", currency: str | None = None, names: Mapping[Hashable, str] | None = None
) -> tuple[Text, ...]:
    """`names` says how a row's id is called; amounts are minor units of `currency` where there is one."""
    called = names or {}
    return tuple(_segments(found, currency, called))


def _segments(found: "Segments", currency: str | None, names: Mapping[Hashable, str]) -> Iterator[Text]:
    rows = len(found.ids)
    if found.reason and found.method != "rfm" and found.count <= 1:
        yield text("segments-none", reason=found.reason.replace(" ", "-"), rows=rows, missing=found.missing)
    else:
        yield text("segments-found", method=found.method, count=found.count, rows=rows, score=_score(found))
        if not found.clear and found.method != "rfm":
            yield text("segments-unclear")
        for group in sorted(found.groups, key=lambda group: -(group.value or 0)):
            yield _group(group, currency, names, nameless=isinstance(found.ids, range))
    if found.outliers:
        odd = [_outlier(each, currency, names) for each in found.outliers[:NAMED]]
        yield text("segments-odd", count=len(found.outliers), examples=listed(odd))


def _score(found: "Segments") -> str:
    return figure(found.score, digits=2)


def _group(group: "Group", currency: str | None, names: Mapping[Hashable, str], *, nameless: bool) -> Text:
    """`nameless`: rows are only numbered, so nobody would know one of them."""
    known = "" if nameless else " · ".join(names.get(id, str(id)) for id in group.known)
    needs = _needs(group)
    return text(
        "segment-line",
        name=segment_name(group.name),
        size=group.size,
        share=round(100 * group.share),
        known=text("segment-known", known=known) if known else verbatim(""),
        worth=text("segment-worth", value=_whole(group.value, currency)) if group.value is not None else verbatim(""),
        tickets=_center(group, "tickets", text("segment-tickets", count=_number(group.center.get("tickets", 0)))),
        score=_center(group, "satisfaction", text("segment-score", score=figure(group.center.get("satisfaction", 0)))),
        needs=text("segment-needs", needs=needs) if needs else verbatim(""),
    )


def _center(group: "Group", feature: str, words: Text) -> Text:
    """`words` where the feature is known of the group's middle, and not nothing."""
    value = group.center.get(feature, 0.0)
    return words if value and value == value else verbatim("")


def _number(value: float) -> int | str:
    """A whole one as such: languages count it."""
    return int(value) if value == value and float(value).is_integer() else figure(value)


def _needs(group: "Group") -> Text | None:
    """What to do about a kind of customer, and what they have more of than others."""
    advice = text("segment-advice", name=group.name.replace(" ", "-")) if group.name in KINDS else None
    if not group.themes:
        return advice
    theme = group.themes[0]
    word = text("category", category=theme.word) if theme.feature == "category" else theme.word
    said = text(
        "segment-theme",
        feature=theme.feature,
        word=word,
        share=round(100 * theme.share),
        overall=round(100 * theme.overall),
    )
    return text("one-more-sentence", first=advice, second=said) if advice else said


def segment_name(name: str) -> Text:
    """A group's name as the reader says it: a kind of customer, or "high amount, low visits"."""
    if name in KINDS or name in ("everyone", "typical", ODD):
        return text("segment-name", name=name.replace(" ", "-"))
    traits = [part.split(" ", 1) for part in name.split(", ")]
    if all(len(part) == 2 and part[0] in ("high", "low") for part in traits):
        return listed([text("segment-trait", level=level, feature=feature) for level, feature in traits])
    return verbatim(name)


def _outlier(each: "Outlier", currency: str | None, names: Mapping[Hashable, str]) -> Text:
    known = each.feature in FEATURES
    return text(
        "segment-outlier",
        who=names.get(each.id, str(each.id)),
        feature=text("feature", name=each.feature) if known else each.feature,
        value=amount(each.value, currency) if each.feature == "monetary" else figure(each.value),
    )


def said_moves(moves: "Moves", names: Mapping[Hashable, str] | None = None) -> tuple[Text, ...]:
    """Who is in another group than last time."""
    called = names or {}
    if not (moves.moved or moves.joined or moves.left):
        return (text("segments-same"),)
    moved = [
        text("segment-move", who=called.get(id, str(id)), before=segment_name(before), now=segment_name(now))
        for id, (before, now) in list(moves.moved.items())[:NAMED]
    ]
    counts = text("segments-moved", moved=len(moves.moved), joined=len(moves.joined), left=len(moves.left))
    return (counts, *moved)


def said_drivers(found: "Drivers") -> tuple[Text, ...]:
    return tuple(_drivers(found))


def _drivers(found: "Drivers") -> Iterator[Text]:
    if found.accuracy is None or found.majority is None:
        yield text("drivers-none", reason=found.reason.replace(" ", "-"), answers=found.answers, missing=found.missing)
        return
    right, guess = round(100 * found.accuracy), round(100 * found.majority)
    if not found.found:
        yield text("drivers-not-found", answers=found.answers, right=right, guess=guess)
        return
    worst, *_, best = found.classes
    for driver in found.drivers:
        if driver.sure:
            yield _driver(driver, worst, best)
    yield text("drivers-basis", answers=found.answers, right=right, guess=guess)
    yield text("goes-with")


def _driver(driver: "Driver", worst: str, best: str) -> Text:
    return text(
        "driver-line",
        what=driver_words(driver),
        times=figure(driver.odds, digits=2),
        lower=figure(driver.lower95, digits=2),
        upper=figure(driver.upper95, digits=2),
        worst=text("score-class", name=worst, words=worst),
        best=text("score-class", name=best, words=best),
    )


def driver_words(driver: "Driver") -> Text:
    """What changes: "waited from 0.9 to 4.1", "kind complaint instead of enquiry"."""
    if driver.level is not None:
        return _instead(driver)
    if (driver.low, driver.high) == (0, 1):
        return text("yes-instead-of-no", name=driver.name)
    return text("from-to", name=driver.name, low=figure(driver.low or 0), high=figure(driver.high or 0))


def _instead(term: "Driver | Effect") -> Text:
    level, against = (verbatim(each) if each else text("level-empty") for each in (term.level, term.against))
    return text("instead-of", name=term.name, level=level, against=against)


def said_effects(found: "Effects") -> tuple[Text, ...]:
    return tuple(_effects(found))


def _effects(found: "Effects") -> Iterator[Text]:
    if found.reason:
        yield text("effects-none", reason=found.reason.replace(" ", "-"), rows=found.rows, missing=found.missing)
        return
    for effect in found.effects:
        lasting = found.carry.get(effect.name)
        yield _effect(effect, found.target, at_most=lasting is not None and lasting.half is not None)
        if lasting and lasting.half is not None:
            yield text("effect-wears-off", name=effect.name, half=figure(lasting.half))
        if lasting and lasting.theta:
            yield text("effect-lasts", name=effect.name, share=round(100 * lasting.theta))
    explained = round(100 * found.r_squared)
    held = "yes" if found.controls else "no"
    yield text("effects-basis", rows=found.rows, explained=explained, target=found.target, held=held)
    for warned in found.warnings:
        yield _warned(warned)
    yield from _needed(found)
    yield text("not-the-cause")


def _needed(found: "Effects") -> Iterator[Text]:
    """What it would take to tell the largest effect that is not sure, if it is what it seems to be."""
    unsure = [each for each in found.effects if not each.sure and each.coefficient and each.robust_error]
    if not unsure:
        return
    nearest = min(unsure, key=lambda each: each.robust_error / abs(each.coefficient))
    times = (SURE * nearest.robust_error / abs(nearest.coefficient)) ** 2
    more = ceil(found.rows * (times - 1))
    what = _what(nearest)
    yield text("effects-more", what=what, more=max(more, 1)) if times <= MANY else text("effects-hardly", what=what)


def _what(effect: "Effect", *, at_most: bool = False) -> Text:
    if effect.level is not None:
        return _instead(effect)
    return text("as-much", name=effect.name) if at_most else text("one-more", name=effect.name)


def _effect(effect: "Effect", target: str, *, at_most: bool = False) -> Text:
    return text(
        "effect-line",
        sure="yes" if effect.sure else "no",
        what=_what(effect, at_most=at_most),
        change=figure(effect.coefficient, signed=True),
        target=target,
        lower=figure(effect.lower95, signed=True),
        upper=figure(effect.upper95, signed=True),
    )


def _warned(warned: "Warned") -> Text:
    return text(
        "effects-warned",
        kind=warned.kind.replace(" ", "-"),
        name=warned.name,
        other=text("control", name=warned.other) if warned.other in ("trend", "season") else warned.other,
        value=figure(warned.value, digits=2),
    )


def said_measured(found: "Measured", campaign: str, currency: str) -> Text:
    """The difference that leaving a random group out has shown, for one customer."""
    whole = 10 ** minor_digits(currency)
    change, lower, upper = (
        figure(each / whole, signed=True) for each in (found.difference, found.lower95, found.upper95)
    )
    return text(
        "effect-measured",
        campaign=campaign,
        currency=currency,
        change=change,
        lower=lower,
        upper=upper,
        reached=found.reached,
        out=found.left_out,
    )


def amount(value: float, currency: str | None) -> Text:
    return text("value", value=Money(round(value), currency)) if currency else verbatim(figure(value))


def _whole(value: float, currency: str | None) -> Text:
    """Without cents, which a sum of years does not need."""
    one = 10 ** minor_digits(currency) if currency else 1
    return amount(round(value / one) * one, currency)


def figure(value: float, *, digits: int = 3, signed: bool = False) -> str:
    """To so many digits, with separators and a real minus: 0.0458, 1,234, −3.1."""
    size = abs(value)
    if size >= 1000 or size < 1e-12:
        said = f"{size:,.0f}"
    else:
        places = max(0, digits - 1 - floor(log10(size)))
        said = f"{size:.{places}f}".rstrip("0").rstrip(".") if places else f"{size:.0f}"
    sign = "−" if value < 0 and said.strip("0.") else "+" if signed else ""
    return sign + said


def listed(texts: Sequence[Text]) -> Text:
    """Some things after one another, with what the language puts between them."""
    first, *others = texts
    for each in others:
        first = text("and-also", first=first, second=each)
    return first


# Pictures: only the worker can draw them


def segments_chart(found: "Segments", features: object, language: str, currency: str | None = None) -> Chart | None:
    """Where the groups lie; none where there is nothing to tell apart."""
    from crmbot.analysis.segment_chart import segment_chart

    if not found.features or not found.groups:
        return None
    count = text("segments-found", method=found.method, count=found.count, rows=len(found.ids), score=_score(found))
    title, note = _finding(found, count)
    names = {group.name: segment_name(group.name) for group in found.groups}
    names |= {name: text("feature", name=name) for name in found.features if name in FEATURES}
    return segment_chart(found, features, title=title, names=names, language=language, currency=currency, note=note)


def _finding(found: "Segments", count: Text) -> tuple[Text, Text | None]:
    """The group that is worth most, where worth is known; else how many groups there are."""
    worth = sum(group.value or 0 for group in found.groups)
    if not found.clear and found.method != "rfm":
        return text("segments-none", reason="no-clear-groups", rows=len(found.ids), missing=0), None
    if worth <= 0:
        return count, None
    best = max(found.groups, key=lambda group: group.value or 0)
    share, of = round(100 * best.share), round(100 * (best.value or 0) / worth)
    return text("segments-chart", name=segment_name(best.name), share=share, worth=of), count


def drivers_chart(found: "Drivers", language: str) -> Chart | None:
    from crmbot.analysis.interval_chart import Interval, interval_chart

    if not found.found:
        return None
    rows = [
        Interval(driver_words(each), each.odds, each.lower95, each.upper95, f"× {figure(each.odds, digits=2)}")
        for each in found.drivers
    ]
    sides = (text("odds-lower"), text("odds-higher"))
    note = text("drivers-chart-note", answers=found.answers)
    title = text("drivers-chart", what=driver_words(found.drivers[0]), times=figure(found.drivers[0].odds, digits=2))
    return interval_chart("drivers.png", title, rows, nothing=1, sides=sides, language=language, note=note)


def effects_chart(found: "Effects", language: str) -> Chart | None:
    """Each column of figures from its lower to its upper quartile, so that they can be compared."""
    from crmbot.analysis.interval_chart import interval_chart

    if found.reason or not found.effects:
        return None
    rows = [_stepped(each) for each in found.effects]
    sides = (text("target-less", target=found.target), text("target-more", target=found.target))
    strongest = max(found.effects, key=lambda each: abs(each.coefficient / (each.robust_error or 1)))
    title = _effect(strongest, found.target)
    note = text("effects-chart-note", rows=found.rows)
    return interval_chart("effects.png", title, rows, nothing=0, sides=sides, language=language, note=note)


def _stepped(effect: "Effect") -> "Interval":
    from crmbot.analysis.interval_chart import Interval

    if effect.level is not None:
        what = _instead(effect)
    else:
        what = text("from-to", name=effect.name, low=figure(effect.low), high=figure(effect.high))
    by = effect.high - effect.low
    said = figure(effect.coefficient * by, signed=True)
    return Interval(what, effect.coefficient * by, effect.lower95 * by, effect.upper95 * by, said)

"""Campaigns: begin one, log what it spends and brings, and see which of it goes with sales."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from crmbot.errors import Refused
from crmbot.intents import Amount, Slots, Which, intent, job
from crmbot.money import Money, canonical, minor_digits
from crmbot.people import Member, Permission
from crmbot.qr import qr
from crmbot.reply import Button, Card, Chart, Day, Finished, Later, Reply, Table, Text, lines, text, verbatim
from crmbot.words import say
from handlers._analysis_words import effects_chart, said_effects, said_measured
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, say_period, span
from handlers._report import NOTHING, Report, plain_sums, said_sums
from handlers._time import today
from handlers.undo import undo_button
from storage import Campaign, CampaignResult, Store

if TYPE_CHECKING:
    from crmbot.analysis.campaign import Effects

Metric = Literal["spend", "revenue", "sent", "opens", "clicks", "leads", "orders"]


class AddCampaign(Slots):
    title: str
    category: Literal["market", "product", "channel"] = "market"
    product: str | None = None
    source: str | None = None
    amount: Amount | None = None
    close_date: date | None = None


class LogFigure(Slots):
    campaign: Which[Campaign]
    metric: Metric
    amount: Amount | None = None
    count: int | None = None
    when: str | None = None


class OneCampaign(Slots):
    campaign: Which[Campaign]


class ListCampaigns(Paged):
    pass


class AllCampaigns(Slots):
    period: Period | None = None  # None: all that there was
    offset: int = 0
    alone: bool = False


class AskCampaigns(AllCampaigns):
    campaign: Which[Campaign] | None = None


@intent("campaign.add", needs=Permission.WRITE_CAMPAIGNS)
def add_campaign(slots: AddCampaign, member: Member, store: Store, now: datetime) -> Reply:
    product = store.product_called(slots.product) if slots.product else None
    budget = slots.amount
    campaign = store.campaigns.add(
        Campaign(
            title=slots.title[:191],
            name_key="",
            category="product" if product else "channel" if slots.source else slots.category,
            product_id=product,
            channel=slots.source and slots.source[:64],
            budget=budget.minor if budget else None,
            currency=budget.currency if budget else None,
            starts_on=today(now, member),
            ends_on=slots.close_date,
            created_at=now,
        )
    )
    words = text("campaign-added", ref=campaign.ref, title=campaign.title)
    return Reply(words, _card(campaign, member, store, now), buttons=(undo_button(store),))


@intent("campaign.log", needs=Permission.WRITE_CAMPAIGNS)
def log_figure(slots: LogFigure, member: Member, store: Store, now: datetime) -> Reply:
    money = slots.metric in ("spend", "revenue")
    if (slots.amount is None) if money else (slots.count is None):
        raise Refused(text("campaign-how-much", metric=slots.metric))
    day = date.fromisoformat(slots.when[:10]) if slots.when else today(now, member)
    store.campaigns.log(
        slots.campaign, slots.metric, day, money=slots.amount if money else None, count=None if money else slots.count
    )
    words = text("campaign-logged", ref=slots.campaign.ref, title=slots.campaign.title)
    return Reply(words, _card(slots.campaign, member, store, now), buttons=(undo_button(store),))


@intent("campaign.close", needs=Permission.WRITE_CAMPAIGNS)
def close_campaign(slots: OneCampaign, member: Member, store: Store, now: datetime) -> Reply:
    slots.campaign.ends_on = today(now, member)
    words = text("campaign-closed", ref=slots.campaign.ref, title=slots.campaign.title)
    return Reply(words, _card(slots.campaign, member, store, now), buttons=(undo_button(store),))


@intent("campaign.link", needs=Permission.WRITE_CAMPAIGNS)
def link_campaign(slots: OneCampaign, store: Store) -> Reply:
    """Who opens the chat by it came from this campaign, and so do their deals."""
    campaign = slots.campaign
    code = store.campaigns.code_of(campaign)
    if not (address := store.codes.address("telegram")):
        return Reply(text("campaign-code", title=campaign.title, code=code))
    link = f"{address}?start={code}"
    return Reply(
        text("campaign-link", title=campaign.title, link=link),
        chart=qr(campaign.ref, link, text("qr-of", what=campaign.ref)),
    )


@intent("campaign.list", needs=Permission.READ_CAMPAIGNS)
def list_campaigns(slots: ListCampaigns, member: Member, store: Store, now: datetime) -> Reply:
    found = store.campaigns.listed()
    day = today(now, member)
    running = sum(1 for each in found if each.ends_on is None or each.ends_on >= day)
    page = found[slots.skip : slots.skip + A_PAGE]
    buttons = tuple(Button(verbatim(each.label), "campaign.report", {"ref": each.ref}) for each in page)
    reply = Reply(text("campaigns-listed", count=len(found), running=running), buttons=buttons)
    return paged(reply, "campaign.list", slots, shown=len(page), count=len(found))


@intent("campaign.report", needs=Permission.READ_CAMPAIGNS)
def report_campaigns(slots: AskCampaigns, member: Member, store: Store, now: datetime) -> Reply | Later:
    """One campaign's own figures are there at once; what goes with sales is worked out from all of them."""
    if slots.campaign is None:
        return Later("campaigns", slots.model_dump(exclude={"campaign"}))
    words = _of(slots, text("campaign-shown", ref=slots.campaign.ref), member, now)
    return Reply(words, _card(slots.campaign, member, store, now, _days(slots, member, now)))


@job("campaigns")
def find_effects(slots: AllCampaigns, member: Member, store: Store, now: datetime) -> Finished:
    return campaigns(slots, member, store, now).finished


def campaigns(slots: AllCampaigns, member: Member, store: Store, now: datetime) -> Report:
    rows = store.campaigns.listed()
    if not rows:
        raise Refused(text("campaigns-listed", count=0, running=0))
    results = store.campaigns.results([each.id for each in rows if each.id], member, _days(slots, member, now))
    if slots.period and not (rows := [each for each in rows if each.id in results]):
        raise Refused(_of(slots, text("campaigns-quiet"), member, now))
    found = _effects(store, member.language)
    currency = store.main_currency() or member.currency or "USD"
    measured = _measured(rows, currency, member, store)
    compared = _of(slots, text("campaigns-compared", count=len(rows)), member, now)
    effects = text("campaigns-effects-ever") if slots.period else None
    words = lines(compared, *measured, *((effects,) if effects else ()), *said_effects(found))
    table = _table([(each, results[each.id or 0]) for each in rows[:A_PAGE]])
    chart: Chart | None = effects_chart(found, member.language)
    figures = {
        "campaigns": [_figures(each, results[each.id or 0]) for each in rows],
        "effects": _plain(found),
    }
    return Report("campaign", figures, Reply(words, None, table, chart))


def _days(slots: AllCampaigns, member: Member, now: datetime) -> tuple[date, date] | None:
    return span(slots.period, slots.offset, today(now, member), slots.alone) if slots.period else None


def _of(slots: AllCampaigns, words: Text, member: Member, now: datetime) -> Text:
    if not slots.period:
        return words
    period = say_period(slots.period, slots.offset, today(now, member), slots.alone)
    return text("in-period", period=period, words=words)


def _measured(rows: Sequence[Campaign], currency: str, member: Member, store: Store) -> Iterator[Text]:
    """Of campaigns that left a random group out: the only ones whose effect is seen and not guessed at."""
    from crmbot.analysis.campaign import measured  # in the worker alone

    compared = store.campaigns.compared(currency, member)
    for each in rows:
        reached, out = compared.get(each.id or 0, ((), ()))
        if found := measured(reached, out):
            yield said_measured(found, each.label, currency)


def _effects(store: Store, language: str) -> "Effects":
    """Revenue, or leads where no revenue is logged, on spend and channel, in whole units and called as people do."""
    from crmbot.analysis.campaign import effects  # in the worker alone

    currency = store.campaigns.currency()
    one = 10 ** minor_digits(currency) if currency else 1
    daily = list(store.campaigns.daily(currency))
    target = "revenue" if any("revenue" in each.figures for each in daily) else "leads"
    names = {
        "spend": say(text("campaign-column", column="spend"), language),
        "channel": say(text("campaign-column", column="channel"), language),
        target: say(text("campaign-column", column=target), language),
    }
    rows = [
        {
            "day": each.day,
            names["spend"]: each.figures.get("spend", 0) / one,
            names["channel"]: each.channel or NOTHING,
            names[target]: each.figures[target] / (one if target == "revenue" else 1),
        }
        for each in daily
        if target in each.figures
    ]
    channels = {row[names["channel"]] for row in rows}
    terms = [names["spend"], *([names["channel"]] if len(channels) > 1 else [])]
    return effects(rows, names[target], terms, time="day" if rows else None)


def _card(
    campaign: Campaign, member: Member, store: Store, now: datetime, days: tuple[date, date] | None = None
) -> Card:
    assert campaign.id
    day = today(now, member)
    result = store.campaigns.results([campaign.id], member, days).get(campaign.id) or CampaignResult()
    facts: list[tuple[Text, Text]] = []
    if campaign.budget is not None and campaign.currency:
        budget = text("value", value=Money(campaign.budget, campaign.currency))
        facts.append((text("campaign-column", column="budget"), budget))
    if campaign.channel:
        facts.append((text("campaign-column", column="channel"), verbatim(campaign.channel)))
    for metric, sums in sorted(result.sums.items(), reverse=True):
        facts.append((text("campaign-column", column=metric), verbatim(said_sums(sums))))
    for metric, number in sorted(result.counts.items()):
        facts.append((text("campaign-column", column=metric), verbatim(f"{number:,}")))
    facts.append((text("campaign-column", column="won"), verbatim(f"{result.won} ({said_sums(result.gained)})")))
    if result.came:
        facts.append((text("campaign-column", column="came"), verbatim(f"{result.came:,}")))
    for column, times in (("per-lead", result.counts.get("leads", 0)), ("per-deal", result.won)):
        if times and result.sums["spend"]:
            facts.append((text("campaign-column", column=column), verbatim(_each(result.sums["spend"], times))))
    if campaign.ends_on:
        facts.append((text("campaign-column", column="until"), text("day", day=Day(campaign.ends_on, day))))
    return Card(campaign.ref, campaign.label, tuple(facts))


def _each(spend: Mapping[str, int], times: int) -> str:
    return said_sums({currency: round(minor / times) for currency, minor in spend.items()})


def _table(rows: Sequence[tuple[Campaign, CampaignResult]]) -> Table:
    columns = (
        text("campaign-column", column="campaign"),
        text("campaign-column", column="spend"),
        text("campaign-column", column="per-lead"),
        text("campaign-column", column="per-deal"),
    )
    return Table(columns, tuple(_row(campaign, result) for campaign, result in rows))


def _row(campaign: Campaign, result: CampaignResult) -> tuple[Text, ...]:
    spend, leads = result.sums["spend"], result.counts.get("leads", 0)
    per = [_each(spend, times) if times and spend else NOTHING for times in (leads, result.won)]
    return (verbatim(campaign.label), verbatim(said_sums(spend)), *map(verbatim, per))


def _figures(campaign: Campaign, result: CampaignResult) -> dict[str, Any]:
    budget = Money(campaign.budget, campaign.currency) if campaign.budget is not None and campaign.currency else None
    return {
        "ref": campaign.ref,
        "title": campaign.title,
        "category": campaign.category,
        "channel": campaign.channel,
        "budget": canonical(budget) if budget else None,
        "currency": campaign.currency,
        "counts": result.counts,
        "came": result.came,
        "sums": {metric: plain_sums(sums) for metric, sums in result.sums.items()},
        "won": result.won,
        "gained": plain_sums(result.gained),
    }


def _plain(found: "Effects") -> dict[str, Any]:
    return {
        "target": found.target,
        "rows": found.rows,
        "reason": found.reason,
        "missing": found.missing,
        "coefficients": found.coefficients,
        "intervals": {name: list(each) for name, each in found.intervals.items()},
        "r_squared": found.r_squared,
        "vif": found.vif,
        "warnings": [each.kind for each in found.warnings],
    }

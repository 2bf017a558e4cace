"""Deals: add one, look at it, list them, move them through the stages, win or lose them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from crmbot.errors import AlreadyClosed
from crmbot.intents import Amount, Slots, Which, WhichOrNew, intent
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.reply import Ask, Button, Card, Day, Form, Post, Reply, Text, Told, text, verbatim
from handlers._owners import heir_id, owner_id
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, say_period, span
from handlers._time import today
from handlers.undo import undo_button
from storage import OPEN_STAGES, Customer, Deal, Page, Store

Stage = Literal["lead", "qualified", "proposal", "negotiation", "won", "lost"]
REASONS = ("price", "competitor", "budget", "timing", "silence")


class AddDeal(Slots):
    customer: WhichOrNew[Customer]
    title: str | None = None
    amount: Amount | None = None
    stage: Stage = "lead"
    close_date: date | None = None
    text: str | None = None


class OneDeal(Slots):
    deal: Which[Deal]


class MoveDeal(Slots):
    deal: Which[Deal]
    stage: Stage
    amount: Amount | None = None
    close_date: date | None = None


class UpdateDeal(Slots):
    deal: Which[Deal]
    stage: Stage | None = None
    amount: Amount | None = None
    close_date: date | None = None
    owner: str | None = None
    text: str | None = None
    without: tuple[Literal["amount", "close_date", "text"], ...] = ()  # what is taken away


class WinDeal(Slots):
    deal: Which[Deal]
    amount: Amount | None = None


class LoseDeal(Slots):
    deal: Which[Deal]
    reason: str | None = None


class ListDeals(Paged):
    name: str | None = None
    stage: Stage | None = None
    owner: str | None = None
    period: Period | None = None
    offset: int = 0
    alone: bool = False


@intent("deal.add", needs=Permission.WRITE_DEALS)
def add_deal(slots: AddDeal, member: Member, store: Store, now: datetime) -> Reply:
    deal = store.deals.add(
        slots.customer,
        owner=member,
        now=now,
        amount=slots.amount,
        title=slots.title,
        stage=slots.stage,
        close_date=slots.close_date,
        note=slots.text,
    )
    buttons = (*_next_steps(deal), undo_button(store))
    return Reply(
        text("deal-added", ref=deal.ref, customer=slots.customer.name), card(deal, now, member), buttons=buttons
    )


@intent("deal.show", needs=Permission.READ_DEALS)
def show_deal(slots: OneDeal, member: Member, now: datetime) -> Reply:
    deal = slots.deal
    buttons = (*_next_steps(deal), edit_button(deal.ref)) if member.may(Permission.WRITE_DEALS) else ()
    return Reply(text("deal-shown", ref=deal.ref), card(deal, now, member), buttons=buttons)


@intent("deal.list", needs=Permission.READ_DEALS)
def list_deals(slots: ListDeals, member: Member, store: Store, now: datetime) -> Reply:
    offset = _ahead(slots)
    closing = (slots.period, offset, today(now, member), slots.alone) if slots.period else None
    found = store.deals.listed(
        seen_by=member,
        stages=(slots.stage,) if slots.stage else OPEN_STAGES,
        customers=store.customer_ids(slots.name) if slots.name else None,
        owner=owner_id(slots.owner, member, store),
        closing=span(*closing) if closing else None,
        offset=slots.skip,
        limit=A_PAGE,
    )
    words = text("deals-listed", count=found.count, stage=slots.stage or "open", sums=_sums(found))
    if closing:
        words = text("in-period", period=say_period(*closing), words=words)
    page = Reply(words, buttons=deal_buttons(found.deals))
    return paged(page, "deal.list", slots, shown=len(found.deals), count=found.count)


def _ahead(slots: ListDeals) -> int:
    """Open deals close in the March to come, not in the last."""
    past = slots.alone and slots.offset < 0 and slots.stage not in ("won", "lost")
    a_year = {"month": 12, "quarter": 4}.get(slots.period or "", 0)
    return slots.offset + a_year if past else slots.offset


@intent("deal.move", needs=Permission.WRITE_DEALS)
def move_deal(slots: MoveDeal, member: Member, store: Store, now: datetime) -> Reply:
    deal = slots.deal
    if deal.stage == slots.stage:
        raise AlreadyClosed(deal.ref, deal.stage)
    deal.money = slots.amount or deal.money
    deal.close_date = slots.close_date or deal.close_date
    store.deals.move(deal, slots.stage, by=member, now=now)
    return _moved(deal, member, store, now)


@intent("deal.update", needs=Permission.WRITE_DEALS)
def update_deal(slots: UpdateDeal, member: Member, store: Store, now: datetime) -> Reply:
    """With nothing said of it: what shall change?"""
    deal, heir = slots.deal, heir_id(slots.owner, member, store)
    if not (slots.stage or slots.amount or slots.close_date or heir or slots.text or slots.without):
        return Reply(text("edit-how", ref=deal.ref, kind="deal"), form=_form(deal, store))
    deal.money = None if "amount" in slots.without else slots.amount or deal.money
    deal.close_date = None if "close_date" in slots.without else slots.close_date or deal.close_date
    deal.note = None if "text" in slots.without else slots.text or deal.note
    deal.owner_id = heir or deal.owner_id
    given_away = heir not in (None, member.id)
    told = (Told(heir, text("deal-yours", who=member.name, label=deal.label)),) if heir and given_away else ()
    if slots.stage and slots.stage != deal.stage:
        store.deals.move(deal, slots.stage, by=member, now=now)
        reply = _moved(deal, member, store, now) if deal.stage != "lost" else _why_lost(deal, member, store, now)
        return replace(reply, told=told)
    buttons = (*_next_steps(deal), undo_button(store))
    return Reply(text("record-changed", ref=deal.ref), card(deal, now, member), buttons=buttons, told=told)


def _form(deal: Deal, store: Store) -> Form:
    owner = store.members.name_of(deal.owner_id) if deal.owner_id else None
    close = deal.close_date.isoformat() if deal.close_date else ""
    held = {"amount": str(deal.money or ""), "close_date": close, "owner": owner or "", "text": deal.note or ""}
    return Form("edit-deal", deal.ref, {"stage": deal.stage} | held)


@intent("deal.win", needs=Permission.WRITE_DEALS)
def win_deal(slots: WinDeal, member: Member, store: Store, now: datetime) -> Reply:
    deal = slots.deal
    if deal.closed_at:
        raise AlreadyClosed(deal.ref, deal.stage)
    deal.money = slots.amount or deal.money
    store.deals.move(deal, "won", by=member, now=now)
    return _moved(deal, member, store, now)


@intent("deal.lose", needs=Permission.WRITE_DEALS)
def lose_deal(slots: LoseDeal, member: Member, store: Store, now: datetime) -> Reply:
    """Losing it asks why; the answer, by button or in words, is a second `deal.lose` with the reason alone."""
    deal = slots.deal
    if deal.stage == "won" or (deal.stage == "lost" and (deal.reason or not slots.reason)):
        raise AlreadyClosed(deal.ref, deal.stage)
    if deal.stage == "lost":
        with store.changes.continuing(deal, deal.closed_at):
            deal.reason = slots.reason
            return _moved(deal, member, store, now)
    deal.reason = slots.reason
    store.deals.move(deal, "lost", by=member, now=now)
    return _moved(deal, member, store, now) if deal.reason else _why_lost(deal, member, store, now)


def _why_lost(deal: Deal, member: Member, store: Store, now: datetime) -> Reply:
    why = tuple(
        Button(text("loss-reason", reason=each), "deal.lose", {"ref": deal.ref, "reason": each}) for each in REASONS
    )
    return Reply(
        text("deal-lost-why", ref=deal.ref),
        card(deal, now, member),
        buttons=(*why, undo_button(store)),
        in_place=True,
        ask=Ask("deal.lose", {"ref": deal.ref}, "reason"),
    )


def _moved(deal: Deal, member: Member, store: Store, now: datetime) -> Reply:
    if deal.stage == "won" and deal.closed_at:
        store.alerts.happened("won", deal.ref, deal.closed_at, now, deal.money)
    steps = _next_steps(deal)
    words = text("deal-moved", ref=deal.ref, customer=deal.customer.name, stage=text("stage", stage=deal.stage))
    return Reply(words, card(deal, now, member), buttons=(*steps, undo_button(store)), in_place=True)


def edit_button(ref: str) -> Button:
    return Button(text("button-edit"), "deal.update", {"ref": ref})


def _next_steps(deal: Deal) -> tuple[Button, ...]:
    """The next stage and the two ways to end, while the deal is open."""
    if deal.stage not in OPEN_STAGES:
        return ()
    on = OPEN_STAGES[OPEN_STAGES.index(deal.stage) + 1 :][:1]
    moves = [
        Button(
            text("button-stage", stage=text("stage", stage=each)),
            "deal.move",
            {"ref": deal.ref, "stage": each},
            once=True,
        )
        for each in on
    ]
    won = Button(text("button-won"), "deal.win", {"ref": deal.ref}, once=True)
    return (*moves, won, Button(text("button-lost"), "deal.lose", {"ref": deal.ref}, once=True))


def _line(deal: Deal) -> str:
    return f"{deal.label} · {deal.money}" if deal.money else deal.label


def _sums(page: Page) -> str:
    return " + ".join(str(Money(minor, currency)) for currency, minor in sorted(page.sums.items()))


def card(deal: Deal, now: datetime, member: Member) -> Card:
    return _card(deal, today(now, member))


def _card(deal: Deal, today: date) -> Card:
    facts: list[tuple[Text, Text]] = []
    if deal.money:
        facts.append((text("slot", slot="amount"), text("value", value=deal.money)))
    facts.append((text("slot", slot="stage"), text("stage", stage=deal.stage)))
    if deal.close_date:
        facts.append((text("slot", slot="close_date"), text("day", day=Day(deal.close_date, today))))
    if deal.reason:
        facts.append((text("slot", slot="reason"), _reason(deal.reason)))
    if deal.note:
        facts.append((text("slot", slot="text"), verbatim(deal.note)))
    return Card(deal.ref, deal.label, tuple(facts))


def live_post(ref: str, store: Store, now: datetime, zone: str) -> Post:
    """How it stands, for the groups where it was posted; they read what is open of it."""
    deal = store.deals.one(ref)
    if deal is None:
        return Post(ref, "groups", text("undone", refs=ref), Card(ref, ref))
    words = text("deal-moved-short", ref=ref, stage=text("stage", stage=deal.stage))
    return Post(ref, "groups", words, _card(deal, now.astimezone(ZoneInfo(zone)).date()))


def _reason(reason: str) -> Text:
    return text("loss-reason", reason=reason) if reason in REASONS else verbatim(reason)


def deal_buttons(deals: Sequence[Deal]) -> tuple[Button, ...]:
    return tuple(Button(verbatim(_line(deal)), "deal.show", {"ref": deal.ref}) for deal in deals)

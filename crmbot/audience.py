"""Who reads a reply besides the one who asked, and so what is said in a group: the rule of docs/decisions/0009.

Open are counts, refs, dates and words of our own. Names, amounts, contacts and whatever people typed are for the
private chat. What is not known to be open is not. Tickets in the room of their team: docs/decisions/0010.
"""

import re
from dataclasses import replace

from crmbot.money import Money
from crmbot.reply import Card, Reply, Said, Text, text

# arguments of sentences that hold refs or choose among words of ours, never what somebody typed
OPEN = frozenset({"ref", "refs", "stage", "kind", "role", "slot", "doing", "command", "language", "notify", "status"})
OPEN |= {"priority", "category", "cause", "reason", "which", "every", "incident", "team", "late", "room", "zone"}
OPEN |= {"colleague"}

CONTACTS = re.compile(r"\S+[@＠]\S+|[+＋(（]?\d(?:[\s().\-/·–（）]{0,3}\d){5,}")  # rather too much than too little
STRUCK = "•••"


def is_open(said: Text) -> bool:
    """Whether everybody in a group may read the sentence."""
    return said.id != "verbatim" and all(_harmless(name, value) for name, value in said.args.items())


def _harmless(name: str, value: Said) -> bool:
    match value:
        case Text():
            return is_open(value)
        case Money():
            return False
        case str():
            return name in OPEN
        case _:
            return True


def in_group(reply: Reply, *, reached: bool, outcome: Text, posts: bool = False) -> tuple[Reply, Reply | None]:
    """What the group reads, and what the one who asked reads in the private chat; nothing there when all is open.

    `reached`: they have talked to the bot in private before, so it may write to them there. `outcome`: what the
    group reads of a sentence that has no open form. `posts`: it is the record's post there from now on.
    """
    nothing_private = not (reply.card or reply.table or reply.chart)
    if nothing_private and is_open(reply.text) and all(is_open(each.label) for each in reply.buttons):
        return reply, None
    short = open_form(reply.text) or outcome
    rest = text("short-and-private", short=short) if reached else text("short-and-unreached", short=short)
    card = reply.card and open_card(reply.card)
    ref = card.ref if card else ""
    if card and not posts:
        card = Card(ref, ref) if ref else None  # who replies to it speaks of that record
    here = Reply(rest, card, in_place=reply.in_place, desk=ref if posts else "")
    return here, replace(reply, in_place=False)


def shared(reply: Reply, who: str) -> Reply | None:
    """What of an answer its reader may show to the group; nothing, if nothing of it is open."""
    card = reply.card and open_card(reply.card)
    short = open_form(reply.text)
    if short is None or (card and not card.facts) or (reply.table or reply.chart):
        return None
    return Reply(text("shared-by", colleague=who, said=short), card)


def open_card(card: Card) -> Card:
    """What of a card everybody may read: the ref, and facts that are open."""
    return Card(card.ref, card.ref, tuple(fact for fact in card.facts if all(map(is_open, fact))))


def in_room(reply: Reply) -> Reply:
    """What is answered where the live post of the ticket stands: that shows the rest, so nothing is for private."""
    said = open_form(reply.text) or text("done-in-private")
    return Reply(said, in_place=reply.in_place, desk=reply.desk)


def without_contacts(reply: Reply) -> Reply:
    """What people typed, as the room of the team reads it: no phone and no email."""
    card = reply.card
    if card:
        facts = tuple((_struck(label), _struck(value)) for label, value in card.facts)
        card = replace(card, title=CONTACTS.sub(STRUCK, card.title), facts=facts)
    return replace(reply, text=_struck(reply.text), card=card)


def _struck(said: Text) -> Text:
    return Text(said.id, {name: _struck_part(value) for name, value in said.args.items()})


def _struck_part(value: Said) -> Said:
    match value:
        case Text():
            return _struck(value)
        case str():
            return CONTACTS.sub(STRUCK, value)
        case _:
            return value


def _short(said: Text) -> Text | None:
    """The open form of a sentence that has one."""
    match said.id, said.args:
        case "deal-added" | "customer-added" | "ticket-added" | "order-added", {"ref": str(ref)}:
            return text("added-short", ref=ref)
        case "ticket-answered", {"ref": str(ref)}:
            return text("ticket-answered-short", ref=ref)
        case "ticket-unreachable", {"ref": str(ref)}:
            return text("ticket-unreachable-short", ref=ref)
        case "deal-moved", {"ref": str(ref), "stage": Text() as stage}:
            return text("deal-moved-short", ref=ref, stage=stage)
        case "deals-listed", {"count": int(count), "stage": str(stage)}:
            return text("deals-listed-short", count=count, stage=stage)
        case "and-then", {"first": Text() as first, "then": Text() as then}:
            return _both(first, then)
        case "instead" | "corrected", {"now": Text() as now} if short := open_form(now):
            return text("instead", now=short)
        case "page", {"said": Text() as said_of_all}:
            return open_form(said_of_all)
    return None


def _both(first: Text, then: Text) -> Text | None:
    forms = [form for each in (first, then) if (form := open_form(each))]
    return text("and-then", first=forms[0], then=forms[1]) if len(forms) == 2 else None


def is_loud(said: Text) -> bool:
    """What a whole channel wants to see, though it is said in a thread of it: a deal is won or lost."""
    match said.args:
        case {"stage": Text(id="stage", args={"stage": "won" | "lost"})}:
            return said.id == "deal-moved-short"
    return False


def open_form(said: Text) -> Text | None:
    """What everybody may read of a sentence, if anything."""
    return said if is_open(said) else _short(said)

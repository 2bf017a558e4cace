"""Writing to many customers at once: only to those who asked for it, after a look at how many they are."""

from datetime import datetime

from crmbot.due import Defaults, due
from crmbot.errors import Refused
from crmbot.intents import Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.reply import Day, Notice, Reply, text
from handlers._asking import ask_first
from handlers._audience import audience
from handlers._time import say_due, today
from handlers.undo import undo_button
from storage import Campaign, Recipient, Store
from storage.mailings import SOON, held_out

MOST = 5000


class SendCampaign(Slots):
    campaign: Which[Campaign]
    query: str  # to whom
    words: str
    sure: bool = False


@intent("campaign.send", needs=Permission.WRITE_CAMPAIGNS)
def send_campaign(slots: SendCampaign, member: Member, store: Store, now: datetime) -> Reply:
    """Never without a look first; from a minute later on, so that there is time to take it back."""
    campaign, meant = slots.campaign, audience(slots.query, member, store, now)
    to = [each for each in meant if each.agreed_at and not each.stopped_at and store.desk.chat_of(each)]
    if not to:
        raise Refused(text("nobody-agreed", all=len(meant)))
    if len(to) > MOST:
        raise Refused(text("too-many-receivers", count=len(to), most=MOST))
    out = len(held_out(campaign, to))
    if not slots.sure:
        words = text("send-sure", label=campaign.label, count=len(to) - out, all=len(meant), out=out, words=slots.words)
        raise ask_first(words, "campaign.send", {"ref": campaign.ref, "query": slots.query, "words": slots.words})
    store.mailings.plan(campaign, slots.words, to, member, now)
    store.campaigns.log(campaign, "sent", today(now, member), count=len(to) - out)
    words = text("sending", ref=campaign.ref, count=len(to) - out, at=say_due(now + SOON, now, member))
    return Reply(words, buttons=(undo_button(store),))


@due("news")
def write(recipient: Recipient, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """Unless they stopped it meanwhile; in the morning if it is late. Rather not at all than twice."""
    customer = store.customers.one(recipient.customer_id)
    if customer is None or not customer.agreed_at or customer.stopped_at or customer.archived_at:
        return []
    if morning := defaults.service.quiet_until(now):
        recipient.send_at = morning
        return []
    place = store.desk.chat_of(customer)
    if place is None:
        return []
    recipient.sent_at = now
    agreed = Day(customer.agreed_at.date(), now.date())
    words = text("news", words=store.mailings.words(recipient), day=text("day", day=agreed))
    return [Notice(Reply(words), place, customer.language or defaults.language, once=True)]

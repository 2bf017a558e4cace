"""What is written to many customers at once: who may be, who is, and who is left out to compare with."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session, col, select

from crmbot.people import Member, Permission
from storage.rows import add_row
from storage.tables import Campaign, Customer, Mailing, Recipient, Tag
from storage.visible import visible

SHARE, ENOUGH = 0.1, 20  # who is held out, of so many and more
SOON = timedelta(minutes=1)  # until the first is sent: so long all of it can be taken back
A_SECOND = 20  # that are sent


class Mailings:
    def __init__(self, session: Session) -> None:
        self._session = session

    def audience(
        self, seen_by: Member, *, ids: Collection[int] | None = None, tag: str | None = None
    ) -> Sequence[Customer]:
        """The customers that somebody may write to: all, those of a group, or those with a tag."""
        query = visible(Customer, seen_by, Permission.READ_CUSTOMERS).where(col(Customer.archived_at).is_(None))
        if ids is not None:
            query = query.where(col(Customer.id).in_(ids))
        if tag is not None:
            query = query.where(col(Customer.id).in_(select(Tag.customer_id).where(Tag.tag == tag)))
        return self._session.exec(query.order_by(col(Customer.id))).all()

    def has_tag(self, tag: str) -> bool:
        return self._session.exec(select(Tag.id).where(Tag.tag == tag).limit(1)).first() is not None

    def plan(self, campaign: Campaign, words: str, to: Sequence[Customer], by: Member, now: datetime) -> None:
        """One after the other, from soon on."""
        assert campaign.id
        mailing = add_row(self._session, Mailing(campaign_id=campaign.id, by=by.id, text=words, at=now))
        assert mailing.id
        out = held_out(campaign, to)
        sent = 0
        for customer in to:
            assert customer.id
            row = Recipient(mailing_id=mailing.id, customer_id=customer.id, held_out=customer.id in out)
            if not row.held_out:
                row.send_at = now + SOON + timedelta(seconds=sent // A_SECOND)
                sent += 1
            add_row(self._session, row)

    def words(self, recipient: Recipient) -> str:
        return self._session.get_one(Mailing, recipient.mailing_id).text

    def silence(self, customer: Customer) -> None:
        """They asked to be left alone: nothing more is to be sent."""
        waits = select(Recipient).where(Recipient.customer_id == customer.id, col(Recipient.send_at).is_not(None))
        for recipient in self._session.exec(waits):
            recipient.send_at = None
        self._session.flush()


def held_out(campaign: Campaign, customers: Sequence[Customer]) -> set[int]:
    """The same ones each time that this campaign writes, drawn by chance."""
    if len(customers) < ENOUGH:
        return set()
    return {each.id for each in customers if each.id and Random(f"{campaign.id}/{each.id}").random() < SHARE}

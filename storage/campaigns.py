"""Campaigns: what they cost, what they brought, and the deals that came of them."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select as rows
from sqlmodel import Session, col, func, select

from crmbot.dialogue import Found
from crmbot.incoming import CAMPAIGN
from crmbot.money import Money
from crmbot.names import fold
from crmbot.people import Member, Permission
from storage.deals import is_ref
from storage.rows import add_row
from storage.search import candidates, ranked
from storage.statements import connection_of
from storage.tables import Campaign, CampaignFigure, Customer, Deal, Mailing, Recipient
from storage.tables import CampaignFigure as figure
from storage.visible import visible

NEAR = 80
CODE = 9  # random bytes of a link: nobody meets another campaign's by chance
MONEY = ("spend", "revenue")


@dataclass(slots=True)
class Result:
    """Of one campaign: counts by metric, minor units by metric and currency, and the deals won of those it brought."""

    counts: dict[str, int] = field(default_factory=dict)
    sums: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    came: int = 0  # who opened the chat by its link
    won: int = 0
    gained: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Daily:
    """What all campaigns on one channel spent and brought on one day; amounts in minor units of one currency."""

    day: date
    channel: str | None
    figures: Mapping[str, int]


class Campaigns:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, campaign: Campaign) -> Campaign:
        campaign.name_key = fold(campaign.title)
        return add_row(self._session, campaign)

    def log(
        self, campaign: Campaign, metric: str, day: date, *, money: Money | None = None, count: int | None = None
    ) -> CampaignFigure:
        assert campaign.id
        row = CampaignFigure(campaign_id=campaign.id, day=day, metric=metric, channel=campaign.channel, count=count)
        if money:
            row.amount, row.currency = money.minor, money.currency
        return add_row(self._session, row)

    def code_of(self, campaign: Campaign) -> str:
        """What its link says; made when it is asked for."""
        campaign.code = campaign.code or CAMPAIGN + secrets.token_urlsafe(CODE)
        return campaign.code

    def by_code(self, code: str) -> Campaign | None:
        return self._session.exec(select(Campaign).where(Campaign.code == code)).first()

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[Campaign]:
        """A campaign is everybody's."""
        found = self._session.get(Campaign, int(ref[1:])) if is_ref(ref, Campaign.letter) else None
        return [found] if found else []

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        name = said.get("title") or said.get("name") or said.get("company") or ""
        exact = self._session.exec(select(Campaign).where(Campaign.name_key == fold(name))).all()
        if exact:
            return Found(exact)
        ids = candidates(connection_of(self._session), Campaign.letter, name)
        near = self._session.exec(select(Campaign).where(col(Campaign.id).in_(ids))).all()
        return Found([row for _, row in ranked(name, [(row, row.title) for row in near], least=NEAR)])

    def listed(self, limit: int = 50) -> Sequence[Campaign]:
        """The newest first."""
        return self._session.exec(select(Campaign).order_by(col(Campaign.id).desc()).limit(limit)).all()

    def results(
        self, ids: Collection[int], seen_by: Member, days: tuple[date, date] | None = None
    ) -> dict[int, Result]:
        """Of all time, or from one day to another in their zone; a campaign of which nothing is known is not in it."""
        found: defaultdict[int, Result] = defaultdict(Result)
        by = col(figure.campaign_id), col(figure.metric), col(figure.currency)
        logged = rows(*by, func.sum(col(figure.amount)), func.sum(col(figure.count)))
        logged = logged.where(col(figure.campaign_id).in_(list(ids))).group_by(*by)
        came = rows(col(Customer.campaign_id), func.count()).where(col(Customer.campaign_id).in_(list(ids)))
        won = visible(Deal, seen_by, Permission.READ_DEALS).where(
            Deal.stage == "won", col(Deal.campaign_id).in_(list(ids))
        )
        if days:
            first, last = days
            zone = ZoneInfo(seen_by.zone)
            since = datetime.combine(first, time(), zone).astimezone(UTC)
            until = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
            logged = logged.where(col(figure.day) >= first, col(figure.day) <= last)
            came = came.where(col(Customer.created_at) >= since, col(Customer.created_at) < until)
            won = won.where(col(Deal.closed_at) >= since, col(Deal.closed_at) < until)
        for id, metric, currency, amount, count in self._session.execute(logged):
            if currency:
                found[id].sums[metric][currency] = int(amount)
            else:
                found[id].counts[metric] = int(count)
        for id, count in self._session.execute(came.group_by(col(Customer.campaign_id))):
            found[id].came = count
        deals = won.with_only_columns(
            col(Deal.campaign_id), col(Deal.currency), func.count(), func.sum(col(Deal.amount))
        ).group_by(col(Deal.campaign_id), col(Deal.currency))
        for id, currency, count, amount in self._session.execute(deals):
            found[id].won += count
            if currency:
                found[id].gained[currency] = int(amount)
        return found

    def compared(self, currency: str, seen_by: Member) -> dict[int, tuple[list[int], list[int]]]:
        """By campaign that was mailed: what each customer it reached, and each it left out at random, has won us since.

        In minor units of `currency`, one figure for each customer.
        """
        won = visible(Deal, seen_by, Permission.READ_DEALS).where(Deal.stage == "won", Deal.currency == currency)
        deals = won.with_only_columns(col(Deal.customer_id), col(Deal.closed_at), col(Deal.amount)).order_by(None)
        deal = deals.subquery()
        since = (deal.c.customer_id == Recipient.customer_id) & (deal.c.closed_at >= Mailing.at)
        by = col(Mailing.campaign_id), col(Recipient.customer_id), col(Recipient.held_out)
        query = rows(*by, func.sum(func.coalesce(deal.c.amount, 0))).select_from(Recipient)
        query = query.join(Mailing, col(Mailing.id) == Recipient.mailing_id).outerjoin(deal, since)
        query = query.where(col(Recipient.held_out) | col(Recipient.sent_at).is_not(None)).group_by(*by)
        found: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for campaign, _, out, gained in self._session.execute(query):
            found[campaign][out].append(int(gained))
        return found

    def currency(self) -> str | None:
        """That in which most is logged."""
        said = col(figure.currency)
        counts = {
            currency: count
            for currency, count in self._session.execute(rows(said, func.count()).group_by(said))
            if currency
        }
        return max(counts, key=lambda each: counts[each], default=None)

    def daily(self, currency: str | None) -> Iterator[Daily]:
        by = col(figure.day), col(figure.channel), col(figure.metric)
        summed = rows(*by, func.sum(func.coalesce(col(figure.amount), col(figure.count)))).group_by(*by)
        summed = summed.where((col(figure.currency) == currency) | col(figure.currency).is_(None)).order_by(*by[:2])
        days: dict[tuple[date, str | None], dict[str, int]] = {}
        for day, channel, metric, total in self._session.execute(summed):
            days.setdefault((day, channel), {})[metric] = int(total)
        for (day, channel), figures in days.items():
            yield Daily(day, channel, figures)

"""Views for Tableau, Power BI and their like: stable names, decimal amounts, no contacts and no notes.

They are dropped before a migration and made anew after it: a table that is rebuilt must have none that looks at it.
What is changed here needs a migration too, an empty one, for databases that have them already.
"""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Numeric, Select, case, cast, inspect, select, text

from crmbot.money import MINOR_DIGITS
from storage.tables import (
    Campaign,
    CampaignFigure,
    Customer,
    Deal,
    DealStage,
    Interaction,
    MemberRow,
    Order,
    Product,
    Survey,
    Target,
    Task,
    Ticket,
)

DECIMAL = Numeric(20, 3)
MYSQL = ("mysql", "mariadb")


def make_views(connection: Connection) -> None:
    for name, query in views().items():
        said = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        connection.execute(text(f"CREATE VIEW {name} AS {str(said).replace(':', chr(92) + ':')}"))


def drop_views(connection: Connection) -> None:
    for name in inspect(connection).get_view_names():
        if name.startswith("bi_"):
            connection.execute(text(f"DROP VIEW {name}"))


@cache
def views() -> dict[str, Select[Any]]:
    """What each view tells."""
    customer, member, product, campaign = _t(Customer), _t(MemberRow), _t(Product), _t(Campaign)
    return {
        "bi_members": _of(member, "id name role team active"),
        "bi_products": _of(product, "id name currency", price=_money(product, "price")),
        "bi_customers": _of(customer, "id name kind company_id campaign_id created_at archived_at"),
        "bi_deals": _of(
            _t(Deal),
            "id customer_id product_id campaign_id title stage currency close_date created_at closed_at",
            amount=_money(_t(Deal), "amount"),
        ),
        "bi_deal_stages": _of(_t(DealStage), "id deal_id stage at"),
        "bi_orders": _of(
            _t(Order), "id customer_id product_id quantity currency at", amount=_money(_t(Order), "amount")
        ),
        "bi_tasks": _of(_t(Task), "id customer_id deal_id status priority due_at created_at done_at"),
        "bi_interactions": _of(_t(Interaction), "id customer_id deal_id ticket_id kind at"),
        "bi_tickets": _of(
            _t(Ticket), "id customer_id category priority status channel opened_at answered_at closed_at"
        ),
        "bi_surveys": _of(_t(Survey), "id customer_id ticket_id score sent_at answered_at"),
        "bi_campaigns": _of(
            campaign,
            "id title category product_id channel currency starts_on ends_on",
            budget=_money(campaign, "budget"),
        ),
        "bi_campaign_figures": _of(
            _t(CampaignFigure),
            "id campaign_id day metric channel currency count",
            amount=_money(_t(CampaignFigure), "amount"),
        ),
        "bi_targets": _of(_t(Target), "id team period starts_on currency", amount=_money(_t(Target), "amount")),
    }


def _of(table: Any, columns: str, **more: Any) -> Select[Any]:
    """The columns by their names; who owns or did it by name and team."""
    told = [table.c[name] for name in columns.split()] + [value.label(name) for name, value in more.items()]
    whose = next((table.c[name] for name in ("owner_id", "by") if name in table.c), None)
    if whose is None:
        return select(*told)
    owner = _t(MemberRow).alias("owner")
    told += [whose.label("owner_id"), owner.c.name.label("owner"), owner.c.team.label("owner_team")]
    return select(*told).select_from(table.outerjoin(owner, whose == owner.c.id))


def _money(table: Any, column: str) -> Any:
    """Minor units as the decimal amount of their currency."""
    parts = {digits: [code for code, its in MINOR_DIGITS.items() if its == digits] for digits in MINOR_DIGITS.values()}
    ways = [(table.c.currency.in_(sorted(codes)), 10**digits) for digits, codes in sorted(parts.items()) if digits != 2]
    return cast(cast(table.c[column], DECIMAL) / cast(case(*ways, else_=100), DECIMAL), DECIMAL)


def _t(kind: Any) -> Any:
    return kind.__table__

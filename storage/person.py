"""All that is held on one customer, for themselves: every row that is theirs, in words."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from crmbot.money import Money, canonical
from storage.erasure import THEIRS
from storage.store import Store
from storage.tables import Campaign, Customer, Deal, DealStage, Handle, Mailing, MemberRow, Product, Recipient

KEPT_FOR_US = {"version", "seal_id", "name_key", "value_key", "national_key", "last_four_key", "token_key", "place_id"}
KEPT_FOR_US |= {"customer_id", "unclaimed", "every_at", "every_on", "all_day", "remind_at", "warn_at", "again_at"}
KEPT_FOR_US |= {"send_at", "reminded", "by_itself", "paused_at", "by_link"}
NAMED: dict[str, Any] = {  # whose names stand for their rows
    "owner_id": MemberRow,
    "caller_id": MemberRow,
    "by": MemberRow,
    "product_id": Product,
    "campaign_id": Campaign,
    "company_id": Customer,
}


def held_on(store: Store, customer: Customer) -> dict[str, list[dict[str, Any]]]:
    """By the kind of record, each with all its rows."""
    assert customer.id
    held = {"customer": _rows(store, Customer, Customer.__table__.c.id == customer.id)}  # type: ignore[attr-defined]  # SQLModel hides its tables
    for kind in THEIRS:
        held[kind.__tablename__] = _rows(store, kind, kind.__table__.c.customer_id == customer.id)
    deals = select(Deal.__table__.c.id).where(Deal.__table__.c.customer_id == customer.id)  # type: ignore[attr-defined]  # as above
    held["deal_stage"] = _rows(store, DealStage, DealStage.__table__.c.deal_id.in_(deals))  # type: ignore[attr-defined]  # as above
    return held


def as_file(store: Store, customer: Customer) -> bytes:
    return json.dumps(held_on(store, customer), ensure_ascii=False, indent=1).encode()


def _rows(store: Store, kind: Any, which: Any) -> list[dict[str, Any]]:
    rows = store.connection.execute(kind.__table__.select().where(which).order_by(kind.__table__.c.id)).all()
    return [_said(store, kind, dict(row._mapping)) for row in rows]


def _said(store: Store, kind: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"ref": f"{kind.letter}{row['id']}"} if kind.letter else {}
    for name, value in row.items():
        if name in KEPT_FOR_US or name == "id" or value is None:
            continue
        if name in NAMED:
            said[name.removesuffix("_id")] = _name(store, NAMED[name], value)
        elif name in ("amount", "budget"):
            said[name] = canonical(Money(value, row["currency"]))
        else:
            said[name] = _plain(value)
    if kind is Handle:
        said["value"] = store.keys.open(f"handle.{row['kind']}", row["seal_id"], row["value"]).decode()
    if kind is Recipient:
        mailing = store.session.get_one(Mailing, row["mailing_id"])
        said |= {"text": mailing.text, "campaign": _name(store, Campaign, mailing.campaign_id)}
    return said


def _name(store: Store, kind: Any, id: int) -> str:
    row = store.session.get(kind, id)
    return str(getattr(row, "name", "") or getattr(row, "title", "")) if row else ""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, bytes) else value

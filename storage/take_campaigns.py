"""Campaigns from the rows of a file."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import Session

from crmbot.names import fold
from storage.cells import BadCell
from storage.known import Entry
from storage.tables import Campaign
from storage.takers import Book, Said, Taker, Wanted, ref_of, word_in

CAMPAIGN = Campaign.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
PLAIN = ("title", "category", "channel", "budget", "currency", "starts_on", "ends_on")


class CampaignTaker(Taker):
    """Known by their titles: there may be two of one title, and then the file has them both."""

    row, table, letter = Campaign, CAMPAIGN, "M"

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self._by_title: dict[str, deque[Entry]] = defaultdict(deque)
        self._by_id: dict[int, tuple[Entry, str]] = {}
        for row in connection.execute(select(CAMPAIGN).order_by(CAMPAIGN.c.id)):
            entry = Entry(row.id)
            self._by_title[fold(row.title)].append(entry)
            self._by_id[row.id] = entry, fold(row.title)

    def read(self, line: int, said: Said) -> Wanted:
        title = self.book.text(said, "title", line)
        if not title:
            raise BadCell("no-title")
        budget = self.book.money(said, "budget")
        channel = self.book.text(said, "channel", line)
        wanted: Wanted = {
            "title": title,
            "category": word_in("campaign_kinds", said, "category"),
            "channel": channel.casefold()[:64] if channel else None,
            "starts_on": self.book.day(said, "starts"),
            "ends_on": self.book.day(said, "ends"),
        }
        wanted |= {"budget": budget.minor, "currency": budget.currency} if budget else {}
        return {name: value for name, value in wanted.items() if value is not None} | {"ref": ref_of(said, "M")}

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        title = fold(wanted["title"])
        entry, known = self._by_id.get(wanted["ref"] or 0, (None, ""))
        if entry and known == title and not entry.line:
            return entry
        waiting = self._by_title[title]
        while waiting:
            entry = waiting.popleft()
            if not entry.line:
                return entry
        return None

    def add(self, wanted: Wanted) -> Entry:
        said = {name: value for name, value in wanted.items() if name != "ref"}
        return Entry(values=dict.fromkeys(PLAIN) | {"category": "market"} | said, read=True)

    def values_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in PLAIN}

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        diff = super().changes(entry, wanted, repeated=repeated)
        if "budget" in diff or "currency" in diff:
            diff |= {"budget": wanted["budget"], "currency": wanted["currency"]}
        return diff

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        self.refs.number(new)
        rows = [
            Campaign(
                id=entry.kept,
                name_key=fold(entry.values["title"]),
                created_at=self.book.now,
                **{name: entry.values[name] for name in PLAIN},
            )
            for entry in new
        ]
        session.add_all(rows)
        session.flush()
        for entry, row in zip(new, rows, strict=True):
            entry.id = row.id
        known = self._rows(session, changed)
        for entry, diff in changed.items():
            for name, value in diff.items():
                setattr(known[entry.id or 0], name, value)
        session.flush()
        self.refs.count_on(session)

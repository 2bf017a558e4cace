"""Tickets and surveys from the rows of a file; a ticket's row may say how content its customer was."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import Session

from crmbot.names import fold
from storage.cells import BadCell
from storage.known import Clients, Entry, Owners
from storage.mapping import words
from storage.tables import Survey, Ticket
from storage.take_customers import write_customers
from storage.takers import Book, Said, Taker, Wanted, cell_of, owner_of, ref_of, to_the_second, word_in

TICKET, SURVEY = Ticket.__table__, Survey.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
SUBJECT = 200
TIMES = ("opened_at", "answered_at", "closed_at")
PLAIN = ("subject", "category", "priority", "status", "channel", "external_id")
RATED = ("score", "comment")


class ServiceTaker(Taker):
    """What both kinds have in common: customers that may only be named."""

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self.clients = Clients(connection)
        self._tickets = {row.id: row for row in connection.execute(select(TICKET).order_by(TICKET.c.id))}

    def resolve(self, wanted: Wanted) -> Wanted:
        return wanted | ({"customer": self.clients.buyer(wanted["customer"])} if wanted.get("customer") else {})

    def written(self, new: Sequence[Entry]) -> None:
        self.clients.written(self.clients.added)
        self.clients.added.clear()


class TicketTaker(ServiceTaker):
    row, table, letter = Ticket, TICKET, "K"

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self._owners = Owners(connection)
        rated = select(SURVEY).where(SURVEY.c.score.is_not(None)).order_by(SURVEY.c.id)
        self._rated = {row.ticket_id: row for row in connection.execute(rated)}
        self._by_id: dict[int, Entry] = {}
        self._by_external: dict[str, Entry] = {}
        self._by_key: dict[tuple[Any, ...], Entry] = {}
        for row in self._tickets.values():
            entry = self._by_id[row.id] = Entry(row.id)
            if row.external_id:
                self._by_external[row.external_id] = entry
            self._by_key[row.customer_id, fold(row.subject), to_the_second(row.opened_at)] = entry

    def read(self, line: int, said: Said) -> Wanted:
        book = self.book
        subject = " ".join((cell_of(said, "subject") or cell_of(said, "note")).split())[:SUBJECT]
        customer = book.text(said, "customer", line) or book.text(said, "email", line)
        if not subject or not customer:
            raise BadCell("no-customer" if subject else "no-subject")
        wanted: Wanted = {
            "ref": ref_of(said, "K"),
            "customer": customer,
            "subject": subject,
            "external_id": book.text(said, "id", line),
            "category": _category(cell_of(said, "category")),
            "priority": word_in("ticket_priority", said, "priority"),
            "status": word_in("ticket_status", said, "status"),
            "channel": (book.text(said, "channel", line) or "").casefold()[:32] or None,
            "score": read_score(cell_of(said, "score")),
            "comment": cell_of(said, "comment") or None,
        }
        wanted |= {f"{name}_at": book.moment(said, name) for name in ("opened", "answered", "closed")}
        if owner := book.text(said, "owner", line):
            wanted["owner"] = self._owners.called(owner)
        return {name: value for name, value in wanted.items() if value is not None}

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        """By its id where it comes from; a ref only of our own, on the same customer."""
        id, ref, customer = wanted.get("external_id"), wanted.get("ref"), wanted["customer"]
        if ref and (entry := self._by_external.get(f"K{ref}") or self._by_id.get(ref)):
            row = self._tickets.get(ref)
            if row is None or self.clients.same(row.customer_id, customer):
                return entry
        if id or ref:
            return self._by_external.get(id or f"K{ref}")
        return self._by_key.get((customer.id, fold(wanted["subject"]), wanted.get("opened_at")))

    def add(self, wanted: Wanted) -> Entry:
        values = dict.fromkeys((*PLAIN, *TIMES, *RATED, "owner")) | {
            "category": "enquiry",
            "priority": "normal",
            "status": "closed" if wanted.get("closed_at") else "open",
        }
        values |= {name: value for name, value in wanted.items() if name != "ref"}
        if not values["external_id"]:
            values["external_id"] = self.refs.elsewhere("K", wanted.get("ref"))
        entry = Entry(values=values, read=True)
        if values["external_id"]:
            self._by_external[values["external_id"]] = entry
        return entry

    def values_of(self, row: Any) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in (*PLAIN, *TIMES)}
        rated = self._rated.get(row.id)
        return values | {
            "customer": self.clients.by_id.get(row.customer_id),
            "owner": row.owner_id or row.owner_name,
            "score": rated.score if rated else None,
            "comment": rated.comment if rated else None,
        }

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        write_customers(session, self.clients.added, self.book)
        self.refs.number(new)
        tickets = [Ticket(id=entry.kept, **self._columns(entry.values)) for entry in new]
        session.add_all(tickets)
        session.flush()
        for entry, ticket in zip(new, tickets, strict=True):
            entry.id = ticket.id
            self._rate(session, ticket, entry.values)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            ticket = rows[entry.id or 0]
            for name, value in self._columns(entry.values).items():
                setattr(ticket, name, value)
            if diff.keys() & set(RATED):
                self._rate(session, ticket, entry.values)
        session.flush()
        self.refs.count_on(session)

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A closed one has the time when that was; nothing was before it was opened."""
        times = {name: values[name] for name in TIMES}
        known = [at for at in times.values() if at]
        times["opened_at"] = min(known, default=self.book.now)
        if values["status"] == "closed":
            times["closed_at"] = times["closed_at"] or max(known, default=self.book.now)
        else:
            times["closed_at"] = None
        plain = {name: values[name] for name in PLAIN}
        return {**plain, **times, "customer_id": values["customer"].id, **owner_of(values["owner"])}

    def _rate(self, session: Session, ticket: Ticket, values: Mapping[str, Any]) -> None:
        if values["score"] is None:
            return
        rated = self._rated.get(ticket.id)
        survey = session.get(Survey, rated.id) if rated else None
        at = ticket.closed_at or ticket.answered_at or ticket.opened_at
        survey = survey or Survey(customer_id=ticket.customer_id, ticket_id=ticket.id, sent_at=at, answered_at=at)
        survey.score, survey.comment = values["score"], values["comment"]
        session.add(survey)


class SurveyTaker(ServiceTaker):
    row, table, letter = Survey, SURVEY, "S"

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self._external = {row.external_id: row for row in self._tickets.values() if row.external_id}
        self._of_ticket: dict[int, Entry] = {}
        self._by_key: dict[tuple[int, datetime | None], Entry] = {}
        for row in connection.execute(select(SURVEY).order_by(SURVEY.c.id)):
            entry = Entry(row.id)
            if row.ticket_id:
                self._of_ticket[row.ticket_id] = entry
            self._by_key[row.customer_id, to_the_second(row.sent_at)] = entry

    def read(self, line: int, said: Said) -> Wanted:
        book = self.book
        ticket = self._ticket(book.text(said, "ticket", line))
        customer = book.text(said, "customer", line)
        if ticket is None and not customer:
            raise BadCell("nobody", cell_of(said, "ticket"))
        wanted: Wanted = {
            "ticket_id": ticket.id if ticket else None,
            "customer": None if ticket else customer,
            "customer_id": ticket.customer_id if ticket else None,
            "score": read_score(cell_of(said, "score")),
            "comment": cell_of(said, "comment") or None,
            "sent_at": book.moment(said, "sent"),
            "answered_at": book.moment(said, "answered"),
        }
        return {name: value for name, value in wanted.items() if value is not None} | {"ref": ref_of(said, "S")}

    def _ticket(self, said: str | None) -> Any:
        """By its id where it comes from, else by our ref."""
        if not said:
            return None
        own = self._tickets.get(int(said[1:])) if re.fullmatch(r"K\d{1,18}", said) else None
        return self._external.get(said) or own

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        if ticket := wanted.get("ticket_id"):
            return self._of_ticket.get(ticket)
        return self._by_key.get((wanted["customer"].id, wanted.get("sent_at")))

    def add(self, wanted: Wanted) -> Entry:
        values = dict.fromkeys(("ticket_id", "customer", "customer_id", "sent_at", "answered_at", *RATED)) | wanted
        del values["ref"]
        entry = Entry(values=values, read=True)
        if values["ticket_id"]:
            self._of_ticket[values["ticket_id"]] = entry
        return entry

    def values_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("ticket_id", "sent_at", "answered_at", *RATED)}

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        write_customers(session, self.clients.added, self.book)
        self.refs.number(new)
        surveys = [Survey(id=entry.kept, **self._columns(entry.values)) for entry in new]
        session.add_all(surveys)
        session.flush()
        for entry, survey in zip(new, surveys, strict=True):
            entry.id = survey.id
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            for name, value in diff.items():
                setattr(rows[entry.id or 0], name, value)
        session.flush()
        self.refs.count_on(session)

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        answered = values["answered_at"]
        sent = values["sent_at"] or answered or (self.book.now if values["score"] else None)
        whose = values["customer_id"] or values["customer"].id
        plain = {name: values[name] for name in ("ticket_id", *RATED)}
        answered = answered or (sent if values["score"] else None)
        return {**plain, "customer_id": whose, "sent_at": sent, "answered_at": answered}


def read_score(text: str) -> int | None:
    """1 to 5 of "3.0", "4/5", 五星. Raises `BadCell` for what is none."""
    if not text:
        return None
    said = unicodedata.normalize("NFKC", text).strip()
    if found := re.fullmatch(r"([1-5])(?:[.,]0+)?\s*(?:/\s*5|分|星|stars?)?", said):
        return int(found[1])
    raise BadCell("no-score", text)


def _category(text: str) -> str | None:
    """By a word in it: "Billing inquiry", 产品投诉."""
    said = unicodedata.normalize("NFKC", text).casefold()
    return next((meant for word, meant in words("ticket_category").items() if word in said), None)

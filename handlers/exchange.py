"""Records as files: given out to those who may have them, and taken in."""

from datetime import datetime

from crmbot.errors import Refused
from crmbot.incoming import File, Place
from crmbot.intents import NoSlots, Slots, intent, job
from crmbot.people import Member, Permission, Role
from crmbot.reply import Later, Reply, Told, text
from handlers._asking import ask_first
from storage import Store

KINDS = ("customers", "deals", "products", "orders", "tasks", "tickets", "interactions", "surveys", "campaigns")
LARGEST = 20_000_000  # bytes that every channel carries


class Export(Slots):
    report: str = "all"
    sure: bool = False


class Exported(Slots):
    kind: str


@intent("data.export", needs=Permission.EXPORT)
def export_data(slots: Export, place: Place, member: Member, store: Store) -> Later:
    """To the private chat alone, after a yes; the other owners hear of it."""
    if not place.private:
        raise Refused(text("export-in-private"))
    kind = slots.report if slots.report in KINDS else "all"
    what = text("export-kind", kind=kind)
    if not slots.sure:
        raise ask_first(text("export-sure", what=what), "data.export", {"report": kind})
    store.audit(f"exported {kind}")
    owners = [row for row, _ in store.members.all() if row.active and row.role == Role.OWNER and row.id != member.id]
    told = tuple(Told(row.id, text("export-told", who=member.name, what=what)) for row in owners if row.id)
    return Later("export", {"kind": kind}, told=told)


@job("export")
def write_export(slots: Exported, member: Member, store: Store, now: datetime) -> Reply:
    name, data, rows = store.exported(slots.kind, member)
    if len(data) > LARGEST:
        raise Refused(text("export-too-big"))
    file = File(f"{now:%Y-%m-%d}-{name}", data, "application/zip" if name.endswith(".zip") else "text/csv")
    return Reply(text("export-done", what=text("export-kind", kind=slots.kind), count=rows), file=file)


@intent("data.import", needs=Permission.WRITE_CUSTOMERS)
def import_data(slots: NoSlots) -> Reply:
    return Reply(text("import-how"))

"""A file dropped into the chat: the analysis that fits comes back, or its records are taken in after a yes."""

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from crmbot.errors import BadInput, Refused
from crmbot.incoming import Incoming
from crmbot.intents import NoSlots, Slots, intent, job
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Button, Finished, Later, Reply, lines, text
from handlers._bare import analysed, other_buttons, read_table
from handlers._time import midnight, today
from storage import Store
from storage.files import OLD_EXCEL, PDF, Sheet
from storage.imports import Looked, look, take
from storage.mapping import KINDS, likely_kinds

READ = (".csv", ".tsv", ".txt", ".xlsx")
TOLD = (OLD_EXCEL, PDF)  # whatever they are called, it can be said why they are not read
MOST = 5_000  # rows that are taken in at once: chats wait meanwhile
ODD = 4  # sentences about what is odd
ANY = "any"


class BareFile(Slots):
    data: str = ""  # base64
    name: str = "data.csv"
    file: str = ""  # or what an earlier one is called
    analysis: str = ""
    kind: str = ""  # of records, to be looked at before they are taken in


class Again(Slots):
    file: str = ""
    analysis: str = ""


class Import(Slots):
    file: str = ""
    kind: str = ""
    sure: bool = False
    message: int | None = None  # that asked for it, to be taken back


@intent("file.analyse", needs=Permission.TALK)
def take_file(slots: NoSlots, incoming: Incoming) -> Later:
    """Whose file it is, everybody may have analysed: it holds nothing of ours."""
    if not incoming.files:
        raise Refused(text("file-none"))
    [file, *_] = incoming.files
    if not file.data or not (file.name.casefold().endswith(READ) or file.data.startswith(TOLD)):
        raise Refused(text("file-unreadable"))
    return Later("file", {"data": b64encode(file.data).decode(), "name": file.name})


@intent("file.again", needs=Permission.TALK)
def take_again(slots: Again) -> Later:
    return Later("file", {"file": slots.file, "analysis": slots.analysis})


@intent("file.import", needs=Permission.WRITE_IMPORTS)
def import_file(slots: Import, member: Member, store: Store) -> Later:
    """First a look at what it would come to, then, after a yes, the rows themselves."""
    if not _sees_all(member, store):
        raise Refused(text("import-other-teams"))
    if slots.sure:
        return Later("import", {"file": slots.file, "kind": slots.kind, "message": store.changes.message})
    return Later("file", {"file": slots.file, "kind": slots.kind})


@job("file")
def analyse_file(slots: BareFile, member: Member, store: Store, now: datetime) -> Finished:
    """What was sent is kept for a while, sealed, so that a button can ask for something else of it."""
    kept = {"data": slots.data, "name": slots.name} if slots.data else _kept(slots.file, member, store, now)
    name = slots.file or sha256(kept["data"].encode()).hexdigest()
    sheet = _sheet(kept)
    kinds = likely_kinds(sheet.headers) if not slots.analysis and _sees_all(member, store) else []
    if kinds or slots.kind:
        reply = _looked(sheet, slots.kind or kinds[0], kinds, name, member, store, now)
    else:
        report = analysed(sheet, member.language, slots.analysis, file=kept["name"])
        reply = replace(report.reply, buttons=other_buttons(report, name))
    fresh = midnight(today(now, member), member)

    def keep(store: Store) -> None:
        if slots.data:
            store.analyses(_about(name, member)).keep(kept, reply, member.language, now, fresh)

    return Finished(reply, keep)


def _sees_all(member: Member, store: Store) -> bool:
    """An import brings up to date whatever a row means, in every team: not for who leads one beside others."""
    if not member.may(Permission.WRITE_IMPORTS):
        return False
    return member.scope(Permission.WRITE_IMPORTS) is Scope.ALL or store.members.teams() <= {member.team}


@job("import")
def take_in(slots: Import, member: Member, store: Store, now: datetime) -> Finished:
    """All of it with the reply, or nothing: whatever happens to the worker meanwhile."""
    sheet = _sheet(_kept(slots.file, member, store, now))
    found = look(store, slots.kind, sheet, member.currency, member.zone, now)
    new, changed, same, bad = _counts(found)
    words = text("import-done", kind=slots.kind, new=new, changed=changed, same=same, bad=bad)
    undo = Button(text("button-undo"), "undo", {"message": slots.message}, once=True)
    reply = Reply(words, buttons=(undo,))
    return Finished(reply, lambda into: take(into, slots.kind, sheet, member.currency, member.zone, now))


def _kept(file: str, member: Member, store: Store, now: datetime) -> dict[str, str]:
    for kept in store.analyses(_about(file, member)).before(now, limit=1):
        return dict(kept)
    raise Refused(text("button-gone"))


def _sheet(kept: dict[str, str]) -> Sheet:
    return read_table(kept["name"], b64decode(kept["data"]))


def _looked(sheet: Sheet, kind: str, kinds: list[str], name: str, member: Member, store: Store, now: datetime) -> Reply:
    """What an import would come to, and what else might be done."""
    if kind not in KINDS:
        raise Refused(text("file-nothing"))
    analyse = Button(text("button-analyse"), "file.again", {"file": name, "analysis": ANY})
    if len(sheet.rows) > MOST:
        return Reply(text("import-too-many", rows=len(sheet.rows), most=MOST), buttons=(analyse,))
    try:
        found = look(store, kind, sheet, member.currency, member.zone, now)
    except BadInput as error:
        raise Refused(text("file-unreadable")) from error
    new, changed, same, bad = _counts(found)
    said = [
        text("import-looked", kind=kind, rows=found.rows, new=new, changed=changed, same=same, bad=bad),
        text("import-columns", mapping=found.mapping),
    ]
    said += found.odd[:ODD]
    buttons = [Button(text("button-import"), "file.import", {"file": name, "kind": kind, "sure": True}, once=True)]
    for other in kinds:
        if other != kind:
            words = text("button-import-as", kind=other)
            buttons.append(Button(words, "file.import", {"file": name, "kind": other}))
    return Reply(lines(*said), buttons=(*buttons, analyse, Button(text("button-no"), "cancel", {})))


def _counts(found: Looked) -> tuple[int, int, int, int]:
    new, changed, same, bad = (found.counts[name] for name in ("new", "changed", "same", "bad"))
    return new, changed, same, bad


def _about(file: str, member: Member) -> str:
    return repr(("file", file, member.id))

"""What the bot does each night, put together from the settings."""

from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmbot.chores import Chore, Chores
from crmbot.errors import BadInput
from crmbot.reply import Reply, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmbot.config import Settings
    from crmbot.running import Running
    from storage import Database, Store

SWEEPS, COPIES, TELLS = time(3, 30), time(3, 0), time(8, 30)


def chores_of(settings: "Settings", database: "Database", bot: "Running", clock: "Callable[[], datetime]") -> Chores:
    from storage.erasure import settle
    from storage.nightly import claim, folder_of
    from storage.retention import sweep

    def tell(reply: Reply) -> "Store":
        def work(store: "Store") -> "Store":
            bot.app.tell_owners(reply, store)
            return store

        return database.run(work)

    def clean_up(now: datetime) -> None:
        sweep(database, now)
        settle(database)

    chores = [Chore("sweep", SWEEPS, clean_up)]
    if folder := folder_of(settings.database.url, settings.backup.folder):
        chores.append(Chore("backup", COPIES, partial(back_up_or_tell, settings, folder, tell)))
    if settings.privacy.audit_mark:
        chores.append(Chore("mark", TELLS, partial(tell_mark, database, tell)))
    return Chores(chores, settings.bot.timezone, clock, partial(claim, database), bot.follow)


def back_up_or_tell(settings: "Settings", folder: Any, tell: "Callable[[Reply], Any]", now: datetime) -> Any:
    """Who keeps the bot has to know of a backup that there is not."""
    from storage.nightly import nightly

    day, key = now.astimezone(ZoneInfo(settings.bot.timezone)).date(), settings.privacy.key.get_secret_value()
    kept = {"daily": settings.backup.daily, "weekly": settings.backup.weekly}
    try:
        nightly(settings.database.url, folder, day, key, settings.privacy.key_file, **kept)
    except BadInput as error:
        return tell(Reply(text("backup-failed", why=str(error))))
    return None


def tell_mark(database: "Database", tell: "Callable[[Reply], Any]", now: datetime) -> Any:
    """Where nobody who changes the database can reach it; not on a day when nothing was done."""
    from storage.audit import mark, new_mark

    with database.reading() as store:
        found = mark(store.connection)
    if found is None or not database.run(lambda store: new_mark(store.connection, found[1])):
        return None
    return tell(Reply(text("audit-mark", rows=found[0], mark=found[1], command=f"bot.py doctor --mark {found[1]}")))

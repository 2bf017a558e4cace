"""Alerts: what the bot tells by itself as soon as it happened."""

from datetime import datetime

from crmbot.due import Defaults, due
from crmbot.reply import Notice
from handlers._alerts import reader_of, told
from storage import AT_ONCE, Alert, Store


@due("alert")
def tell(alert: Alert, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """Unless it was muted meanwhile, or is to be collected from now on."""
    schedule = store.alerts.schedule(alert)
    if schedule.every != AT_ONCE:
        return []
    reader = reader_of(schedule, store, defaults)
    if schedule.muted or reader is None:
        alert.told_at = now
        return []
    return told(schedule, alert, reader, store, now)

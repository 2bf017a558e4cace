"""How customers are looked after, as the settings say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmbot.recurrence import Recurrence
from crmbot.worktime import WorkingHours


def promised(**hours: float) -> dict[str, timedelta]:
    return {kind: timedelta(hours=each) for kind, each in hours.items()}


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """`zone`: in which the team works and customers are left in peace during the hours `quiet`.

    A survey is sent `delay` after a ticket was closed, one in `every` to each customer, reminded of after `remind`
    (nothing: never), and closed after `expires`; `again` after a call back the customer is asked whether it is better.
    A ticket is to be answered and solved within so much working time, for each kind; what waits for the customer
    longer than `closes` (nothing: for ever) is closed. `pages`: under which address survey pages are reached, if any.
    """

    zone: str = "UTC"
    quiet: str = "21:00-09:00"
    delay: timedelta = timedelta(hours=2)
    every: timedelta = timedelta(days=14)
    expires: timedelta = timedelta(days=7)
    remind: timedelta | None = timedelta(days=3)
    again: timedelta = timedelta(days=2)
    hours: WorkingHours = field(default_factory=WorkingHours)
    respond: Mapping[str, timedelta] = field(default_factory=lambda: promised(enquiry=4, feedback=8, complaint=1))
    resolve: Mapping[str, timedelta] = field(default_factory=lambda: promised(enquiry=27, feedback=45, complaint=9))
    closes: timedelta | None = timedelta(days=14)
    pages: str = ""

    def quiet_until(self, now: datetime) -> datetime | None:
        """When customers may be written to by themselves again; None: now."""
        if not self.quiet:
            return None
        begins, ends = map(time.fromisoformat, self.quiet.split("-"))
        local = now.astimezone(ZoneInfo(self.zone)).time()
        quiet = begins <= local < ends if begins < ends else local >= begins or local < ends
        return Recurrence("day", ends, self.zone).after(now) if quiet else None

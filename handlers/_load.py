"""What belongs to a customer, in a few words."""

from collections.abc import Mapping

from crmbot.reply import Text, several, text


def said_load(load: Mapping[str, int]) -> Text:
    """`one open deal, 3 follow-ups`: of each kind how many, where there are any."""
    parts = [
        text("load-part", kind=kind, count=load[kind])
        for kind in ("deal", "interaction", "task", "ticket")
        if load[kind]
    ]
    return several(*parts) if parts else text("load-nothing")

"""Lists a page at a time: what follows is asked for by a button, and looked up anew when that is pressed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crmbot.intents import Slots
from crmbot.reply import Button, Reply, text

A_PAGE = 8


class Paged(Slots):
    """A list is asked for; `skip`: how many of its rows were shown before."""

    skip: int = 0


def more_button(
    name: str, slots: Paged, shown: int, count: int, pointers: Mapping[str, str] | None = None
) -> tuple[Button, ...]:
    """On to the rows after the `shown` ones; `pointers` are the slots that hold records, by their refs."""
    pointers = pointers or {}
    if not 0 < shown < count - slots.skip:
        return ()
    asked = slots.model_dump(mode="json", exclude_defaults=True, exclude=set(pointers))
    left = count - slots.skip - shown
    return (Button(text("button-more", count=left), name, {**asked, **pointers, "skip": slots.skip + shown}),)


def paged(
    reply: Reply,
    name: str,
    slots: Paged,
    *,
    shown: int,
    count: int,
    after: Sequence[Button] = (),
    pointers: Mapping[str, str] | None = None,
) -> Reply:
    """The page that `reply` shows, with the way on: a further one takes the place of the one before.

    `after`: buttons that stand below those of the rows and that one.
    """
    buttons = (*reply.buttons, *more_button(name, slots, shown, count, pointers), *after)
    if not slots.skip:
        return replace(reply, buttons=buttons)
    words = text("page", said=reply.text, first=slots.skip + 1, last=slots.skip + shown) if shown else reply.text
    return replace(reply, text=words, buttons=buttons, in_place=True)

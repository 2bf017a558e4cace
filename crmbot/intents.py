"""Declaring intents, and collecting what `handlers/` declares."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Annotated, Any, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, ValidationInfo

from crmbot.money import Money
from crmbot.people import Permission
from crmbot.reply import Reply


class Slots(BaseModel):
    """What an intent needs to know. A field without a default is asked for when missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoSlots(Slots):
    pass


class Record(Protocol):
    """What a person can point at: a row with a ref such as D12 and words to show on a button."""

    @property
    def ref(self) -> str: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Meant:
    """Marks a slot that holds a record; `or_new` makes one from a name that nobody bears yet."""

    or_new: bool = False


T = TypeVar("T")
Which = Annotated[InstanceOf[T], Meant()]
WhichOrNew = Annotated[InstanceOf[T], Meant(or_new=True)]


def _money(given: Any, info: ValidationInfo) -> Any:
    """`{"value": "30000"}` as somebody said it; the configured currency when they named none."""
    return Money.of(given, (info.context or {})["currency"]) if isinstance(given, Mapping) else given


Amount = Annotated[Money, BeforeValidator(_money)]

Handler = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing the bot can do. `asks`: it is destructive, so a yes is wanted first."""

    name: str
    needs: Permission
    asks: bool
    slots: type[Slots]
    wants: Mapping[str, type]
    handler: Handler

    @property
    def records(self) -> tuple[tuple[str, Any, Meant], ...]:
        """The slots that hold records: their names, the kinds of record, and how they are meant."""
        return _records(self.slots)

    def missing(self, given: Collection[str]) -> list[str]:
        return [name for name, field in self.slots.model_fields.items() if field.is_required() and name not in given]

    def run(self, slots: Slots, things: Mapping[type, Any]) -> Reply:
        """Call the handler with its slots and what else it asks for, each found by its type."""
        return self.handler(slots, **{name: things[kind] for name, kind in self.wants.items()})


def intent(name: str, *, needs: Permission, asks: bool = False) -> Callable[[Handler], Handler]:
    """Mark a function as the handler of `name`, for those who may. The function is left as it is."""

    def mark(handler: Handler) -> Handler:
        hints = get_type_hints(handler)
        hints.pop("return", None)
        [(first, slots), *wants] = hints.items()
        if not (inspect.isclass(slots) and issubclass(slots, Slots)):
            raise TypeError(f"{name}: the first parameter, {first!r}, must be its Slots")
        declared = Intent(name, needs, asks, slots, dict(wants), handler)
        handler.__intent__ = declared  # type: ignore[attr-defined]  # functions carry no types for marks
        return handler

    return mark


def collect(package: ModuleType, offered: Collection[type]) -> dict[str, Intent]:
    """Every intent declared in `package`, by name.

    Two of one name, or one that asks for what nobody offers, stop the bot at its start.
    """
    intents: dict[str, Intent] = {}
    for each in _declared(package):
        if each.name in intents:
            raise ValueError(f"{each.name} is declared twice")
        if unknown := {name for name, kind in each.wants.items() if kind not in offered}:
            raise TypeError(f"{each.name} asks for {unknown}, which nobody offers")
        intents[each.name] = each
    return intents


def _declared(package: ModuleType) -> Iterator[Intent]:
    for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        for thing in vars(importlib.import_module(info.name)).values():
            if isinstance(spec := getattr(thing, "__intent__", None), Intent):
                yield spec


@cache
def _records(slots: type[Slots]) -> tuple[tuple[str, Any, Meant], ...]:
    return tuple(
        (name, _kind(field.annotation), mark)
        for name, field in slots.model_fields.items()
        for mark in (
            *field.metadata,
            *(each for arg in getattr(field.annotation, "__args__", ()) for each in _marks(arg)),
        )
        if isinstance(mark, Meant)
    )


def _marks(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__metadata__", ())


def _kind(annotation: Any) -> Any:
    """The record's class, out of `Deal`, `Which[Deal]` or `Which[Deal] | None`."""
    for each in getattr(annotation, "__args__", ()):
        if each is not type(None):
            return _kind(each)
    return getattr(annotation, "__origin__", annotation)

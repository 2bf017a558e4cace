"""Declaring intents, and collecting what `handlers/` declares."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Annotated, Any, Final, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, ValidationInfo

from crmbot.incoming import Incoming, Place, Sender
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.reply import Finished, Later, Reply
from crmbot.service import ServiceRules


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

Handler = Callable[..., Reply | Later]
Works = Callable[..., Reply | Finished]
# what the road gives whoever asks for it by its type
OFFERED: Final = frozenset({Member, Sender, Place, Incoming, datetime, ServiceRules})


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

    def run(self, slots: Slots, things: Mapping[type, Any]) -> Reply | Later:
        """Call the handler with its slots and what else it asks for, each found by its type."""
        return self.handler(slots, **{name: things[kind] for name, kind in self.wants.items()})


@dataclass(frozen=True, slots=True)
class Job:
    """Slow work that an intent leaves to the worker process, where its store can only be read."""

    name: str
    slots: type[Slots]
    wants: Mapping[str, type]
    handler: Works

    def run(self, args: Mapping[str, Any], things: Mapping[type, Any]) -> Reply | Finished:
        slots = self.slots.model_validate(args)
        return self.handler(slots, **{name: things[kind] for name, kind in self.wants.items()})


H = TypeVar("H", bound=Handler)
W = TypeVar("W", bound=Works)


def intent(name: str, *, needs: Permission, asks: bool = False) -> Callable[[H], H]:
    """Mark a function as the handler of `name`, for those who may. The function is left as it is."""

    def mark(handler: H) -> H:
        slots, wants = _parameters(name, handler)
        declared = Intent(name, needs, asks, slots, wants, handler)
        handler.__intent__ = declared  # type: ignore[attr-defined]  # functions carry no types for marks
        return handler

    return mark


def job(name: str) -> Callable[[W], W]:
    """Mark a function as what `Later(name, …)` is done by. The function is left as it is."""

    def mark(handler: W) -> W:
        slots, wants = _parameters(name, handler)
        handler.__job__ = Job(name, slots, wants, handler)  # type: ignore[attr-defined]  # as above
        return handler

    return mark


def _parameters(name: str, handler: Callable[..., Any]) -> tuple[type[Slots], dict[str, type]]:
    """The slots, which come first, and what else it asks for."""
    hints = get_type_hints(handler)
    hints.pop("return", None)
    [(first, slots), *wants] = hints.items()
    if not (inspect.isclass(slots) and issubclass(slots, Slots)):
        raise TypeError(f"{name}: the first parameter, {first!r}, must be its Slots")
    return slots, dict(wants)


def collect(package: ModuleType, offered: Collection[type]) -> dict[str, Intent]:
    """Every intent declared in `package`, by name. `offered`: what handlers are given besides what the road knows.

    Two of one name, or one that asks for what nobody offers, stop the bot at its start.
    """
    return by_name(declared(package, "__intent__", Intent), OFFERED.union(offered))


def collect_jobs(package: ModuleType, offered: Collection[type]) -> dict[str, Job]:
    """Every job declared in `package`, by name, as `collect` does for intents."""
    return by_name(declared(package, "__job__", Job), offered)


class Declared(Protocol):
    """A function that is found by its mark, and what it asks for."""

    @property
    def name(self) -> str: ...
    @property
    def wants(self) -> Mapping[str, type]: ...


D = TypeVar("D", bound=Declared)


def by_name(found: Iterator[D], offered: Collection[type]) -> dict[str, D]:
    named: dict[str, D] = {}
    for each in found:
        if each.name in named:
            raise ValueError(f"{each.name} is declared twice")
        if unknown := {name for name, kind in each.wants.items() if kind not in offered}:
            raise TypeError(f"{each.name} asks for {unknown}, which nobody offers")
        named[each.name] = each
    return named


def declared(package: ModuleType, mark: str, kind: type[D]) -> Iterator[D]:
    """What the functions in the files of `package` are marked with; those named with a `_` help others, unmarked."""
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        for thing in vars(importlib.import_module(f"{package.__name__}.{info.name}")).values():
            if isinstance(spec := getattr(thing, mark, None), kind):
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

"""Forms: how a value of the domain is spelled inside a row, as text or as JSON.

A key that a stored document lacks has the default of the domain's own field; one without a
default is refused by `Missing`. A key that no field has is passed over, so that a row outlives
both a field that came later and one that went.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from dunlin.domain.instants import sortable_text
from dunlin.domain.money import Money

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Missing(Exception):
    """A stored document lacks a key that its value means nothing without."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A way to write a value and to read it back; None is written as None by whoever holds it."""

    write: Callable[[T], Any]
    read: Callable[[Any], T]


def _itself(value: Any) -> Any:
    return value


PLAIN: Form[Any] = Form(_itself, _itself)
INSTANT: Form[datetime] = Form(sortable_text, datetime.fromisoformat)
DAY: Form[date] = Form(date.isoformat, date.fromisoformat)
WORDS: Form[tuple[str, ...]] = Form(list, tuple)
TABLE: Form[Mapping[str, Any]] = Form(dict, dict)
MONEY: Form[Money] = Form(lambda m: [m.minor, m.currency], lambda kept: Money(*kept))


def word(kind: type[E]) -> Form[E]:
    """A member of an enumeration, by its word."""
    return Form(str, kind)


def each(form: Form[T]) -> Form[tuple[T, ...]]:
    """Values of one form, in order."""
    write, read = form.write, form.read
    return Form(
        lambda many: [write(one) for one in many],
        lambda many: tuple([read(one) for one in many]),
    )


def by_key(form: Form[T], key: Callable[[str], Any] = str) -> Form[Mapping[Any, T]]:
    """Values of one form by a key that is a word; `key` reads it."""
    write = form.write

    def read(many: Mapping[str, Any]) -> dict[Any, T]:
        found, name = {}, ""
        try:
            for name, one in many.items():
                found[key(name)] = form.read(one)
        except Missing as gone:
            raise Missing(f"{name}.{gone.path}") from None
        return found

    return Form(lambda many: {str(k): write(one) for k, one in many.items()}, read)


def _needed(kind: type[Any]) -> frozenset[str]:
    """The fields that have no default."""
    return frozenset(
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    )


class Fields:
    """Some fields of a dataclass as a JSON object: those named stand as they are, the others in
    their form."""

    def __init__(self, kind: type[Any], /, *plain: str, **forms: Form[Any]) -> None:
        self.names = (*plain, *forms)
        self._forms = [(name, form) for name, form in forms.items() if form is not PLAIN]
        self._needed = _needed(kind) & set(self.names)

    def write(self, value: Any) -> dict[str, Any]:
        kept = {name: getattr(value, name) for name in self.names}
        for name, form in self._forms:
            if (one := kept[name]) is not None:
                kept[name] = form.write(one)
        return kept

    def read(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are there. Raises `Missing`."""
        found = {name: kept[name] for name in self.names if name in kept}
        name = ""
        try:
            for name, form in self._forms:
                if (one := found.get(name)) is not None:
                    found[name] = form.read(one)
        except Missing as gone:
            raise Missing(f"{name}.{gone.path}") from None
        return _with_all(self._needed, found)


def document(kind: type[T], /, **forms: Form[Any]) -> Form[T]:
    """A dataclass as a JSON object with a key for each field; those without a form stand as they
    are."""
    plain = [f.name for f in fields(kind) if f.name not in forms]  # type: ignore[arg-type]
    some = Fields(kind, *plain, **forms)
    return Form(some.write, lambda kept: kind(**some.read(kept)))


def line(kind: type[T], /, **forms: Form[Any]) -> Form[T]:
    """A dataclass as a JSON list, for what is stored by the dozen: its fields in the order given
    here, a new one at the end."""
    some = Fields(kind, **forms)

    def write(value: T) -> list[Any]:
        kept = some.write(value)
        return [kept[name] for name in forms]

    def read(kept: Sequence[Any]) -> T:
        return kind(**some.read(dict(zip(forms, kept, strict=False))))

    return Form(write, read)


def _with_all(needed: frozenset[str], found: dict[str, Any]) -> dict[str, Any]:
    if not needed <= found.keys():
        raise Missing(min(needed - found.keys()))
    return found

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
class StoredForm(Generic[T]):
    """A way to write a value and to read it back; None is written as None by whoever holds it."""

    write: Callable[[T], Any]
    read: Callable[[Any], T]


def _itself(value: Any) -> Any:
    return value


PLAIN: StoredForm[Any] = StoredForm(_itself, _itself)
INSTANT: StoredForm[datetime] = StoredForm(sortable_text, datetime.fromisoformat)
DAY: StoredForm[date] = StoredForm(date.isoformat, date.fromisoformat)
WORDS: StoredForm[tuple[str, ...]] = StoredForm(list, tuple)
TABLE: StoredForm[Mapping[str, Any]] = StoredForm(dict, dict)
MONEY: StoredForm[Money] = StoredForm(lambda m: [m.minor, m.currency], lambda kept: Money(*kept))


def word(kind: type[E]) -> StoredForm[E]:
    """A member of an enumeration, by its word."""
    return StoredForm(str, kind)


def each(form: StoredForm[T]) -> StoredForm[tuple[T, ...]]:
    """Values of one form, in order."""
    write, read = form.write, form.read
    return StoredForm(
        lambda many: [write(item) for item in many],
        lambda many: tuple([read(item) for item in many]),
    )


def by_key(form: StoredForm[T], key: Callable[[str], Any] = str) -> StoredForm[Mapping[Any, T]]:
    """Values of one form by a key that is a word; `key` reads it."""
    write = form.write

    def read(many: Mapping[str, Any]) -> dict[Any, T]:
        values, name = {}, ""
        try:
            for name, value in many.items():
                values[key(name)] = form.read(value)
        except Missing as gone:
            raise Missing(f"{name}.{gone.path}") from None
        return values

    return StoredForm(lambda many: {str(k): write(value) for k, value in many.items()}, read)


def _needed(kind: type[Any]) -> frozenset[str]:
    """The fields that have no default."""
    return frozenset(
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    )


class Fields:
    """Some fields of a dataclass as a JSON object: those named stand as they are, the others in
    their form."""

    def __init__(self, kind: type[Any], /, *plain: str, **forms: StoredForm[Any]) -> None:
        self.names = (*plain, *forms)
        self._forms = [(name, form) for name, form in forms.items() if form is not PLAIN]
        self._needed = _needed(kind) & set(self.names)

    def write(self, value: Any) -> dict[str, Any]:
        kept = {name: getattr(value, name) for name in self.names}
        for name, form in self._forms:
            if (kept_value := kept[name]) is not None:
                kept[name] = form.write(kept_value)
        return kept

    def read(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are there. Raises `Missing`."""
        fields = {name: kept[name] for name in self.names if name in kept}
        name = ""
        try:
            for name, form in self._forms:
                if (value := fields.get(name)) is not None:
                    fields[name] = form.read(value)
        except Missing as gone:
            raise Missing(f"{name}.{gone.path}") from None
        return _with_all(self._needed, fields)


def document(kind: type[T], /, **forms: StoredForm[Any]) -> StoredForm[T]:
    """A dataclass as a JSON object with a key for each field; those without a form stand as they
    are."""
    plain = [f.name for f in fields(kind) if f.name not in forms]  # type: ignore[arg-type]
    some = Fields(kind, *plain, **forms)
    return StoredForm(some.write, lambda kept: kind(**some.read(kept)))


def line(kind: type[T], /, **forms: StoredForm[Any]) -> StoredForm[T]:
    """A dataclass as a JSON list, for what is stored by the dozen: its fields in the order given
    here, a new one at the end."""
    some = Fields(kind, **forms)

    def write(value: T) -> list[Any]:
        kept = some.write(value)
        return [kept[name] for name in forms]

    def read(kept: Sequence[Any]) -> T:
        return kind(**some.read(dict(zip(forms, kept, strict=False))))

    return StoredForm(write, read)


def _with_all(needed: frozenset[str], fields: dict[str, Any]) -> dict[str, Any]:
    if not needed <= fields.keys():
        raise Missing(min(needed - fields.keys()))
    return fields

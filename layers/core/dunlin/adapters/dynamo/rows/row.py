"""What every row is: attributes that know how a value of the domain is written, and a shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.models import Model

from dunlin.adapters.dynamo.rows.forms import Missing, StoredForm
from dunlin.domain.errors import Defect

T = TypeVar("T")
R = TypeVar("R", bound="StoredRow")
RawItem = dict[str, Any]  # a row as DynamoDB has it: {"sk": {"S": "META"}}


class TextAttribute(Attribute[T]):
    """A value as text, in a form."""

    attr_type = STRING

    def __init__(self, form: StoredForm[T], **options: Any) -> None:
        super().__init__(**options)
        self._form = form

    def serialize(self, value: T) -> Any:
        return self._form.write(value)

    def deserialize(self, value: Any) -> T:
        return self._form.read(value)


class JsonAttribute(Attribute[T]):
    """A value as JSON, in a form."""

    attr_type = STRING

    def __init__(self, form: StoredForm[T], **options: Any) -> None:
        super().__init__(**options)
        self._form = form

    def serialize(self, value: T) -> str:
        return json.dumps(self._form.write(value))

    def deserialize(self, value: str) -> T:
        try:
            return self._form.read(json.loads(value))
        except Missing as gone:
            raise Missing(f"{self.attr_name}.{gone.path}") from None


class WholeAttribute(Attribute[int]):
    """A whole number."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class EpochAttribute(Attribute[datetime]):
    """An instant as whole seconds since 1970, which is how a table expires its rows."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        return str(int(value.timestamp()))

    def deserialize(self, value: str) -> datetime:
        return datetime.fromtimestamp(int(value), UTC)


class StoredRow(Model):
    """A row of a table.

    An attribute that has the name of a field of the domain holds that field. One that may be
    null may also be lacking, as in a row that is older than it: the field's own default holds
    then. The others are what the row means nothing without; a row that lacks one is refused by a
    `Defect` that names both.
    """

    UPGRADES: ClassVar[tuple[Callable[[RawItem], RawItem], ...]] = ()
    """The first brings an item of shape 1 to shape 2, and so on. An index may have cut an item
    down to some of its attributes."""
    WAITING: ClassVar[frozenset[str]] = frozenset()
    """Attributes that only a state machine writes."""

    shape = WholeAttribute(null=True)  # lacking in rows of shape 1 older than the number

    def __init__(self, *keys: Any, **attributes: Any) -> None:
        super().__init__(*keys, **attributes)
        self.shape = self.newest_shape()

    @classmethod
    def newest_shape(cls) -> int:
        return 1 + len(cls.UPGRADES)

    @classmethod
    def shape_set(cls) -> Any:
        """The action that says the shape, for an update that may be the first write of a row."""
        return cls.shape.set(cls.newest_shape())

    @classmethod
    def from_raw_data(cls: type[R], data: RawItem) -> R:
        """The row of an item, whatever shape it was written in. Raises `Defect`."""
        for upgrade in cls.UPGRADES[int(data["shape"]["N"]) - 1 if "shape" in data else 0 :]:
            data = upgrade(data)
        try:
            return super().from_raw_data(data)
        except Missing as gone:
            row = cls()
            for key in (cls._hash_keyname, cls._range_keyname):
                if key in data:
                    setattr(row, str(key), next(iter(data[str(key)].values())))
            raise row.lacking(gone.path) from gone

    def lacking(self, what: str) -> Defect:
        """What a reader raises: which row it is, and what it lacks."""
        keys = (self._hash_keyname, self._range_keyname)
        name = " ".join(str(self.attribute_values.get(key, "")) for key in keys if key)
        return Defect(f"{type(self).__name__} {name.strip()} lacks {what}")

    @classmethod
    def holding(cls: type[R], value: Any, **others: Any) -> R:
        """A row of a value of the domain, and what it holds beside the value's own fields."""
        row = cls(**others)
        # Past PynamoDB's look at each name: an import writes a hundred thousand rows.
        row.attribute_values |= {
            name: getattr(value, name) for name in _shared(cls, value.__class__)
        }
        return row

    def complete(self) -> None:
        """Raises `Defect` where the row lacks what it means nothing without."""
        held = self.attribute_values
        for name in _needed(type(self)):
            if held.get(name) is None:
                raise self.lacking(name)

    def fields_of(self, kind: Hashable) -> dict[str, Any]:
        """The fields of a class of the domain that the row holds. Raises `Defect`."""
        self.complete()
        held = self.attribute_values
        return {
            name: value
            for name in _shared(type(self), kind)
            if (value := held.get(name)) is not None
        }

    @classmethod
    def written(cls) -> tuple[str, ...]:
        """What a whole write of the row sets: everything but its keys and what waits in it."""
        return _written(cls)


@cache
def _shared(row: type[StoredRow], kind: Hashable) -> tuple[str, ...]:
    """The fields of a dataclass that the row has attributes for."""
    attributes = row.get_attributes()
    return tuple(f.name for f in fields(cast("Any", kind)) if f.name in attributes)


@cache
def _needed(row: type[StoredRow]) -> tuple[str, ...]:
    return tuple(name for name, attribute in row.get_attributes().items() if not attribute.null)


@cache
def _written(row: type[StoredRow]) -> tuple[str, ...]:
    return tuple(
        name
        for name, attribute in row.get_attributes().items()
        if not (attribute.is_hash_key or attribute.is_range_key or name in row.WAITING)
    )

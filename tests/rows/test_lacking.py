"""A row outlives a field: what it lacks has a default, or it is refused by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any

import pytest
from pynamodb.attributes import JSONAttribute

from dunlin.adapters.dynamo.rows.rollouts import SegmentRow
from dunlin.adapters.dynamo.rows.row import JsonAttribute, RawItem, StoredRow
from dunlin.domain.errors import Defect
from tests.rows.kinds import KINDS, Kind

BESIDE = {"due_bucket", "queue", "queued_at", "on_ladder_of", "task_token", "sms_open"}
"""What a condition, an index or a machine reads beside the fields: not set on every row."""


def _keys(row: type[StoredRow]) -> set[str | None]:
    return {row._hash_keyname, row._range_keyname}


def _attributes() -> Iterator[tuple[str, str]]:
    for name, kind in KINDS.items():
        for attribute in kind.row.get_attributes():
            if attribute not in _keys(kind.row):
                yield name, attribute


def _item_without(kind: Kind, attribute: str) -> RawItem:
    item = kind.write().serialize()
    item.pop(kind.row.get_attributes()[attribute].attr_name, None)
    return item


def _refused(kind: Kind, item: RawItem, what: str) -> None:
    """The row is refused by its own name, that of its keys and that of what it lacks."""
    with pytest.raises(Defect) as refused:
        kind.read(item)
    text = str(refused.value)
    assert text.startswith(f"{kind.row.__name__} ")
    assert text.endswith(f" lacks {what}")
    for key in filter(None, _keys(kind.row)):
        assert str(next(iter(item[key].values()))) in text


def _defaults(value: Any, lost: str) -> Any:
    """The value with its field's own default."""
    if not is_dataclass(value) or isinstance(value, type):
        return {k: v for k, v in value.items() if k != lost} if isinstance(value, dict) else value
    for field in fields(value):
        if field.name == lost:
            factory = field.default_factory
            return replace(value, **{lost: field.default if factory is MISSING else factory()})
    return value


def test_every_kind_of_row_is_here() -> None:
    below = {kind.row for kind in KINDS.values()}
    assert below == set(StoredRow.__subclasses__())


@pytest.mark.parametrize("name", KINDS)
def test_a_row_gives_back_what_it_was_given(name: str) -> None:
    kind = KINDS[name]
    assert kind.read(json.loads(json.dumps(kind.write().serialize()))) == kind.value


@pytest.mark.parametrize("name", KINDS)
def test_every_attribute_of_a_row_is_set_where_it_is_tried(name: str) -> None:
    """Else leaving it out would show nothing."""
    kind = KINDS[name]
    held = kind.write().attribute_values
    unset = {a for a in kind.row.get_attributes() if held.get(a) is None}
    assert unset <= BESIDE


@pytest.mark.parametrize("name", KINDS)
def test_a_row_says_the_number_of_its_shape(name: str) -> None:
    row = KINDS[name].write()
    assert row.serialize()["shape"] == {"N": str(1 + len(type(row).UPGRADES))}
    assert "shape" in type(row).written()


@pytest.mark.parametrize(("name", "attribute"), list(_attributes()))
def test_a_row_that_lacks_an_attribute_has_a_default_or_is_refused(
    name: str, attribute: str
) -> None:
    kind = KINDS[name]
    item = _item_without(kind, attribute)
    if attribute in kind.needed:
        _refused(kind, item, attribute)
    else:
        assert kind.read(item) == _defaults(kind.value, attribute)


@pytest.mark.parametrize("name", KINDS)
def test_an_attribute_that_nobody_knows_any_more_is_passed_over(name: str) -> None:
    kind = KINDS[name]
    item = kind.write().serialize() | {"gone": {"S": "from a version before"}}
    assert kind.read(item) == kind.value


OPAQUE = {
    "extras",
    "data",
    "form",
    "when",
    "owed",
    "buckets",
    "detail",
    "outcomes",
    "answer",
    "segments",
    "replies",
    "refused",
    "paid",
}
"""Objects whose keys are data, not fields."""
BY_NAME = {"consents", "flags"}
"""Objects of objects, by a name that is data."""


def _documents(kind: Kind) -> Iterator[tuple[str, Any]]:
    """The attributes that are documents of fields, with what they hold."""
    if kind.row is SegmentRow:
        return  # a selection, which the strategy's own reader reads
    for name, attribute in kind.row.get_attributes().items():
        json_text = isinstance(attribute, JsonAttribute | JSONAttribute) or name == "attempts"
        if json_text and name not in OPAQUE:
            yield name, json.loads(kind.write().serialize()[attribute.attr_name]["S"])


def _ways(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each field of a document."""
    if isinstance(value, dict):
        for key, item in value.items():
            if path[-1] not in BY_NAME:
                yield (*path, key)
            if key not in OPAQUE:
                yield from _ways(item, *path, key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _ways(item, *path, number)


def _fields() -> Iterator[Any]:
    for name, kind in KINDS.items():
        for attribute, value in _documents(kind):
            for way in _ways(value, attribute):
                yield pytest.param(name, way, id=f"{name}-{'.'.join(map(str, way))}")


def _with_document(kind: Kind, attribute: str, document: Any) -> RawItem:
    stored = kind.row.get_attributes()[attribute].attr_name
    return kind.write().serialize() | {stored: {"S": json.dumps(document)}}


@pytest.mark.parametrize(("name", "way"), list(_fields()))
def test_a_document_that_lacks_a_field_has_a_default_or_is_refused(
    name: str, way: tuple[Any, ...]
) -> None:
    kind = KINDS[name]
    documents = dict(_documents(kind))
    whole, lacking = documents[way[0]], json.loads(json.dumps(documents[way[0]]))
    _at(lacking, way[1:-1]).pop(way[-1])
    item = _with_document(kind, way[0], lacking)
    path = ".".join(step for step in way if isinstance(step, str))
    if path in kind.within:
        _refused(kind, item, path)
        return
    # Written again it has the field, and nothing else is another.
    again = dict(_documents(replace(kind, value=kind.read(item))))[way[0]]
    assert way[-1] in _at(again, way[1:-1])
    for document in (whole, again):
        _at(document, way[1:-1]).pop(way[-1])
    assert again == whole


def _at(document: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        document = document[step]
    return document


@pytest.mark.parametrize("name", KINDS)
def test_a_document_may_hold_a_field_that_nobody_knows_any_more(name: str) -> None:
    kind = KINDS[name]
    for attribute, document in _documents(kind):
        if isinstance(document, dict) and attribute not in BY_NAME:
            assert kind.read(_with_document(kind, attribute, document | {"gone": 1})) == kind.value

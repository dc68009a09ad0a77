"""Mappings that spill to a temporary file, so a file of any length is joined in bounded memory.

SQLite keeps the pages and deletes the file by itself; values are pickles that never leave the
process.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import ItemsView, Iterator, MutableMapping, ValuesView
from typing import Any, TypeVar

from dunlin.domain.imports.matching import SpillStore

K = TypeVar("K", str, int)
V = TypeVar("V")

_NEAR = 8_000
_PAGE = 1_000
_PAGE_MEMORY_KB = 8_000
_FILTER_BYTES = 1 << 22


class SpooledMap(MutableMapping[K, V]):
    """A mapping in the order of insertion, or of its keys where they are numbers.

    A value that is changed in place must be assigned again; nothing can be deleted.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_PAGE_MEMORY_KB}")
        self._db.execute("CREATE TABLE kept (n INTEGER PRIMARY KEY, k UNIQUE, v BLOB)")
        self._near: dict[K, V] = {}
        self._changed: dict[K, None] = {}
        # One bit a key: a key whose bit is not set was never stored, and needs no look.
        self._filter = bytearray(_FILTER_BYTES)
        self._numbers = False

    def __getitem__(self, key: K) -> V:
        if key in self._near:
            return self._near[key]
        at, bit = self._bit(key)
        if not self._filter[at] & bit:
            raise KeyError(key)
        row = self._db.execute("SELECT v FROM kept WHERE k = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: V = pickle.loads(row[0])  # noqa: S301  # written by this process alone
        self._keep(key, value)
        return value

    def get(self, key: K, default: Any = None) -> Any:
        """The value, or `default`."""
        try:
            return self[key]
        except KeyError:
            return default

    def __setitem__(self, key: K, value: V) -> None:
        at, bit = self._bit(key)
        self._filter[at] |= bit
        self._changed[key] = None
        self._keep(key, value)

    def __delitem__(self, key: K) -> None:
        raise TypeError("a spilled mapping only grows")

    def __contains__(self, key: object) -> bool:
        return self.get(key, self) is not self  # type: ignore[arg-type]

    def __len__(self) -> int:
        self._flush()
        count: int = self._db.execute("SELECT count(*) FROM kept").fetchone()[0]
        return count

    def __bool__(self) -> bool:
        return bool(self._near)

    def __iter__(self) -> Iterator[K]:
        return (key for key, _ in self.pages())

    def items(self) -> ItemsView[K, V]:
        """Pairs, read a page at a time."""
        return _Items(self)

    def values(self) -> ValuesView[V]:
        """Values, read a page at a time."""
        return _Values(self)

    def pages(self) -> Iterator[tuple[K, V]]:
        """Pairs in order; what is assigned meanwhile to a key not yet reached is seen."""
        order = "k" if self._numbers else "n"
        last: Any = None
        while True:
            self._flush()
            after = "" if last is None else f"WHERE {order} > ?"
            rows = self._db.execute(
                f"SELECT {order}, k, v FROM kept {after} ORDER BY {order} LIMIT {_PAGE}",  # noqa: S608
                () if last is None else (last,),
            ).fetchall()
            if not rows:
                return
            for at, key, blob in rows:
                last = at
                if key in self._near:
                    yield key, self._near[key]
                else:
                    yield key, pickle.loads(blob)  # noqa: S301  # written by this process alone

    def _bit(self, key: K) -> tuple[int, int]:
        mixed = hash(key) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        return (mixed >> 32) % _FILTER_BYTES, 1 << (mixed & 7)

    def _keep(self, key: K, value: V) -> None:
        self._near[key] = value
        if len(self._near) > _NEAR:
            self._flush()
            for old in list(self._near)[: _NEAR // 2]:
                del self._near[old]

    def _flush(self) -> None:
        if not self._changed:
            return
        self._numbers = isinstance(next(iter(self._changed)), int)
        near = self._near
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO kept (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
            ((k, pickle.dumps(near[k], protocol=5)) for k in self._changed),
        )
        self._db.execute("COMMIT")
        self._changed.clear()


class _Items(ItemsView[Any, Any]):
    _mapping: SpooledMap[Any, Any]

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return self._mapping.pages()


class _Values(ValuesView[Any]):
    _mapping: SpooledMap[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in self._mapping.pages())


class FileSpillStore(SpillStore):
    """A store for a file that memory should not hold."""

    def by_text(self) -> MutableMapping[str, Any]:
        """An empty mapping from text, iterated in the order of insertion."""
        return SpooledMap[str, Any]()

    def by_number(self) -> MutableMapping[int, Any]:
        """An empty mapping from numbers, iterated in ascending order."""
        return SpooledMap[int, Any]()

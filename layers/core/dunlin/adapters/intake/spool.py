"""Mappings that spill to a temporary file, so that a file of any length is joined in bounded memory.

SQLite keeps the pages and deletes the file by itself; values are pickles that never leave the
process.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar

from dunlin.domain.intake.matching import Shelves

K = TypeVar("K", str, int)
V = TypeVar("V")

_CACHED = 4_000
_PAGE = 500
_PAGE_MEMORY_KB = 8_000


class SpooledMap(MutableMapping[K, V]):
    """A mapping in the order of insertion, or of its keys where they are numbers.

    A value that is changed in place must be assigned again.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_PAGE_MEMORY_KB}")
        self._db.execute("CREATE TABLE kept (n INTEGER PRIMARY KEY, k UNIQUE, v BLOB)")
        self._near: dict[K, V] = {}
        self._changed: set[K] = set()
        self._size = 0
        self._numbers = False

    def __getitem__(self, key: K) -> V:
        if key in self._near:
            return self._near[key]
        row = self._db.execute("SELECT v FROM kept WHERE k = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: V = pickle.loads(row[0])  # noqa: S301  # written by this process alone
        self._keep(key, value)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        if key not in self:
            self._size += 1
            self._numbers = isinstance(key, int)
        self._changed.add(key)
        self._keep(key, value)

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._near.pop(key, None)
        self._changed.discard(key)
        self._db.execute("DELETE FROM kept WHERE k = ?", (key,))
        self._size -= 1

    def __contains__(self, key: object) -> bool:
        if key in self._near:
            return True
        found = self._db.execute("SELECT 1 FROM kept WHERE k = ?", (key,)).fetchone()
        return found is not None

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        order = "k" if self._numbers else "n"
        last: K | int | None = None
        while True:
            self._flush()
            after = "" if last is None else f"WHERE {order} > ?"
            rows = self._db.execute(
                f"SELECT {order}, k FROM kept {after} ORDER BY {order} LIMIT {_PAGE}",  # noqa: S608
                () if last is None else (last,),
            ).fetchall()
            if not rows:
                return
            for last, key in rows:
                yield key

    def _keep(self, key: K, value: V) -> None:
        self._near[key] = value
        if len(self._near) > _CACHED:
            self._flush()
            for old in list(self._near)[: _CACHED // 2]:
                del self._near[old]

    def _flush(self) -> None:
        if not self._changed:
            return
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO kept (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
            [(k, pickle.dumps(self._near[k], protocol=5)) for k in self._in_order()],
        )
        self._db.execute("COMMIT")
        self._changed.clear()

    def _in_order(self) -> list[K]:
        return [k for k in self._near if k in self._changed]


class SpooledShelves(Shelves):
    """Shelves for a file that memory should not hold."""

    def by_text(self) -> MutableMapping[str, Any]:
        return SpooledMap[str, Any]()

    def by_number(self) -> MutableMapping[int, Any]:
        return SpooledMap[int, Any]()

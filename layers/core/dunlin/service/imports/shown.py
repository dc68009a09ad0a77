"""What the dashboard shows of imports: the newest summaries that lie beside their files."""

from __future__ import annotations

import re
from typing import Any

from dunlin.ports.imports import DropBox
from dunlin.service.imports import work
from dunlin.service.imports.missing import MissingAccounts, question

_SUMMARY = re.compile(r"drop/([^/]+)/[^/]+\.summary\.json")
_MOST = 12


def newest_imports(drop_box: DropBox, creditor: str) -> list[dict[str, Any]]:
    """The summaries of the newest imports of a creditor ("" for all), newest first, each with the
    `key` that it lies under, and `lacks`: of how many accounts a person must say what became."""
    prefix = f"drop/{creditor}/" if creditor else "drop/"
    keys = drop_box.newest(prefix, ".summary.json", _MOST)
    read = (import_at(drop_box, creditor, key) for key in keys)
    return [
        document | {"lacks": len(lacks.accounts) if (lacks := lacked(drop_box, document)) else 0}
        for document in read
        if document is not None
    ]


def import_at(drop_box: DropBox, creditor: str, key: str) -> dict[str, Any] | None:
    """One summary; None where the key is none, or another creditor's."""
    match = _SUMMARY.fullmatch(key)
    if match is None or (creditor and match[1] != creditor):
        return None
    document = work.read_summary(drop_box, key)
    return None if document is None else {**document, "key": key, "creditor": match[1]}


def lacked(drop_box: DropBox, document: dict[str, Any] | None) -> MissingAccounts | None:
    """The accounts that an import lacks beyond the bound, where a person has not said yet."""
    if document is None or not document.get("missing", {}).get("resting"):
        return None
    return question(document["creditor"], document["import_id"], drop_box=drop_box)

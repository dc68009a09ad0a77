"""Rows of the table Ops that say which creditors there are, and each version of their strategy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import INSTANT, StoredForm
from dunlin.adapters.dynamo.rows.row import RawItem, StoredRow, TextAttribute
from dunlin.adapters.dynamo.rows.tables import OPS

STRATEGY = "STRATEGY#"
CREDITORS = "CREDITORS"

# A file of YAML holds days, which JSON has not.
DOCUMENT: StoredForm[Mapping[str, Any]] = StoredForm(
    lambda kept: json.dumps(kept, sort_keys=True, default=str), json.loads
)


def _templates_for_letters(item: RawItem) -> RawItem:
    """The creditor's own words stood under `letters` before."""
    kept = DOCUMENT.read(item["document"]["S"]) if "document" in item else {}
    if "letters" not in kept:
        return item
    named = {"templates" if key == "letters" else key: value for key, value in kept.items()}
    return item | {"document": {"S": DOCUMENT.write(named)}}


class StrategyRow(StoredRow):
    """`CREDITOR#{id}` / `STRATEGY#{version}`: one version of a strategy document."""

    Meta: Any = OPS
    UPGRADES = (_templates_for_letters,)

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = TextAttribute(DOCUMENT)
    at = TextAttribute(INSTANT, null=True)  # for whoever looks into the table
    approved_by = UnicodeAttribute(null=True)  # who let the version's own words go
    approved_at = TextAttribute(INSTANT, null=True)

    @staticmethod
    def keys(creditor: str, version: int) -> tuple[str, str]:
        return f"CREDITOR#{creditor}", f"{STRATEGY}{version:06d}"


class CreditorRow(StoredRow):
    """`CREDITORS` / the creditor's id."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True, default=CREDITORS)
    sk = UnicodeAttribute(range_key=True)
    at = TextAttribute(INSTANT, null=True)  # for whoever looks into the table

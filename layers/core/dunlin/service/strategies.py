"""Strategies: a creditor's document, dropped in the bucket, checked and stored as a version."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.ids import creditor_id
from dunlin.ports import Creditors, DropBox

_KEY = re.compile(r"config/([^/]+)/strategy\.yaml")
_LARGEST = 256 * 1024


def load_strategy(
    key: str,
    *,
    version: str | None,
    parse: Callable[[bytes], Any],
    check: Callable[[Any], None],
    creditors: Creditors,
    drop_box: DropBox,
    now: datetime,
) -> int | None:
    """Store `config/{creditor}/strategy.yaml` as the creditor's next strategy version.

    `parse` reads YAML, `check` refuses a policy that the rulebook does not allow. A document
    that cannot be used changes nothing; what is wrong is written beside it as
    `strategy.errors.txt`. Returns the version, None where it was refused or is no strategy.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    beside = key.removesuffix("yaml") + "errors.txt"
    try:
        creditor = creditor_id(found[1])
        content = drop_box.read(key, version=version, end=_LARGEST)
        document = parse(content)
        check(document)
        stored = creditors.put_strategy(creditor, document, now)
    except DomainError as error:
        drop_box.write(beside, f"{error}\n".encode(), "text/plain; charset=utf-8")
        return None
    drop_box.write(beside, f"No errors. Stored as version {stored}.\n".encode(), "text/plain")
    return stored

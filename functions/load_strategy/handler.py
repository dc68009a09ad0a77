"""LoadStrategy: stores a dropped `config/{creditor}/strategy.yaml` as a new version."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import logger
from dunlin.service.contact.strategies import load_strategy


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS batch of S3 events under `config/`."""
    return each_message(event, _load, soon=wiring.strategy_redelivery().soon)


def _load(message: dict[str, Any]) -> None:
    item = message["detail"]["object"]
    stored = load_strategy(
        item["key"],
        version=item.get("version-id"),
        reader=wiring.strategy_reader(),
        creditors=wiring.creditors(),
        book=wiring.account_book(),
        waker=wiring.waker(),
        drop_box=wiring.drop_box(),
        now=wiring.clock().now(),
    )
    logger.info("strategy", extra={"stored": stored})

"""ReadMail: takes in an e-mail that a person wrote back."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.aws.mail_store import read_arrival
from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import count, logger
from dunlin.service.signals.mails import take_in


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS messages, each an SNS notification of SES that a mail lies in the drop bucket."""
    return each_message(event, _take_in)


def _take_in(message: dict[str, Any]) -> None:
    arrival = read_arrival(message)
    if arrival is None:
        count("Mails", outcome="malformed")
        return
    outcome = take_in(
        arrival,
        ports=wiring.mail_ports(),
        now=wiring.clock().now(),
        wall=wiring.real_clock().now(),
    )
    count("Mails", outcome=outcome)
    logger.info("mail", extra={"key": arrival.key, "outcome": outcome})

"""Arrangements: offered inside the creditor's limits, asked for, decided, paid and ended."""

from dunlin.domain.arrangements.arrangement import arrangeable
from dunlin.service.arrangements.asking import ask
from dunlin.service.arrangements.autopay import (
    autopay_page,
    autopay_saved,
    autopay_waiting,
    consent_of,
    stop_autopay,
)
from dunlin.service.arrangements.choices import (
    beyond,
    in_force,
    offers,
    profile_of,
    propose,
)
from dunlin.service.arrangements.crediting import credit, is_debit
from dunlin.service.arrangements.deciding import (
    accept_counter,
    approve,
    cancel,
    counter,
    decline,
    open_request,
    record,
)
from dunlin.service.arrangements.instalments import ArrangementDecision, ArrangementPorts, advance
from dunlin.service.arrangements.recovery import restart_lost
from dunlin.service.arrangements.writing import CONSUMER, AskRefusal

__all__ = [
    "CONSUMER",
    "ArrangementDecision",
    "ArrangementPorts",
    "AskRefusal",
    "accept_counter",
    "advance",
    "approve",
    "arrangeable",
    "ask",
    "autopay_page",
    "autopay_saved",
    "autopay_waiting",
    "beyond",
    "cancel",
    "consent_of",
    "counter",
    "credit",
    "decline",
    "in_force",
    "is_debit",
    "offers",
    "open_request",
    "profile_of",
    "propose",
    "record",
    "restart_lost",
    "stop_autopay",
]

"""Why an account waits, in the words that are stored with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

REQUEST = "arrangement_request"  # the escalation under which a request waits for staff
COUNTERED = "arrangement_countered"  # among the triggers let pass: staff answered the request
ASKED_BESIDES = "arrangement_asked_besides"
"""Among the triggers let pass: a request that nobody decided, beside an arrangement in force."""
BROKEN = "broken_arrangement"
PROMISED = "Promises to pay"
CHEQUE = "Says that a cheque is in the post"
PROMISES = (PROMISED, CHEQUE)
UNREMINDED = "unreminded"  # pays in instalments by hand, and is not to be reminded of them
BROKEN_PROMISE = "broken_promise"  # of a promise that no ladder follows up
PAUSED = "Paused by staff."
SNOOZED = "Snoozed by staff until"  # and the day
PACED = "Waits for its turn: the mail account sends no more at once."
UNPLACED = "unplaced_payment"  # a payment that may be its waits for a person to place it


UNPLACED_PERSON = "Neither the state nor the ZIP code is known"
"""How the rulebook says that no law can be asked for (PLAT-FAILCLOSED)."""
_REFUSALS = re.compile(r"(?:(?:email|sms): [^()]+\([A-Z0-9-]+\) ?)+")


def waits_for_place(reason: str) -> bool:
    """True of a hold's reason that is a ladder's own refusals and nothing that a person or a file
    said, one of them that nobody knows where the person lives."""
    return UNPLACED_PERSON in reason and _REFUSALS.fullmatch(reason) is not None


def in_order(triggers: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Of triggers that wait for a person the one in front, "" where there is none, and those
    behind it: a request first, for the person waits for its answer, then what came first."""
    first, *behind = sorted(dict.fromkeys(triggers), key=lambda t: t != REQUEST) or ("",)
    return first, tuple(behind)

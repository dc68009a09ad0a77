"""Why an account waits, in the words that are stored with it."""

from __future__ import annotations

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
UNPLACED = "unplaced_payment"  # a payment that may be its waits for a person to place it

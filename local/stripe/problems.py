"""The errors of the API, in Stripe's envelope.

`executed` says whether the request got as far as doing something: only then is its answer
kept under the idempotency key, as Stripe does.
"""

from __future__ import annotations

from typing import Any


class StripeProblem(Exception):
    """An answer that is no success. `extra` goes into the envelope as it is."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = True,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        self.error: dict[str, Any] = {"message": message, "type": kind}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.error["param"] = param
        self.error.update({name: value for name, value in extra.items() if value is not None})


def bad_parameter(message: str, param: str, code: str | None = None) -> StripeProblem:
    """A request that never began: nothing is kept under its idempotency key."""
    return StripeProblem(message, code=code, param=param, executed=False)


def missing(kind: str, identifier: str, param: str = "id") -> StripeProblem:
    """No such object. Stripe answers 404 where the object is the path, 400 where a parameter."""
    return StripeProblem(
        f"No such {kind}: '{identifier}'",
        status=404 if param == "id" else 400,
        code="resource_missing",
        param=param,
    )


def unexpected_state(
    message: str, name: str, thing: dict[str, Any], code: str | None = None
) -> StripeProblem:
    """The object is not in a state that allows the action; the envelope carries the object."""
    problem = StripeProblem(message, code=code or f"{name}_unexpected_state")
    problem.error[name] = thing
    return problem

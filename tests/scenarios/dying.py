"""Death at the n-th side effect, just before it or just after it, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

WRITES = {
    "book": ("take_permit", "spend_permit", "apply", "apply_many", "pause"),
    "sessions": ("put_link", "put_code"),
    "mailbox": ("send",),
    "sms_sender": ("send",),
    "waker": ("wake", "start", "notice", "start_arrangement", "wake_arrangement"),
    "processor": ("charge_saved", "create_setup", "forget_method", "refund", "expire_checkout"),
    "inbox": ("store",),
    "queue": ("put",),
    "drop_box": ("write",),
    "archive": ("archive", "put_root"),
    "signer": ("sign",),
    "counters": ("count",),
    "bus": ("publish",),
    "rollouts": ("put_rollout", "put_request"),
}


class Died(BaseException):
    """The function is gone: no handler of its own may see this."""


class Deaths:
    """Counts side effects over all ports it guards and dies once, at the one asked for."""

    def __init__(self, at: int, when: str) -> None:
        self.at, self.when = at, when
        self.count = 0
        self.happened = ""

    def guard(self, port: Any, name: str) -> Any:
        return _Guarded(port, name, self)

    def effect(self, name: str, act: Callable[[], Any]) -> Any:
        self.count += 1
        mine = self.count == self.at and not self.happened
        if mine and self.when == "before":
            self.happened = name
            raise Died(name)
        answer = act()
        if mine:
            self.happened = name
            raise Died(name)
        return answer


class _Guarded:
    def __init__(self, port: Any, name: str, deaths: Deaths) -> None:
        self._port, self._name, self._deaths = port, name, deaths

    def __getattr__(self, method: str) -> Any:
        member = getattr(self._port, method)
        if method not in WRITES[self._name]:
            return member
        if method == "apply_many":
            # Many changes are several transactions: death may fall between any two of them.
            return lambda changes: [
                refused
                for change in changes
                for refused in self._deaths.effect("book.apply_many", partial(member, [change]))
            ]
        return lambda *args, **kwargs: self._deaths.effect(
            f"{self._name}.{method}", lambda: member(*args, **kwargs)
        )


def every_death(play: Callable[[Deaths], None], *, most: int = 400) -> Iterator[str]:
    """Play once for each side effect and each side of it; the names of those that died.

    `play` makes its own world. Ends after the first play in which nothing died."""
    for when in ("before", "after"):
        for at in range(1, most):
            deaths = Deaths(at, when)
            play(deaths)
            if not deaths.happened:
                break
            yield f"{when} {deaths.happened}"
        else:
            raise AssertionError(f"more than {most} side effects")


def called_again(function: Callable[[], Any]) -> Any:
    """Call a function as Lambda, SQS and Step Functions do: again after it died."""
    for _ in range(3):
        try:
            return function()
        except Died:
            continue
    raise AssertionError("died more than once")

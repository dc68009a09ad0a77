"""`python -m local days N`: days of a stack with a virtual clock pass at once, and the people whom
its messages reach act as they do in the demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from local.local_stack import CONSUMERS, LocalStack, LocalStackError, find
from local.outside import OutsideWorld
from local.progress import Progress
from local.simulated_consumers import SimulatedConsumers
from local.timelapse import TimeLapse

_SHOWN_EVERY = timedelta(days=2)
_PRINTED_EVERY = timedelta(days=10)


def pass_days(days: int, console: Console) -> None:
    """Let so many days pass on the stack that runs. Raises `LocalStackError` where none runs or
    where it reads real time."""
    stack = find()
    if stack is None or not stack.time_lapse:
        raise LocalStackError(
            "no local cloud with a clock of its own runs; `make demo` and"
            " `dunlin up --time-lapse INSTANT` start one"
        )
    lapse = TimeLapse(stack)
    outside, consumers = world(stack, lapse)
    live(lapse, consumers, outside, until=lapse.now + timedelta(days=days), console=console)
    did = ", ".join(f"{n} {what}" for what, n in consumers.did.most_common())
    console.print(f"  it is {lapse.now:%a %d %b, %H:%M} UTC; people: {did or 'nothing'}")


def world(stack: LocalStack, lapse: TimeLapse) -> tuple[OutsideWorld, SimulatedConsumers]:
    """What is outside of a stack: its providers and the people."""
    from dunlin.runtime import wiring

    outside = OutsideWorld(cloud=stack.cloud)
    consumers = SimulatedConsumers(
        outside=outside,
        lapse=lapse,
        book=wiring.account_book(),
        reply_topic=stack.outputs["ReplyTopicArn"],
        diary=Path(stack.directory) / CONSUMERS,
    )
    return outside, consumers


def live(
    lapse: TimeLapse,
    consumers: SimulatedConsumers,
    outside: OutsideWorld,
    *,
    until: datetime,
    console: Console,
) -> None:
    """Let time pass until then, and say on the console how far it is."""
    shown = printed = lapse.now

    def after_each() -> None:
        nonlocal shown, printed
        consumers.look()
        if lapse.now - shown < _SHOWN_EVERY:
            return
        shown = lapse.now
        how_far = (
            f"{shown:%a %d %b}  {len(outside.emails())} e-mails, {len(outside.texts())} texts,"
            f" {sum(n for w, n in consumers.did.items() if w.startswith('paid'))} payments"
        )
        progress.show(how_far)
        if shown - printed >= _PRINTED_EVERY:
            printed = shown
            console.print(f"  {how_far}", highlight=False)

    with Progress(console, f"living until {until:%a %d %b}") as progress:
        lapse.run(until, after_each=after_each)
        lapse.sign_days()

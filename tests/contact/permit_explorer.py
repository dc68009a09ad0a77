"""A small exhaustive explorer: every state that a model can reach, each once, nearest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

S = TypeVar("S")


class Model(Protocol[S]):
    """What is explored. `key` tells states apart, `fault` says in plain words what is wrong."""

    def first(self) -> S: ...

    def moves(self, state: S) -> Iterable[tuple[str, S]]: ...

    def key(self, state: S) -> Hashable: ...

    def fault(self, state: S, *, final: bool) -> str: ...


@dataclass(frozen=True)
class Explored(Generic[S]):
    """How much was seen, and the shortest story that ends in a fault, if there is one."""

    states: int
    moves: int
    finals: int
    fault: str = ""
    story: tuple[str, ...] = ()

    def __str__(self) -> str:
        seen = f"{self.states:,} states, {self.moves:,} moves, {self.finals:,} ends"
        if not self.fault:
            return f"{seen}: no fault"
        steps = "\n".join(f"    {n}. {step}" for n, step in enumerate(self.story, start=1))
        return f"{seen}: {self.fault}\n{steps}"


def explore(model: Model[S], *, most: int = 1_000_000) -> Explored[S]:
    """Visit every reachable state, breadth first. Stops at the first fault.

    Raises `RuntimeError` beyond `most` states: a proof that was cut short is none.
    """
    first = model.first()
    # How each state was first reached: (the key before, the move), for the story.
    reached: dict[Hashable, tuple[Hashable, str] | None] = {model.key(first): None}
    waiting = deque([first])
    moves = finals = 0

    def story(key: Hashable) -> tuple[str, ...]:
        steps: list[str] = []
        while (before := reached[key]) is not None:
            key, step = before
            steps.append(step)
        return tuple(reversed(steps))

    while waiting:
        state = waiting.popleft()
        key = model.key(state)
        following = list(model.moves(state))
        finals += not following
        if fault := model.fault(state, final=not following):
            return Explored(len(reached), moves, finals, fault, story(key))
        for step, after in following:
            moves += 1
            after_key = model.key(after)
            if after_key not in reached:
                if len(reached) >= most:
                    raise RuntimeError(f"more than {most} states")
                reached[after_key] = (key, step)
                waiting.append(after)
    return Explored(len(reached), moves, finals)

"""The explorer itself: it sees everything, each once, and tells the shortest story."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import pytest

from tests.contact.permit_explorer import explore

State = tuple[int, tuple[tuple[str, int], ...]]  # the counter; each worker's step and what it read


class Counters:
    """Workers add one to a counter: at once, or by reading and then writing."""

    def __init__(self, workers: int, *, atomic: bool) -> None:
        self.workers, self.atomic = workers, atomic

    def first(self) -> State:
        return 0, (("start", 0),) * self.workers

    def key(self, state: State) -> Hashable:
        return state

    def moves(self, state: State) -> Iterable[tuple[str, State]]:
        counter, workers = state
        for n, (at, read) in enumerate(workers):
            if at == "start" and self.atomic:
                yield f"{n} adds", (counter + 1, _with(workers, n, ("done", 0)))
            elif at == "start":
                yield f"{n} reads {counter}", (counter, _with(workers, n, ("read", counter)))
            elif at == "read":
                yield f"{n} writes {read + 1}", (read + 1, _with(workers, n, ("done", 0)))

    def fault(self, state: State, *, final: bool) -> str:
        return f"lost: {state[0]}" if final and state[0] != self.workers else ""


def _with(
    workers: tuple[tuple[str, int], ...], n: int, worker: tuple[str, int]
) -> tuple[tuple[str, int], ...]:
    return (*workers[:n], worker, *workers[n + 1 :])


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_all_states_of_a_correct_model_are_seen_once(workers: int) -> None:
    seen = explore(Counters(workers, atomic=True))
    # Every subset of the workers may be done; each has as many moves as workers are left.
    assert (seen.states, seen.moves, seen.finals) == (2**workers, workers * 2 ** (workers - 1), 1)
    assert seen.fault == ""


def test_a_race_is_found_and_its_story_is_the_shortest() -> None:
    seen = explore(Counters(2, atomic=False))
    assert seen.fault == "lost: 1"
    assert seen.story == ("0 reads 0", "1 reads 0", "0 writes 1", "1 writes 1")
    assert "    4. 1 writes 1" in str(seen)


def test_one_worker_alone_loses_nothing() -> None:
    seen = explore(Counters(1, atomic=False))
    assert (seen.states, seen.fault) == (3, "")


def test_a_proof_that_was_cut_short_is_none() -> None:
    with pytest.raises(RuntimeError):
        explore(Counters(4, atomic=True), most=15)

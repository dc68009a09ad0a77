"""How well replies are read: lists and model together, as production takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.reading import HALTING, LABELS, ReplyReading, read

NOW, ZONE = datetime(2026, 11, 23, 17, tzinfo=UTC), ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Judged:
    """A text and what is right: its label, whether it ends messages, whether it must pause."""

    text: str
    label: str
    stops: bool
    group: str
    pauses: bool | None = None
    promise_on: date | None = None
    channel: str = "sms"

    @property
    def must_pause(self) -> bool:
        return self.label in HALTING if self.pauses is None else self.pauses


def readings(judged: Iterable[Judged], model: ReplyModel) -> list[ReplyReading]:
    return [read(j.text, channel=j.channel, now=NOW, zone=ZONE, model=model) for j in judged]


def measures(judged: Sequence[Judged], model: ReplyModel) -> dict[str, dict[str, float]]:
    """The figures for all, and for each group."""
    read_as = list(zip(judged, readings(judged, model), strict=True))
    groups: dict[str, list[tuple[Judged, ReplyReading]]] = {"all": read_as}
    for pair in read_as:
        groups.setdefault(pair[0].group, []).append(pair)
    return {name: figures(pairs) for name, pairs in sorted(groups.items())}


def figures(pairs: Sequence[tuple[Judged, ReplyReading]]) -> dict[str, float]:
    """macro_f1 of the labels; hard_stops: opt-outs obeyed; false_stops among the others; among
    what must stop or pause, stopped_or_paused; among what must pause, must_pause that did;
    needless_pauses among what need neither, and the same without those who say they have paid."""
    f1 = label_f1([(judged.label, reading.label) for judged, reading in pairs])
    binding = [(j, r) for j, r in pairs if j.stops or j.must_pause]
    free = [(j, r) for j, r in pairs if not j.stops and not j.must_pause]
    promised = [(j, r) for j, r in pairs if j.promise_on]
    return {
        "texts": len(pairs),
        "macro_f1": round(sum(f1.values()) / len(f1), 4),
        "hard_stops": _part(r.opt_out for j, r in pairs if j.stops),
        "false_stops": _part(r.opt_out for j, r in pairs if not j.stops),
        "stopped_or_paused": _part(r.opt_out or r.pause for _, r in binding),
        "must_pause": _part(r.pause for j, r in pairs if j.must_pause),
        "needless_pauses": _part(r.pause for _, r in free),
        "needless_unpaid": _part(r.pause for j, r in free if j.label != "already_paid"),
        "promise_days": _part(r.promise_on == j.promise_on for j, r in promised),
    }


def label_f1(pairs: Sequence[tuple[str, str]]) -> Mapping[str, float]:
    """F1 of each label that is right or given at least once; pairs of right and given."""
    by_label = {}
    for label in LABELS:
        right = sum(a == b == label for a, b in pairs)
        either = sum(a == label for a, _ in pairs) + sum(b == label for _, b in pairs)
        if either:
            by_label[label] = 2 * right / either
    return by_label


def _part(values: Iterable[bool]) -> float:
    counted = list(values)
    return round(sum(counted) / len(counted), 4) if counted else 1.0

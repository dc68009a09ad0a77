"""Publishing changes: what the streams of accounts and touches say becomes counters, domain events
and measures. Nobody else publishes, so what was written is told and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dunlin.domain.accounts import counters as count
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.batches import batches
from dunlin.domain.messages.prices import message_micro
from dunlin.domain.staff import events as tell
from dunlin.ports.accounts import PeopleIndex, Portfolios, Reply
from dunlin.ports.reports import Counters, EventBus, SpendMeter, StreamRecord
from dunlin.ports.strategies import Creditors

# The provider has it. `unknown` may have been handed over and is measured where it is resolved.
_HANDED_OVER = frozenset({TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED})
_AT_ONCE = 1_000  # shares of accounts that are counted anew
_OUTCOMES = frozenset({Status.SETTLED, Status.EXHAUSTED, Status.FAILED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric value. Dimensions are code words of a short list, never ids."""

    name: str
    value: int
    dimensions: Mapping[str, str]


def publish(
    records: Sequence[StreamRecord], *, counters: Counters, meter: SpendMeter, bus: EventBus
) -> tuple[Measure, ...]:
    """Count and tell a batch of stream records; returns the measures to emit, summed.

    Raises `Conflict` or `Unavailable`, after which the whole batch may come again: counters
    then change nothing, events carry the same ids, and measures were not returned.
    """
    counters.count([share for record in records for share in _share(record)])
    for month, micro in _spent(records).items():
        meter.add(month, micro)
    bus.publish([event for record in records for event in _events(record)])
    return _sum(measure for record in records for measure in _measures(record))


def recount(creditor: str, *, book: Portfolios, counters: Counters) -> list[count.Drift]:
    """Count a creditor's accounts one by one and compare. Anything found is a defect, unless
    the accounts were being written meanwhile: count again before raising an alarm."""
    actual = count.fold(count.share_of(a) for a in book.accounts_of_creditor(creditor))
    return count.drift(counters.tally(creditor), actual)


def count_anew(creditor: str, *, book: Portfolios, counters: Counters) -> int:
    """Count and list every account of a creditor as it is now: what the stream lost of it is made
    good, and so is what was counted before there were lists; the rest changes nothing. How many
    accounts were."""
    shares = (count.share_of(account) for account in book.accounts_of_creditor(creditor))
    changed = 0
    for some in batches(shares, _AT_ONCE):
        changed += counters.count(some)
    return changed


def index_anew(creditor: str, *, book: PeopleIndex) -> None:
    """Let everybody of a creditor be found by name and address, also whoever was written before
    names were."""
    for some in batches(book.accounts_of_creditor(creditor), _AT_ONCE):
        book.index_people(book.read_consumers(a.consumer_id for a in some).values())


def recount_all(*, book: Portfolios, counters: Counters, creditors: Creditors) -> list[count.Drift]:
    """What differs for any creditor, seen twice: whatever was being written meanwhile is gone
    at the second count."""
    adrift = []
    for creditor in creditors.all():
        drifts = recount(creditor, book=book, counters=counters)
        if drifts:
            again = recount(creditor, book=book, counters=counters)
            adrift += [drift for drift in drifts if drift in again]
    return adrift


def _share(record: StreamRecord) -> Iterable[count.CountedShare]:
    old, new = record.old, record.new
    if isinstance(new, Account):
        share = count.share_of(new)
        # Most writes of an account change its plan only: they cost no write here.
        if isinstance(old, Account) and count.share_of(old).adds_as(share):
            return
        yield share
    elif new is None and isinstance(old, Account):
        yield count.CountedShare(account_id=old.account_id, version=old.version + 1, cell=None)


def _events(record: StreamRecord) -> Iterable[tell.DomainEvent]:
    match record.new:
        case Account():
            old_account = record.old if isinstance(record.old, Account) else None
            yield from tell.of_account(record.record_id, old_account, record.new)
        case Touch():
            old_touch = record.old if isinstance(record.old, Touch) else None
            yield from tell.of_touch(record.record_id, old_touch, record.new)
        case LedgerEntry() if record.old is None:
            event = tell.of_entry(record.record_id, record.new)
            if event is not None:
                yield event
        case Reply() if record.old is None:
            yield tell.of_reply(
                record.record_id,
                reply_id=record.new.reply_id,
                account_id=record.new.account_id,
                consumer_id=record.new.consumer_id,
                channel=record.new.channel,
            )


def _spent(records: Sequence[StreamRecord]) -> dict[str, int]:
    """What the messages of a batch cost, by the month they were handed over in."""
    spent: dict[str, int] = {}
    for record in records:
        if isinstance(record.new, Touch) and _handed_over(record):
            month = f"{record.new.sent_at or record.new.permitted_at:%Y-%m}"
            spent[month] = spent.get(month, 0) + message_micro(
                record.new.channel, record.new.content
            )
    return spent


_LATER_FILES = ("import newer file", "import payments file")


def _handed_over(record: StreamRecord) -> bool:
    before = record.old.state if isinstance(record.old, Touch) else None
    now = record.new.state if isinstance(record.new, Touch) else None
    return now in _HANDED_OVER and before not in _HANDED_OVER


def _measures(record: StreamRecord) -> Iterable[Measure]:
    old, new = record.old, record.new
    if isinstance(new, Touch):
        if _handed_over(record):
            yield Measure("MessagesSent", 1, {"channel": new.channel.value})
    elif isinstance(new, LedgerEntry) and old is None and _recovers(new):
        yield Measure("Payments", 1, {})
        yield Measure("RecoveredMinor", -new.amount.minor, {"currency": new.amount.currency})
    elif isinstance(old, Account) and isinstance(new, Account) and _ended(old, new):
        yield Measure("LadderOutcomes", 1, {"outcome": new.status.value})


def _recovers(entry: LedgerEntry) -> bool:
    """True for money paid since the account is here; what its first file says was paid before
    is no recovery."""
    before = entry.source.startswith("import ") and entry.source not in _LATER_FILES
    return entry.kind == "payment" and not before


def _ended(old: Account, new: Account) -> bool:
    return new.status is not old.status and new.status in _OUTCOMES


def _sum(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
    for measure in measures:
        key = (measure.name, tuple(sorted(measure.dimensions.items())))
        sums[key] = sums.get(key, 0) + measure.value
    return tuple(Measure(name, value, dict(keys)) for (name, keys), value in sorted(sums.items()))

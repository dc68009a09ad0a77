"""Every kind of row with a value that it holds, and how it is read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dunlin.adapters.dynamo.rows.accounts import (
    AccountRow,
    LedgerRow,
    NameRow,
    WaitRow,
)
from dunlin.adapters.dynamo.rows.arrangements import ArrangementRow
from dunlin.adapters.dynamo.rows.audit import AuditRow
from dunlin.adapters.dynamo.rows.counters import PlaceRow, ShareRow
from dunlin.adapters.dynamo.rows.ops import (
    ClockRow,
    PaceRow,
    PauseRow,
    SeenRow,
    SpendRow,
    StrayRow,
    WalkRow,
)
from dunlin.adapters.dynamo.rows.people import AddressRow, ContactsRow, ProfileRow
from dunlin.adapters.dynamo.rows.permits import PermitRow
from dunlin.adapters.dynamo.rows.portal import (
    CodeRow,
    DraftRow,
    LinkRow,
    PaymentsRow,
    SessionRow,
    TriesRow,
)
from dunlin.adapters.dynamo.rows.rollouts import LookRow, RequestRow, RolloutRow, SegmentRow
from dunlin.adapters.dynamo.rows.row import StoredRow
from dunlin.adapters.dynamo.rows.strategies import CreditorRow, StrategyRow
from dunlin.adapters.dynamo.rows.touches import AnswerRow, ReplyRow, TouchRow
from dunlin.adapters.dynamo.rows.webhooks import EventRow
from dunlin.domain.accounts.lists import ListPlace
from tests.rows import values
from tests.rows.values import AT, CREDITOR, DAY
from tests.support.builders import strategy_document


@dataclass(frozen=True)
class Kind:
    """A kind of row. `needed`: the attributes it means nothing without, its keys apart. `within`:
    those of its JSON documents, a document below another as `next_action.at`."""

    of: Callable[[Any], StoredRow]
    value: Any
    needed: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()

    def write(self) -> StoredRow:
        return self.of(self.value)

    @property
    def row(self) -> type[StoredRow]:
        return type(self.write())

    def read(self, item: dict[str, Any]) -> Any:
        """What the row of an item holds, as its adapter reads it."""
        row: Any = self.row.from_raw_data(item)
        if hasattr(row, "to_domain"):
            return row.to_domain()
        row.complete()
        return _without_shape(row)


def _without_shape(row: StoredRow) -> dict[str, Any]:
    return {k: v for k, v in row.attribute_values.items() if k != "shape"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _bare(row: type[StoredRow], needed: str = "", **held: Any) -> Kind:
    """A row that no class of the domain stands behind, by what it holds."""
    return Kind(lambda attributes: row(**attributes), _without_shape(row(**held)), _words(needed))


KINDS = {
    "account": Kind(
        lambda account: AccountRow.of(account, AT.isoformat()),
        values.ACCOUNT,
        _words("creditor consumer_id reference status balance_minor currency version audit_head"),
        _words("next_action.at next_action.channel next_action.template next_action.reason"),
    ),
    "ledger entry": Kind(
        LedgerRow.of,
        values.LEDGER_ENTRY,
        _words("kind amount_minor currency on source"),
    ),
    "wait": _bare(
        WaitRow,
        "version",
        account_id="acc_full",
        sk="AWAIT",
        version=7,
        task_token="token-of-a-wait",
    ),
    "name": _bare(NameRow, account_id="NAME#acme-clinic#inv-1", sk="acc_full"),
    "arrangement": Kind(
        ArrangementRow.of,
        values.ARRANGEMENT,
        _words("state body version"),
        _words(
            "body.number body.terms body.asked_at body.asked_by"
            " body.terms.frequency body.terms.instalments"
            " body.instalments.number body.instalments.due_on body.instalments.amount"
            " body.instalments.tries.attempt_id body.instalments.tries.at"
            " body.instalments.tries.amount body.instalments.tries.method_ref"
            " body.instalments.tries.kind body.autopay.consent"
        ),
    ),
    "profile": Kind(
        ProfileRow.of,
        values.CONSUMER,
        _words("creditor profile flags version audit_head"),
        _words("profile.name flags.attorney.at flags.attorney.by"),
    ),
    "contacts": Kind(ContactsRow.of, values.HISTORY, _words("contacts version")),
    "contact point": _bare(
        AddressRow,
        "address_hash",
        consumer_id="con_full",
        sk="AT#1",
        address_hash="f" * 64,
    ),
    "touch": Kind(
        TouchRow.of,
        values.TOUCH,
        _words(
            "touch_id consumer_id creditor channel template template_version state permitted_at"
            " expires_at"
        ),
    ),
    "reply": Kind(ReplyRow.of, values.REPLY, _words("consumer_id channel text")),
    "answer": Kind(AnswerRow.of, values.ANSWER, _words("by channel text")),
    "permit": _bare(
        PermitRow,
        "touch_id account_id consumer_id consumer_version creditor channel address_hash"
        " template_version rulebook expires_at cleared_at",
        **PermitRow.of(values.PERMIT).attribute_values,
    ),
    "audit entry": Kind(
        AuditRow.of,
        values.AUDIT_ENTRY,
        _words("at actor what data previous hash"),
    ),
    "pause": _bare(
        PauseRow,
        pk="PAUSE#c#1",
        by_platform="op_1",
        by_creditor="op_2",
        segments={},
        segments_version=3,
    ),
    "signal": _bare(SeenRow, pk="SEEN#sig_1", digest="d1"),
    "spend": _bare(SpendRow, pk="SPEND#2026-11", micro=12, stopped_at=10),
    "stray mail": Kind(StrayRow.of, values.STRAY_MAIL, _words("at key expires_at")),
    "pace": _bare(
        PaceRow,
        step=80_000,
        per_day=49_000,
        turn=1_800_000_000_000_000,
        closed_until=AT,
        quiet_at=AT,
    ),
    "walk": _bare(WalkRow, pk="WALK#ladders", cursor="acme acc_1", held_until=AT),
    "clock": _bare(ClockRow, "at", at=AT),
    "strategy": _bare(
        StrategyRow,
        "document",
        pk="CREDITOR#acme-clinic",
        sk="STRATEGY#000001",
        document=strategy_document(**values.OWN_WORDS),
        at=AT,
        approved_by="ben",
        approved_at=AT,
    ),
    "creditor": _bare(CreditorRow, sk=CREDITOR, at=AT),
    "segment": Kind(
        lambda segment: SegmentRow.of(CREDITOR, segment), values.SEGMENT, _words("document")
    ),
    "rollout": Kind(
        RolloutRow.of,
        values.ROLLOUT,
        _words("document version"),
        _words(
            "document.segment document.when document.strategy_version document.configuration"
            " document.stage document.size document.started_at document.baseline"
            " document.baseline.on document.baseline.accounts document.baseline.owed"
            " document.baseline.buckets"
        ),
    ),
    "look": Kind(LookRow.of, values.LOOK, _words("at number counted")),
    "rollout request": Kind(
        RequestRow.of, values.ROLLOUT_REQUEST, _words("asked_at version expires_at")
    ),
    "share": Kind(
        ShareRow.of,
        replace(values.SHARE, site="Pier Road", cohort=f"{CREDITOR}.1", listed=True),
        _words("version minor creditor status hold currency due_on"),
    ),
    "place": Kind(PlaceRow.of, ListPlace(f"{CREDITOR}#status#active#due", "2026-10-01#acc_full")),
    "link": Kind(
        LinkRow.of,
        values.LINK,
        _words("account_id consumer_id creditor touch_id channel address_hash expires_at"),
    ),
    "session": Kind(
        SessionRow.of,
        values.SESSION,
        _words("account_id consumer_id creditor csrf language expires_at"),
    ),
    "draft": Kind(
        DraftRow.of,
        values.DRAFT,
        _words("consumer_id place form expires_at"),
    ),
    "tries": _bare(TriesRow, pk="ATTEMPT#con_full", tries=2, expires_at=AT),
    "code": _bare(
        CodeRow,
        "code_hash expires_at",
        pk="CODE#con_full",
        code_hash="4" * 64,
        expires_at=AT + DAY,
    ),
    "payments": Kind(
        lambda many: PaymentsRow.of("con_full", many),
        values.PAYMENT_ATTEMPTS,
        _words("attempts"),
        _words(
            "attempts.attempt_id attempts.account_id attempts.minor attempts.currency"
            " attempts.locale attempts.at"
        ),
    ),
    "event": _bare(EventRow, "body", event_id="evt_1", body="{}", at=AT, expires_at=AT + DAY),
}

"""PynamoDB rows of the tables Accounts, People, Touches, Permits, Audit and Ops, with their way
to and from the domain. Private to this package. Instants are ISO 8601 UTC text, money whole
minor units, so nothing passes through floating point.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    IncludeProjection,
    KeysOnlyProjection,
)
from pynamodb.models import Model

from dunlin.domain.accounts.account import (
    Account,
    Case,
    Hold,
    LedgerEntry,
    NextAction,
    Override,
    Status,
)
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    Flag,
    PastContact,
    Preferences,
)
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.audit.audit import AuditEntry, canonical
from dunlin.domain.money import Money
from dunlin.ports.accounts import Answer, Reply

DUE_SHARDS = 16
RESTING = "rest"  # the bucket of what rests without a ladder; few do
PAUSE_SHARDS = 16
META, PROFILE, CONTACTS = "META", "PROFILE", "CONTACTS"
_YEAR = 366 * 86_400


def instant(at: datetime) -> str:
    """ISO 8601 in UTC with a Z, sortable as text: whole seconds or microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else read_instant(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def shard(key: str, shards: int) -> int:
    """A steady shard of a key."""
    return hashlib.sha256(key.encode()).digest()[0] % shards


def _meta(name: str) -> Any:
    """Short time-outs: a function must not hang on a table."""
    return type(
        "Meta",
        (),
        {
            "table_name": name,
            "connect_timeout_seconds": 1,
            "read_timeout_seconds": 3,
            "max_retry_attempts": 3,
        },
    )


class ByConsumer(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "byConsumer"
        projection = AllProjection()

    consumer_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class ByCreditor(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "byCreditor"
        projection = AllProjection()

    creditor = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "byDue"
        projection = AllProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ByQueue(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "byQueue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    queued_at = UnicodeAttribute(range_key=True)


class OnLadders(GlobalSecondaryIndex["AccountRow"]):
    """Every active account, in few bytes: who has an execution and who should."""

    class Meta:
        index_name = "onLadders"
        projection = IncludeProjection(["ladder_run"])

    on_ladder_of = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class AccountRow(Model):
    Meta = _meta("Accounts")

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=META)
    creditor = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    reference = UnicodeAttribute()
    invoice = UnicodeAttribute()
    status = UnicodeAttribute()
    hold = UnicodeAttribute(null=True)
    hold_reason = UnicodeAttribute()
    balance_minor = NumberAttribute()
    currency = UnicodeAttribute()
    issued_on = UnicodeAttribute(null=True)
    due_on = UnicodeAttribute(null=True)
    industry = UnicodeAttribute()
    debt_kind = UnicodeAttribute()
    debt_role = UnicodeAttribute()
    language = UnicodeAttribute()
    extras = JSONAttribute()
    strategy_version = NumberAttribute()
    ladder_run = NumberAttribute()
    rung = NumberAttribute()
    occurrence = NumberAttribute()
    due_at = UnicodeAttribute(null=True)
    due_bucket = UnicodeAttribute(null=True)
    next_action = JSONAttribute(null=True)
    escalated = UnicodeAttribute()
    released = JSONAttribute()
    ladder = UnicodeAttribute()
    activated_at = UnicodeAttribute(null=True)
    touched_at = UnicodeAttribute(null=True)
    sent = JSONAttribute()
    cohort = UnicodeAttribute()
    shadow = BooleanAttribute()
    contested_minor = NumberAttribute()
    arrangement_id = UnicodeAttribute()
    arranged = BooleanAttribute()
    override = JSONAttribute(null=True)
    case = JSONAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    queued_at = UnicodeAttribute(null=True)
    on_ladder_of = UnicodeAttribute(null=True)
    version = NumberAttribute()
    audit_head = UnicodeAttribute()

    by_consumer = ByConsumer()
    by_creditor = ByCreditor()
    by_due = ByDue()
    by_queue = ByQueue()
    on_ladders = OnLadders()

    # Everything but the keys and the task token, which only `AwaitDue` and its kin write.
    WRITTEN = (
        "creditor", "consumer_id", "reference", "invoice", "status", "hold", "hold_reason",
        "balance_minor", "currency", "issued_on", "due_on", "industry", "debt_kind", "debt_role",
        "language", "extras", "strategy_version", "ladder_run", "rung", "occurrence", "due_at",
        "due_bucket", "next_action", "escalated", "released", "ladder", "sent", "cohort", "shadow",
        "activated_at", "touched_at",
        "contested_minor", "arrangement_id", "arranged", "override", "case", "queue", "queued_at",
        "on_ladder_of", "version", "audit_head",
    )  # fmt: skip

    @classmethod
    def of(cls, account: Account, at: str) -> AccountRow:
        """The row of an account; `at` is when a new wait for staff began."""
        action = account.next_action
        queue = _queue_of(account)
        return cls(
            account.account_id,
            META,
            creditor=account.creditor,
            consumer_id=account.consumer_id,
            reference=account.reference,
            invoice=account.invoice,
            status=account.status.value,
            hold=account.hold.value if account.hold else None,
            hold_reason=account.hold_reason,
            balance_minor=account.balance.minor,
            currency=account.balance.currency,
            issued_on=account.issued_on and account.issued_on.isoformat(),
            due_on=account.due_on and account.due_on.isoformat(),
            industry=account.industry,
            debt_kind=account.debt_kind,
            debt_role=account.debt_role,
            language=account.language,
            extras=account.extras,
            strategy_version=account.strategy_version,
            ladder_run=account.ladder_run,
            rung=account.rung,
            occurrence=account.occurrence,
            due_at=account.due_at and instant(account.due_at),
            due_bucket=_bucket_of(account),
            next_action=action
            and {
                "at": instant(action.at),
                "channel": action.channel,
                "template": action.template,
                "reason": action.reason,
            },
            escalated=account.escalated,
            released=list(account.approved_triggers),
            ladder=account.ladder,
            activated_at=account.activated_at and instant(account.activated_at),
            touched_at=account.touched_at and instant(account.touched_at),
            sent=list(account.sent),
            cohort=account.cohort,
            shadow=account.shadow,
            contested_minor=account.contested_minor,
            arrangement_id=account.arrangement_id,
            arranged=account.arranged,
            override=asdict(account.override) if account.override else None,
            case=_case_of(account.case) if account.case else None,
            queue=queue,
            queued_at=at if queue else None,
            on_ladder_of=account.creditor if account.status is Status.ACTIVE else None,
            version=account.version,
            audit_head=account.audit_head,
        )

    def to_domain(self) -> Account:
        action = self.next_action
        return Account(
            account_id=self.account_id,
            creditor=self.creditor,
            consumer_id=self.consumer_id,
            reference=self.reference,
            invoice=self.invoice,
            status=Status(self.status),
            hold=Hold(self.hold) if self.hold else None,
            hold_reason=self.hold_reason,
            balance=Money(int(self.balance_minor), self.currency),
            issued_on=_day(self.issued_on),
            due_on=_day(self.due_on),
            industry=self.industry,
            debt_kind=self.debt_kind,
            debt_role=self.debt_role,
            language=self.language,
            extras=dict(self.extras),
            strategy_version=int(self.strategy_version),
            ladder_run=int(self.ladder_run),
            rung=int(self.rung),
            occurrence=int(self.occurrence),
            due_at=_maybe(self.due_at),
            next_action=action
            and NextAction(
                at=read_instant(action["at"]),
                channel=action["channel"],
                template=action["template"],
                reason=action["reason"],
            ),
            escalated=self.escalated,
            approved_triggers=tuple(self.released),
            ladder=self.ladder,
            activated_at=_maybe(self.activated_at),
            touched_at=_maybe(self.touched_at),
            sent=tuple(self.sent),
            cohort=self.cohort,
            shadow=bool(self.shadow),
            contested_minor=int(self.contested_minor),
            arrangement_id=self.arrangement_id,
            arranged=bool(self.arranged),
            override=Override(**self.override) if self.override else None,
            case=_case_to(self.case) if self.case else None,
            version=int(self.version),
            audit_head=self.audit_head,
        )


def _bucket_of(account: Account) -> str | None:
    """The list of what comes due that the account is on."""
    if account.resting:
        return RESTING
    timed = account.status is Status.ACTIVE and account.timed
    return str(shard(account.account_id, DUE_SHARDS)) if timed else None


def _queue_of(account: Account) -> str | None:
    """The list that the account is on: for staff, or as a defect."""
    if account.waits_for_staff:
        return f"STAFF#{account.creditor}"
    return f"UNATTENDED#{account.creditor}" if account.unattended else None


def _case_of(case: Case) -> dict[str, Any]:
    times = {"since": case.since, "asked_at": case.asked_at}
    return asdict(case) | {name: at and instant(at) for name, at in times.items()}


def _case_to(row: dict[str, Any]) -> Case:
    return Case(**row | {name: _maybe(row[name]) for name in ("since", "asked_at")})


class LedgerRow(Model):
    """In the Accounts table, sort key `LEDGER#{entry_id}`."""

    Meta = _meta("Accounts")

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    amount_minor = NumberAttribute()
    currency = UnicodeAttribute()
    on = UnicodeAttribute()
    source = UnicodeAttribute()
    note = UnicodeAttribute()

    @classmethod
    def of(cls, entry: LedgerEntry) -> LedgerRow:
        return cls(
            entry.account_id,
            f"LEDGER#{entry.entry_id}",
            kind=entry.kind,
            amount_minor=entry.amount.minor,
            currency=entry.amount.currency,
            on=entry.on.isoformat(),
            source=entry.source,
            note=entry.note,
        )

    def to_domain(self) -> LedgerEntry:
        return LedgerEntry(
            entry_id=self.sk.removeprefix("LEDGER#"),
            account_id=self.account_id,
            kind=self.kind,
            amount=Money(int(self.amount_minor), self.currency),
            on=date.fromisoformat(self.on),
            source=self.source,
            note=self.note,
        )


def _consent_of(consent: Consent) -> dict[str, Any]:
    return {
        "state": consent.state.value,
        "version": consent.version,
        "at": consent.at and instant(consent.at),
        "evidence": consent.evidence,
    }


def _consent_to(row: dict[str, Any]) -> Consent:
    return Consent(
        state=ConsentState(row["state"]),
        version=row["version"],
        at=_maybe(row["at"]),
        evidence=row["evidence"],
    )


def _preferences(row: dict[str, Any]) -> Preferences:
    hours = row["hours"]
    return Preferences(
        channels=tuple(Channel(c) for c in row["channels"]),
        hours=(hours[0], hours[1]) if hours else None,
        days=tuple(row["days"]),
        payday=row["payday"],
    )


class ProfileRow(Model):
    Meta = _meta("People")

    consumer_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PROFILE)
    creditor = UnicodeAttribute()
    profile = JSONAttribute()
    consents = JSONAttribute()
    flags = JSONAttribute()
    # The open channels, each `channel:version`: what the permit's condition reads.
    email_open = NumberAttribute(null=True)
    sms_open = NumberAttribute(null=True)
    version = NumberAttribute()
    audit_head = UnicodeAttribute()

    _PLAIN = (
        "name", "given_name", "company", "street", "city", "state", "zip", "country", "language",
        "tz_known", "matched_by",
    )  # fmt: skip
    WRITTEN = (
        "creditor", "profile", "consents", "flags", "email_open", "sms_open", "version",
        "audit_head",
    )  # fmt: skip

    @classmethod
    def of(cls, consumer: Consumer) -> ProfileRow:
        def open_version(channel: Channel) -> int | None:
            consent = consumer.consent(channel)
            return consent.version if consent.open else None

        return cls(
            consumer.consumer_id,
            PROFILE,
            creditor=consumer.creditor,
            profile={key: getattr(consumer, key) for key in cls._PLAIN}
            | {
                "emails": list(consumer.emails),
                "phones": list(consumer.phones),
                "date_of_birth": consumer.date_of_birth and consumer.date_of_birth.isoformat(),
                "preferences": asdict(consumer.preferences),
            },
            consents={c.value: _consent_of(v) for c, v in consumer.consents.items()},
            flags={
                name: {"at": instant(f.at), "by": f.by, "detail": f.detail}
                for name, f in consumer.flags.items()
            },
            email_open=open_version(Channel.EMAIL),
            sms_open=open_version(Channel.SMS),
            version=consumer.version,
            audit_head=consumer.audit_head,
        )

    def to_domain(self) -> Consumer:
        profile = dict(self.profile)
        return Consumer(
            consumer_id=self.consumer_id,
            creditor=self.creditor,
            emails=tuple(profile.pop("emails")),
            phones=tuple(profile.pop("phones")),
            date_of_birth=_day(profile.pop("date_of_birth")),
            preferences=_preferences(profile.pop("preferences")),
            consents={Channel(c): _consent_to(v) for c, v in self.consents.items()},
            flags={
                name: Flag(at=read_instant(f["at"]), by=f["by"], detail=f["detail"])
                for name, f in self.flags.items()
            },
            version=int(self.version),
            audit_head=self.audit_head,
            **profile,
        )


class ContactsRow(Model):
    Meta = _meta("People")

    consumer_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=CONTACTS)
    contacts = JSONAttribute()
    version = NumberAttribute()

    WRITTEN = ("contacts", "version")

    @classmethod
    def of(cls, history: ContactHistory) -> ContactsRow:
        return cls(
            history.consumer_id,
            CONTACTS,
            contacts=[
                [
                    instant(c.at), c.channel, c.direction, c.outcome, c.account_id, c.template,
                    c.touch_id, c.read, c.read_at and instant(c.read_at), list(c.covers),
                ]
                for c in history.contacts
            ],
            version=history.version,
        )  # fmt: skip

    def to_domain(self) -> ContactHistory:
        return ContactHistory(
            consumer_id=self.consumer_id,
            contacts=tuple(
                PastContact(
                    at=read_instant(at),
                    channel=channel,
                    direction=direction,
                    outcome=outcome,
                    account_id=account,
                    template=template,
                    touch_id=touch,
                    read=read,
                    read_at=_maybe(read_at),
                    covers=tuple(covers),
                )
                for (
                    at, channel, direction, outcome, account, template, touch, read, read_at,
                    covers,
                ) in self.contacts
            ),
            version=int(self.version),
        )  # fmt: skip


class ByAddress(GlobalSecondaryIndex["AddressRow"]):
    class Meta:
        index_name = "byAddress"
        projection = KeysOnlyProjection()

    address_hash = UnicodeAttribute(hash_key=True)
    consumer_id = UnicodeAttribute(range_key=True)


class AddressRow(Model):
    """One for each contact point of a consumer: `AT#{address_hash}`."""

    Meta = _meta("People")

    consumer_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    address_hash = UnicodeAttribute()

    by_address = ByAddress()

    @classmethod
    def of(cls, consumer_id: str, hashed: str) -> AddressRow:
        return cls(consumer_id, f"AT#{hashed}", address_hash=hashed)


class ByMessage(GlobalSecondaryIndex["TouchRow"]):
    class Meta:
        index_name = "byMessage"
        projection = AllProjection()

    message_id = UnicodeAttribute(hash_key=True)


class TouchRow(Model):
    Meta = _meta("Touches")

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    touch_id = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    creditor = UnicodeAttribute()
    channel = UnicodeAttribute()
    template = UnicodeAttribute()
    template_version = UnicodeAttribute()
    state = UnicodeAttribute()
    permitted_at = UnicodeAttribute()
    ends_at = UnicodeAttribute()
    run = NumberAttribute()
    rung = NumberAttribute()
    occurrence = NumberAttribute()
    message_id = UnicodeAttribute(null=True)
    sent_at = UnicodeAttribute(null=True)
    body_sha256 = UnicodeAttribute()
    content = UnicodeAttribute(null=True)
    reason = UnicodeAttribute()
    opened_at = UnicodeAttribute(null=True)
    clicked_at = UnicodeAttribute(null=True)
    rung_name = UnicodeAttribute()
    covers = JSONAttribute(default=list)

    by_message = ByMessage()

    MOVES = (
        "state", "message_id", "sent_at", "body_sha256", "content", "reason", "opened_at",
        "clicked_at",
    )  # fmt: skip

    @classmethod
    def of(cls, touch: Touch) -> TouchRow:
        return cls(
            touch.account_id,
            touch.key,
            touch_id=touch.touch_id,
            consumer_id=touch.consumer_id,
            creditor=touch.creditor,
            channel=touch.channel.value,
            template=touch.template,
            template_version=touch.template_version,
            state=touch.state.value,
            permitted_at=instant(touch.permitted_at),
            ends_at=instant(touch.expires_at),
            run=touch.run,
            rung=touch.rung,
            occurrence=touch.occurrence,
            message_id=touch.message_id or None,
            sent_at=touch.sent_at and instant(touch.sent_at),
            body_sha256=touch.body_sha256,
            content=touch.content or None,
            reason=touch.reason,
            opened_at=touch.opened_at and instant(touch.opened_at),
            clicked_at=touch.clicked_at and instant(touch.clicked_at),
            rung_name=touch.rung_name,
            covers=list(touch.covers),
        )

    def to_domain(self) -> Touch:
        return Touch(
            touch_id=self.touch_id,
            key=self.sk,
            account_id=self.account_id,
            consumer_id=self.consumer_id,
            creditor=self.creditor,
            channel=Channel(self.channel),
            template=self.template,
            template_version=self.template_version,
            state=TouchState(self.state),
            permitted_at=read_instant(self.permitted_at),
            expires_at=read_instant(self.ends_at),
            run=int(self.run),
            rung=int(self.rung),
            occurrence=int(self.occurrence),
            message_id=self.message_id or "",
            sent_at=_maybe(self.sent_at),
            body_sha256=self.body_sha256,
            content=self.content or "",
            reason=self.reason,
            opened_at=_maybe(self.opened_at),
            clicked_at=_maybe(self.clicked_at),
            rung_name=self.rung_name,
            covers=tuple(self.covers),
        )


class ReplyRow(Model):
    """In the Touches table, sort key `IN#{instant}#{reply_id}`."""

    Meta = _meta("Touches")

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    consumer_id = UnicodeAttribute()
    channel = UnicodeAttribute()
    text = UnicodeAttribute()
    labels = JSONAttribute()

    @classmethod
    def of(cls, reply: Reply) -> ReplyRow:
        return cls(
            reply.account_id or reply.consumer_id,
            f"IN#{instant(reply.at)}#{reply.reply_id}",
            consumer_id=reply.consumer_id,
            channel=reply.channel,
            text=reply.text,
            labels=list(reply.labels),
        )

    def to_domain(self) -> Reply:
        _, at, reply_id = self.sk.split("#", 2)
        return Reply(
            reply_id=reply_id,
            account_id=None if self.account_id == self.consumer_id else self.account_id,
            consumer_id=self.consumer_id,
            channel=self.channel,
            at=read_instant(at),
            text=self.text,
            labels=tuple(self.labels),
        )


class AnswerRow(Model):
    """In the Touches table, sort key `OUT#{instant}#{answer_id}`: what staff wrote."""

    Meta = _meta("Touches")

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by = UnicodeAttribute()
    channel = UnicodeAttribute()
    text = UnicodeAttribute()

    @classmethod
    def of(cls, answer: Answer) -> AnswerRow:
        return cls(
            answer.account_id,
            f"OUT#{instant(answer.at)}#{answer.answer_id}",
            by=answer.by,
            channel=answer.channel,
            text=answer.text,
        )

    def to_domain(self) -> Answer:
        _, at, answer_id = self.sk.split("#", 2)
        return Answer(
            answer_id=answer_id,
            account_id=self.account_id,
            at=read_instant(at),
            by=self.by,
            channel=self.channel,
            text=self.text,
        )


class PermitRow(Model):
    Meta = _meta("Permits")

    permit_id = UnicodeAttribute(hash_key=True)
    touch_id = UnicodeAttribute()
    account_id = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    consumer_version = NumberAttribute()
    creditor = UnicodeAttribute()
    channel = UnicodeAttribute()
    address_hash = UnicodeAttribute()
    template_version = UnicodeAttribute()
    rulebook = UnicodeAttribute()
    ends_at = UnicodeAttribute()
    # TTL, long after the end: it only clears rows of permits that nobody spent.
    expires_at = NumberAttribute()

    @classmethod
    def of(cls, permit: Permit) -> PermitRow:
        return cls(
            permit.permit_id,
            touch_id=permit.touch_id,
            account_id=permit.account_id,
            consumer_id=permit.consumer_id,
            consumer_version=permit.consumer_version,
            creditor=permit.creditor,
            channel=permit.channel.value,
            address_hash=permit.address_hash,
            template_version=permit.template_version,
            rulebook=permit.rulebook,
            ends_at=instant(permit.expires_at),
            expires_at=int(permit.expires_at.timestamp()) + _YEAR,
        )


class AuditRow(Model):
    Meta = _meta("Audit")

    subject = UnicodeAttribute(hash_key=True)
    sequence = NumberAttribute(range_key=True)
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    what = UnicodeAttribute()
    data = JSONAttribute()
    previous = UnicodeAttribute()
    hash = UnicodeAttribute()

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditRow:
        # Canonical JSON made the hash; the same spelling is stored, so it can be checked again.
        content = json.loads(canonical({"at": entry.at, "data": entry.data}))
        return cls(
            entry.subject,
            entry.sequence,
            at=content["at"],
            actor=entry.actor,
            what=entry.what,
            data=content["data"],
            previous=entry.previous,
            hash=entry.hash,
        )

    def to_domain(self) -> AuditEntry:
        return AuditEntry(
            subject=self.subject,
            sequence=int(self.sequence),
            at=read_instant(self.at),
            actor=self.actor,
            what=self.what,
            data=self.data,
            previous=self.previous,
            hash=self.hash,
        )


class PauseRow(Model):
    """`PAUSE#{creditor}#{shard}`: sharded, so that permits do not queue up behind one row."""

    Meta = _meta("Ops")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="PAUSE")
    by_platform = UnicodeAttribute(null=True)
    by_creditor = UnicodeAttribute(null=True)


class SeenRow(Model):
    """`SEEN#{signal_id}`: a signal that was applied."""

    Meta = _meta("Ops")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SEEN")


class StrategyRow(Model):
    """`CREDITOR#{id}` / `STRATEGY#{version}`: one version of a strategy document."""

    Meta = _meta("Ops")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = UnicodeAttribute()
    at = UnicodeAttribute()


def bind(
    *,
    accounts: str,
    people: str,
    touches: str,
    permits: str,
    audit: str,
    ops: str,
) -> None:
    """Tell the rows the names of this stack's tables."""
    names = {
        accounts: (AccountRow, LedgerRow),
        people: (ProfileRow, ContactsRow, AddressRow),
        touches: (TouchRow, ReplyRow, AnswerRow),
        permits: (PermitRow,),
        audit: (AuditRow,),
        ops: (PauseRow, SeenRow, StrategyRow),
    }
    for name, rows in names.items():
        for row in rows:
            row.Meta.table_name = name

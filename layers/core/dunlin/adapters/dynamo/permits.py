"""The two transactions of a permit, taking and spending, and the conditions they hang on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dunlin.adapters.dynamo.back_off import SHORT, try_again
from dunlin.adapters.dynamo.rows.accounts import META, AccountRow
from dunlin.adapters.dynamo.rows.audit import AuditRow
from dunlin.adapters.dynamo.rows.ops import PAUSE, PauseRow
from dunlin.adapters.dynamo.rows.people import PROFILE, ContactsRow, ProfileRow
from dunlin.adapters.dynamo.rows.permits import PermitRow
from dunlin.adapters.dynamo.rows.touches import TouchRow
from dunlin.adapters.dynamo.transaction import Transacting, Transaction
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel, Consumer, ContactHistory
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import Conflict, DomainError
from dunlin.ports.accounts import Facts


class Permits(Transacting):
    """Taking and spending of the account book."""

    def take_permit(
        self,
        *,
        permit: Permit,
        touch: Touch,
        account: Account,
        history: ContactHistory,
        consumer: Consumer,
        audit: AuditEntry,
        segments_version: int,
    ) -> None:
        unmoved = AccountRow.version == account.version - 1
        with self._begin() as t:
            _check_person(t, consumer, touch)
            _check_pauses(t, account, touch, segments_version)
            t.put(PermitRow.of(permit), PermitRow.permit_id.does_not_exist())
            t.put(TouchRow.of(touch), TouchRow.account_id.does_not_exist())
            t.put(AuditRow.of(audit), AuditRow.subject.does_not_exist())
            t.update(
                AccountRow.of(account, audit.at.isoformat()),
                unmoved & _contactable() if touch.run else unmoved,
                only=AccountRow.beside_balance(),
            )
            t.update(ContactsRow.of(history), contacts_at(history.version - 1))

    def spend_permit(self, *, facts: Facts, permit_id: str, now: datetime) -> bool:
        touch = facts.touch
        if touch is None:
            raise DomainError("facts without a touch cannot spend a permit")
        try:
            try_again(lambda: self._spend(facts, touch, permit_id, now), pauses=SHORT)
        except Conflict as refused:
            if refused.contended:
                raise
            return False
        return True

    def _spend(self, facts: Facts, touch: Touch, permit_id: str, now: datetime) -> None:
        with self._begin() as t:
            _check_person(t, facts.consumer, touch)
            _check_pauses(t, facts.account, touch, facts.segments_version)
            if touch.run:
                t.condition_check(AccountRow, facts.account.account_id, META, _contactable())
            t.delete(
                PermitRow(permit_id),
                (PermitRow.touch_id == touch.touch_id)
                & (PermitRow.expires_at > now)
                & (PermitRow.consumer_id == facts.consumer.consumer_id)
                & (PermitRow.consumer_version == facts.consumer.version),
            )
            t.raw_update(
                TouchRow(touch.account_id, touch.key),
                [TouchRow.state.set(TouchState.UNKNOWN)],
                TouchRow.state == TouchState.PERMITTED,
            )


def _check_person(t: Transaction, consumer: Consumer, touch: Touch) -> None:
    """Nothing about the person moved, and the channel is open as read."""
    condition: Any = ProfileRow.version == consumer.version
    if touch.template != "opt_out_confirmation":
        is_open = ProfileRow.email_open if touch.channel is Channel.EMAIL else ProfileRow.sms_open
        condition &= is_open == consumer.consent(touch.channel).version
    t.condition_check(ProfileRow, consumer.consumer_id, PROFILE, condition)


def _check_pauses(t: Transaction, account: Account, touch: Touch, segments_version: int) -> None:
    running = PauseRow.by_platform.does_not_exist() & PauseRow.by_creditor.does_not_exist()
    if touch.run:
        running &= PauseRow.segments_at(segments_version)
    t.condition_check(PauseRow, PauseRow.key(account.creditor, account.account_id), PAUSE, running)


def _contactable() -> Any:
    """The account's part of a ladder permit: active, something owed, nothing held."""
    return (
        (AccountRow.status == Status.ACTIVE)
        & (AccountRow.balance_minor > 0)
        & AccountRow.hold.does_not_exist()
    )


def contacts_at(version: int) -> Any:
    """The condition that the contacts of a person stand at a version, 0 for not yet there."""
    return ContactsRow.version == version if version else ContactsRow.version.does_not_exist()

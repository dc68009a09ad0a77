"""What staff read of a refusal: each rule's own reason, not its echo in another rule."""

from __future__ import annotations

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState
from dunlin.domain.contact.planner import Offer
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.permits import because
from tests.support import builders


def test_staff_read_a_reason_once_and_from_the_rule_that_gave_it() -> None:
    book = MemoryBook()
    account = builders.account()
    none = Consent(state=ConsentState.REVOKED, version=1, evidence="STOP")
    person = builders.consumer(consents={Channel.SMS: none})
    builders.store(book, book.creditors, account, person=person)
    verdict = Gate(rulebook=load_rulebook()).judge(
        book.facts(account.account_id),
        channel=Channel.SMS,
        template="reminder.gentle",
        purpose="",
        now=builders.NOON,
    )
    refused = [r for r in verdict.results if r.result in ("block", "defer")]
    echoes = [r for r in refused if r.because.startswith("Through ")]
    assert echoes
    offer = Offer(channel=Channel.SMS, template="reminder.gentle", rung=0, reason="")
    reasons = because([(offer, verdict)])
    assert "Through" not in reasons
    for result in refused:
        assert (f"({result.id})" in reasons) is (result not in echoes)

"""A creditor may call its trade healthcare or dental: the rules for medical debts bind it alike."""

from __future__ import annotations

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain.accounts.consumer import Channel
from dunlin.service.contact.gate import contact_facts
from tests.support import builders


@pytest.mark.parametrize(
    ("industry", "known_as"),
    [("medical", "medical"), ("dental", "medical"), ("healthcare", "medical"), ("solar", "solar")],
)
def test_the_rules_know_a_medical_debt_by_one_name(industry: str, known_as: str) -> None:
    book = MemoryBook()
    account = builders.account(industry=industry)
    builders.store(book, book.creditors, account)
    facts = contact_facts(
        book.facts(account.account_id),
        channel=Channel.EMAIL,
        template="reminder.gentle",
        purpose="",
        now=builders.NOON,
    )
    assert facts.industry == known_as

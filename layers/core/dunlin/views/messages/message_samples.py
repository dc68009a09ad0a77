"""An invented person and what notices tell them: to look at letters and to check them, unsent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consumer, ContactHistory
from dunlin.domain.messages.content import ContentFinding
from dunlin.domain.messages.templates import AUDIENCES, LANGUAGES
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Facts
from dunlin.ports.messages import Rendered
from dunlin.views.messages.jinja_messages import JinjaMessages

LINK = "https://pay.example.com/m/4fK29sLq0ZxYb71mNcPuWd"
STOP_LINK = "https://pay.example.com/u/4fK29sLq0ZxYb71mNcPuWd"
_SCHEDULE = "2026-12-01 $60.00\n2027-01-01 $60.00\n2027-02-01 $45.00"
NOTICES = {
    "receipt": {"amount": "$120.00", "paid_on": "2026-11-21", "remaining": "$45.00"},
    "code": {"code": "482913"},
    "arrangement_confirmation": {"schedule": _SCHEDULE, "total": "$165.00", "autopay": "yes"},
    "instalment_due": {"due_on": "2026-12-01"},
    "broken_instalment": {"due_on": "2026-12-01"},
    "changed_debit": {"due_on": "2026-12-01", "amount": "$40.00"},
    "help": {"phone": "(217) 555-0100"},
    "answer": {"words": "Thank you for asking.\nWe have moved the day to the first of the month."},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One letter as the invented person would get it, and what the content check says of it."""

    template: str
    channel: Channel
    language: str
    audience: str
    rendered: Rendered
    findings: tuple[ContentFinding, ...]


def sample_facts(strategy: Strategy, *, language: str = "en", audience: str = "consumer") -> Facts:
    """The invented person with one account, under a strategy."""
    business = audience == "business"
    return Facts(
        account=Account(
            account_id="acc_sample",
            creditor=strategy.creditor,
            consumer_id="con_sample",
            reference="1001",
            balance=Money(16_500, "USD"),
            due_on=date(2026, 10, 1),
            debt_kind="business" if business else "consumer",
            debt_role=strategy.debt_role,
        ),
        consumer=Consumer(
            consumer_id="con_sample",
            creditor=strategy.creditor,
            name="Example Freight Ltd" if business else "Ana Example",
            given_name="" if business else "Ana",
            company=business,
            language=language,
        ),
        history=ContactHistory(consumer_id="con_sample"),
        strategy=strategy,
    )


def samples(
    templates: JinjaMessages, strategy: Strategy, *, accounts: int = 1, only: str = ""
) -> Iterator[Sample]:
    """Every letter of a strategy, or one template of it: each channel, language and audience.
    `accounts`: how many the message is about. Raises `DomainError` for one that cannot be read."""
    for name, channels in templates.templates(strategy.templates).items():
        if only and name != only:
            continue
        for language in LANGUAGES:
            for audience in AUDIENCES:
                facts = sample_facts(
                    replace(strategy, languages=LANGUAGES), language=language, audience=audience
                )
                listed = [replace(facts.account, reference=str(1001 + n)) for n in range(accounts)]
                for channel in channels:
                    rendered, findings = templates.review(
                        name,
                        channel,
                        facts=facts,
                        link=LINK,
                        stop_link=STOP_LINK,
                        fields=NOTICES.get(name, {}),
                        accounts=listed,
                    )
                    yield Sample(
                        template=name,
                        channel=channel,
                        language=language,
                        audience=audience,
                        rendered=rendered,
                        findings=findings,
                    )

"""The shipped packs: each is a strategy that can be saved, and no two are alike in tone, terms or
pace."""

from __future__ import annotations

from itertools import combinations

import pytest

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.messages.content import visible
from dunlin.domain.messages.phrases import REVEALS
from dunlin.domain.messages.templates import TONES, template_id
from dunlin.domain.strategy.strategy import Basis, Strategy
from dunlin.runtime import wiring
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import LINK, STOP_LINK, sample_facts, samples
from tests.scenarios.story import PACKS, strategy_of

NAMES = (
    "healthcare",
    "dental",
    "property",
    "financial",
    "legal",
    "solar",
    "storage",
    "trucking",
    "generic",
)


def tone(strategy: Strategy) -> tuple[str, ...]:
    return tuple(rung.tone for rungs in strategy.ladders.values() for rung in rungs)


def pace(strategy: Strategy) -> tuple[tuple[str, int], ...]:
    return tuple(
        (rung.basis.value, rung.days) for rungs in strategy.ladders.values() for rung in rungs
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_can_be_dropped_as_it_is(name: str) -> None:
    content = (PACKS / f"{name}.yaml").read_bytes()
    _, strategy = wiring.strategy_reader().read(content, creditor="new-creditor")
    assert strategy.debt_role == "first"
    assert strategy.brand.signature


def test_there_is_a_pack_for_each_industry() -> None:
    assert {path.stem for path in PACKS.glob("*.yaml")} == set(NAMES)


@pytest.mark.parametrize(("pack", "other"), list(combinations(NAMES, 2)))
def test_two_packs_differ_in_tone_terms_and_pace(pack: str, other: str) -> None:
    a, b = strategy_of(pack), strategy_of(other)
    assert tone(a) != tone(b)
    assert a.arrangement != b.arrangement
    assert pace(a) != pace(b)


def test_legal_is_formal_with_shorter_terms_than_the_default_and_solar_has_the_longest() -> None:
    legal, solar, default = (strategy_of(n) for n in ("legal", "solar", "generic"))
    others = [strategy_of(n) for n in NAMES if n != "solar"]
    assert legal.arrangement.longest_months < default.arrangement.longest_months
    longest = max(s.arrangement.longest_months for s in others)
    lowest = min(s.arrangement.lowest_instalment_minor for s in others)
    assert solar.arrangement.longest_months > longest
    assert solar.arrangement.lowest_instalment_minor < lowest
    assert "gentle" not in tone(legal)
    assert _mean(legal) > _mean(default)

    def reminder(strategy: Strategy, language: str) -> str:
        return (
            JinjaMessages()
            .render(
                "reminder.neutral",
                Channel.EMAIL,
                facts=sample_facts(strategy, language=language),
                link=LINK,
                stop_link=STOP_LINK,
                fields={},
            )
            .text
        )

    for language, formal, plain in (
        ("en", "We write with regard to", "Our records show"),
        ("es", "Nos dirigimos a usted", "Según nuestros registros"),
    ):
        assert formal in reminder(legal, language)
        assert plain in reminder(default, language)


def _mean(strategy: Strategy) -> float:
    tones = [TONES.index(word) for word in tone(strategy)]
    return sum(tones) / len(tones)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_a_pack_says_reveals_nothing_on_a_lock_screen_and_no_amount_anywhere(
    name: str,
) -> None:
    """Before a person has proved who they are no message of a ladder tells an amount, the kind of
    creditor or that there is a debt."""
    strategy = strategy_of(name)
    templates = JinjaMessages()
    wanted = {
        template_id(rung.template, rung.tone)
        for rungs in strategy.ladders.values()
        for rung in rungs
    }
    seen = 0
    for template in sorted(wanted):
        for sample in samples(templates, strategy, accounts=3, only=template):
            assert sample.findings == ()
            body, _ = visible(sample.rendered.html)
            for shown in (sample.rendered.subject, sample.rendered.text, body):
                words = shown.replace(strategy.brand.name, "").lower()
                for kind in ("debt", "deuda", "$", "rent", "loan", "patient", "medical", "unit",
                             "alquiler", "préstamo", "paciente", "médic"):  # fmt: skip
                    assert f" {kind}" not in f" {words}", (template, kind)
            assert not REVEALS.search(
                sample.rendered.subject.replace(strategy.brand.name, "").lower()
            )
            seen += 1
    assert seen >= 4 * len(wanted)


def test_financial_services_keep_the_parts_of_a_loan_apart() -> None:
    strategy = strategy_of("financial")
    assert set(strategy.payments.allocation) == {"interest", "fee", "principal"}
    [mail] = [
        sample.rendered
        for sample in samples(JinjaMessages(), strategy, only="reminder.neutral")
        if (sample.channel, sample.language, sample.audience) == (Channel.EMAIL, "en", "consumer")
    ]
    assert "disclosures that belong to your agreement" in mail.text.replace("\n", " ")


def test_only_what_a_person_must_let_go_waits_for_one() -> None:
    held = {
        (name, rung.template)
        for name in NAMES
        for rungs in strategy_of(name).ladders.values()
        for rung in rungs
        if rung.approval
    }
    assert held == {("storage", "lien_notice")}


def test_a_ladder_tells_of_a_day_before_and_on_it() -> None:
    early = {
        name: [
            rung.days
            for rungs in strategy_of(name).ladders.values()
            for rung in rungs
            if rung.basis is Basis.DUE_DATE and rung.days <= 0
        ]
        for name in NAMES
    }
    assert early["property"] == [-5, 0]
    assert all(
        days < 0 for name in ("financial", "solar", "storage", "trucking") for days in early[name]
    )

"""Letters on paper pass the content check like messages, in both languages and roles."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dunlin.domain.errors import Defect
from dunlin.domain.messages.content import visible
from dunlin.domain.money import Money
from dunlin.ports.accounts import Facts
from dunlin.views.letters.letter_printer import FOLDER, JinjaLetterPrinter
from tests.messages.samples import facts

ON = date(2027, 2, 3)
NAMES = ("reminder", "arrangement_offer", "final_notice", "lien_notice")


def addressed(**given: object) -> Facts:
    letter_facts = facts(**given)  # type: ignore[arg-type]
    person = replace(
        letter_facts.consumer, street="7 Final Street", city="Arrest", state="CA", zip="95814"
    )
    return replace(
        letter_facts,
        account=replace(letter_facts.account, debt_role=letter_facts.strategy.debt_role),
        consumer=person,
    )


@pytest.mark.parametrize("role", ["first", "third"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_prints_and_says_what_it_must(name: str, language: str, role: str) -> None:
    printed = JinjaLetterPrinter().print(name, facts=addressed(language=language, role=role), on=ON)
    text, _ = visible(printed.html)
    assert "{" not in text
    assert "**" not in text
    collector = "debt collector" if language == "en" else "cobrador de deudas"
    assert (collector in text) is (role == "third")


def test_a_lien_letter_gives_three_weeks_and_says_how_soldiers_are_protected() -> None:
    html = JinjaLetterPrinter().print("lien_notice", facts=addressed(), on=ON).html
    assert "on or before February 24, 2027" in html
    assert "<strong>If you or your spouse serve in the armed forces" in html


def test_a_contested_part_is_not_asked_for() -> None:
    letter_facts = addressed()
    account = replace(letter_facts.account, balance=Money(400_000, "USD"), contested_minor=150_000)
    html = (
        JinjaLetterPrinter()
        .print("reminder", facts=replace(letter_facts, account=account), on=ON)
        .html
    )
    assert "$2,500.00" in html
    assert "4,000" not in html


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("We will sue you.", "US-FDCPA-FALSE"),
        ("You failed to pay, you must pay, and there will be consequences!", "PLAT-TONE"),
        ("Only a deadbeat would wait.", "US-FDCPA-HARASS"),
        ("It is for your root canal.", "US-HIPAA-MIN"),
        ("We are debt collectors.", "US-REGF-IDENTITY"),
    ],
)
@pytest.mark.parametrize("name", ["reminder", "final_notice"])
def test_a_letter_that_may_not_be_said_is_not_printed(
    name: str, words: str, rule: str, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER, tmp_path / "paper")
    file = tmp_path / "paper" / "words.json"
    document = json.loads(file.read_text("utf-8"))
    document["en"][name]["body"].append(words)
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(Defect, match=rule):
        JinjaLetterPrinter(tmp_path / "paper").print(name, facts=addressed(), on=ON)


@pytest.mark.parametrize(("gone", "rule"), [("stop", "US-REGF-OPTOUT"), ("disclosure", "IDENTITY")])
def test_a_letter_without_what_it_must_say_is_not_printed(
    gone: str, rule: str, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER, tmp_path / "paper")
    file = tmp_path / "paper" / "words.json"
    document = json.loads(file.read_text("utf-8"))
    document["en"]["frame"][gone] = "Nothing."
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(Defect, match=rule):
        JinjaLetterPrinter(tmp_path / "paper").print(
            "reminder", facts=addressed(role="third"), on=ON
        )

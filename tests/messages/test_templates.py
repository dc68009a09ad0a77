"""The shipped letters: compiled as committed, lawful, escaped, short where they travel by SMS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.messages.content import visible
from dunlin.domain.messages.sms_parts import measure
from dunlin.domain.messages.templates import (
    FAMILIES,
    FIELDS,
    TemplateError,
    day_in_words,
    greeting_name,
    read_family,
    read_template,
    shown_reference,
    template_id,
)
from dunlin.ports.messages import MessageTemplates, Rendered
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_compiler import FOLDER, compile_letters, write_letters
from tests.messages.samples import BRAND, LINK, NOTICE, STOP_LINK, facts

LETTERS = JinjaMessages()
RUNGS = {
    "upcoming": "gentle neutral",
    "reminder": "gentle neutral firm",
    "second_reminder": "gentle neutral firm",
    "arrangement_offer": "gentle neutral firm",
    "answers": "gentle neutral",
    "final_notice": "neutral firm",
    "closing_statement": "gentle neutral",
    "insurance_update": "gentle neutral",
    "claim_update": "neutral",
    "lien_notice": "neutral",
}
WITHOUT_LINK = ("receipt", "code", "opt_out_confirmation", "paid_in_full", "help")
NAMES = (
    *(f"{family}.{tone}" for family, tones in RUNGS.items() for tone in tones.split()),
    *WITHOUT_LINK,
    "arrangement_confirmation",
    "instalment_due",
    "broken_instalment",
    "changed_debit",
    "arrangement_declined",
    "counter_offer",
    "answer",
    "new_link",
    "payment_failed",
)
STRATEGY = facts().strategy


def render(template: str, channel: Channel = Channel.EMAIL, **given: object) -> Rendered:
    fields = given.pop("fields", NOTICE.get(template, {}))
    accounts = given.pop("accounts", ())
    return LETTERS.render(
        template,
        channel,
        facts=facts(**given),  # type: ignore[arg-type]
        link=LINK,
        stop_link=STOP_LINK,
        fields=fields,  # type: ignore[arg-type]
        accounts=accounts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("language", "thanks"), [("en", "Thank you."), ("es", "Gracias.")])
def test_an_e_mail_after_money_came_knows_of_it(language: str, thanks: str) -> None:
    given = facts(language=language)
    now = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    later = replace(given.account, touched_at=now, paid_at=now + timedelta(hours=1))
    mails = {}
    for account in (later, replace(later, paid_at=now), replace(later, paid_at=None)):
        mails[account.paid_at] = LETTERS.render(
            "final_notice.firm",
            Channel.EMAIL,
            facts=replace(given, account=account),
            link=LINK,
            stop_link=STOP_LINK,
            fields={},
        )
    assert thanks in mails[later.paid_at].text
    assert thanks in mails[later.paid_at].html
    assert mails[now] == mails[None]
    assert thanks not in mails[now].text


def every() -> Iterator[tuple[str, Channel, str, str]]:
    for name in NAMES:
        for channel in Channel:
            for language in ("en", "es"):
                for role in ("first", "third"):
                    yield name, channel, language, role


def test_the_committed_form_is_the_compile_of_the_documents() -> None:
    committed = {p.name: p.read_text("utf-8") for p in (FOLDER / "compiled").iterdir()}
    assert committed == compile_letters()


def test_writing_changes_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "old.en.html").write_text("gone")
    assert sorted(write_letters({"a.txt": "1"}, tmp_path)) == ["a.txt", "old.en.html"]
    assert write_letters({"a.txt": "1"}, tmp_path) == []
    assert write_letters({"a.txt": "2"}, tmp_path) == ["a.txt"]


def test_every_letter_of_the_default_strategy_is_there_on_both_channels() -> None:
    templates: MessageTemplates = LETTERS
    assert set(LETTERS.templates()) == set(NAMES)
    for name in NAMES:
        versions = {templates.version(name, channel, strategy=STRATEGY) for channel in Channel}
        assert len(versions) == 2
        assert all(len(v) == 16 for v in versions)
    with pytest.raises(DomainError):
        templates.version("nothing", Channel.EMAIL, strategy=STRATEGY)


@pytest.mark.parametrize(("name", "channel", "language", "role"), list(every()))
def test_a_shipped_letter_renders_and_passes_the_content_check(
    name: str, channel: Channel, language: str, role: str
) -> None:
    rendered = render(name, channel, language=language, role=role)
    assert rendered.version == LETTERS.version(name, channel, strategy=STRATEGY)
    assert "{{" not in rendered.text + rendered.html + rendered.subject
    disclosed = "debt collector" in rendered.text or "cobrador de deudas" in rendered.text
    assert disclosed == (role == "third" and name != "opt_out_confirmation")
    if channel is Channel.SMS:
        assert rendered.text.startswith("Harbor Lane & Co: ")
        assert rendered.html == rendered.subject == ""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_one_segment_for_a_creditors_name_of_thirty_characters(
    name: str, language: str
) -> None:
    brand = replace(BRAND, name="Clínica “Río Verde” y Asociado")
    parts = measure(render(name, Channel.SMS, language=language, brand=brand).text)
    assert (parts.count, parts.offenders) == (1, ())


@pytest.mark.parametrize("business", [False, True])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_an_email_has_one_button_at_most_and_says_how_to_stop_in_both_parts(
    name: str, language: str, business: bool
) -> None:
    rendered = render(name, language=language, business=business)
    _, links = visible(rendered.html)
    assert links.count(LINK) == (0 if name in WITHOUT_LINK else 1)
    assert rendered.text.count(LINK) == (0 if name in WITHOUT_LINK else 1)
    stops = 0 if name == "opt_out_confirmation" else 1
    assert (links.count(STOP_LINK), rendered.text.count(STOP_LINK)) == (stops, stops)
    assert set(links) <= {LINK, STOP_LINK}
    assert f'lang="{language}"' in rendered.html
    assert BRAND.address in rendered.text
    assert len(rendered.html.encode()) < 20_000


def test_a_lock_screen_shows_the_preheader_and_nothing_of_the_body() -> None:
    for name in NAMES:
        text, _ = visible(render(name).html)
        shown = text[:200]
        assert shown.startswith(_preheader(name))
        assert shown[len(_preheader(name)) :].strip("\u200c\u00a0 ") == ""


def _preheader(name: str) -> str:
    words = LETTERS.template(name, {}).audiences["consumer"]
    return words.email["en"].preheader


def test_nothing_is_fetched_when_an_email_is_opened() -> None:
    for name in NAMES:
        html = render(name).html
        assert "<img" not in html
        assert "url(" not in html
        assert "<link" not in html


def test_a_value_cannot_add_a_tag() -> None:
    brand = replace(BRAND, name='<b onclick="x">A & B</b>')
    rendered = render("reminder.gentle", brand=brand)
    assert "<b onclick" not in rendered.html
    assert "&lt;b onclick=&#34;x&#34;&gt;A &amp; B&lt;/b&gt;" in rendered.html
    fields = NOTICE["receipt"] | {"amount": "<script>$1</script>"}
    assert "<script" not in render("receipt", fields=fields).html


@pytest.mark.parametrize(
    "name",
    [
        "Ana\r\nBcc: all@example.com",
        "https://evil.example.com",
        "www.evil.example.com",
        "<b>Ana</b>",
        "12025550123",
        "A" * 60,
        "Ana, pay at evil.example.com/x",
        "",
    ],
)
def test_a_greeting_carries_a_name_or_nothing(name: str) -> None:
    assert greeting_name(name) == ""
    assert render("reminder.gentle", given_name=name).text.startswith("Hello,\n")


@pytest.mark.parametrize("name", ["Ana", "José María", "O’Neil", "Anne-Lise", "李"])
def test_a_name_is_a_name(name: str) -> None:
    assert render("reminder.gentle", given_name=name).text.startswith(f"Hello {name},\n")


def test_a_line_break_never_reaches_a_subject() -> None:
    with pytest.raises(Defect):
        render("reminder.gentle", brand=replace(BRAND, name="Harbor\r\nBcc: all@example.com"))


def test_a_missing_or_an_extra_field_stops_the_letter() -> None:
    for fields in ({}, {"amount": "$1.00"}, NOTICE["receipt"] | {"diagnosis": "none"}):
        with pytest.raises(Defect):
            render("receipt", fields=fields)


def test_a_field_that_breaks_the_rules_stops_the_letter() -> None:
    with pytest.raises(Defect, match="US-HIPAA-MIN"):
        render("receipt", fields=NOTICE["receipt"] | {"amount": "$120.00 for your root canal"})


@pytest.mark.parametrize(
    "link", ["javascript:alert(x)", "https://a.example.org/m/x y", "", 'https://a/"onclick="x']
)
def test_a_link_that_is_no_page_stops_the_letter(link: str) -> None:
    for link_, stop in ((link, STOP_LINK), (LINK, link)):
        with pytest.raises(Defect):
            LETTERS.render(
                "reminder.gentle",
                Channel.EMAIL,
                facts=facts(),
                link=link_,
                stop_link=stop,
                fields={},
            )


def test_the_language_is_the_persons_where_the_strategy_has_it() -> None:
    assert render("reminder.gentle", language="es").subject == "Un mensaje de Harbor Lane & Co"
    assert render("reminder.gentle", language="es-MX").subject.startswith("Un mensaje")
    assert render("reminder.gentle", language="es", languages=("en",)).subject.startswith(
        "A message"
    )
    assert render("reminder.gentle", language="vi").subject.startswith("A message")


def test_the_hash_tells_two_letters_apart_and_repeats_for_the_same() -> None:
    first, again, other = (
        render("reminder.gentle"),
        render("reminder.gentle"),
        render("answers.gentle"),
    )
    assert first == again
    assert first.sha256 != other.sha256
    assert render("reminder.gentle", given_name="Eva").sha256 != first.sha256


def test_a_day_is_written_as_people_write_it() -> None:
    assert day_in_words("2026-11-21", "en") == "November 21, 2026"
    assert day_in_words("2027-01-02", "es") == "2 de enero de 2027"
    assert "el 21 de noviembre de 2026" in render("receipt", language="es").text


DOCUMENT = {"kind": "rung", "fields": ["link"], "sms": {"en": "See {{ link }}"}}


@pytest.mark.parametrize("field", ["diagnosis", "treatment", "procedure", "card", "pan", "ssn"])
def test_there_is_no_clinical_and_no_card_field(field: str) -> None:
    assert field not in FIELDS
    with pytest.raises(TemplateError, match=f"there is no field '{field}'"):
        read_template({**DOCUMENT, "fields": ["link", field]}, name="mine.gentle")
    with pytest.raises(TemplateError, match=f"'{field}' is bound and not declared"):
        read_template(
            {**DOCUMENT, "sms": {"en": f"{{{{ link }}}} {{{{ {field} }}}}"}}, name="mine.gentle"
        )


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "advert"}, "mine.firm.kind"),
        ({"fields": ["amount"]}, "mine.firm.fields"),
        ({"fields": ["reference"]}, "mine.firm.fields"),
        ({"fields": None}, "mine.firm.fields"),
        ({"fields": ["link", "creditor"]}, "mine.firm.fields"),
        ({"colour": "red"}, "mine.firm.colour"),
        ({"sms": {}}, "mine.firm"),
        ({"sms": {"es": "Hola"}}, "mine.firm.sms"),
        ({"sms": {"en": ""}}, "mine.firm.sms.en"),
        ({"sms": {"en": "a\n{{ link }}"}}, "mine.firm.sms.en"),
        ({"sms": {"en": "{{ link }} {% if x %}"}}, "mine.firm.sms.en"),
        ({"sms": {"en": "{{ link | upper }}"}}, "mine.firm.sms.en"),
        ({"sms": {"en": "{{ link.x }}"}}, "mine.firm.sms.en"),
        ({"email": {"en": {"subject": "x"}}}, "mine.firm.email.en.preheader"),
        ({"business": {"fields": []}}, "mine.firm.business.fields"),
    ],
)
def test_a_faulty_document_is_named_by_its_field(change: dict[str, object], where: str) -> None:
    with pytest.raises(TemplateError) as refused:
        read_template({**DOCUMENT, **change}, name="mine.firm")
    assert refused.value.field == where


def test_a_family_is_asked_for_in_any_tone_and_gives_the_nearest_it_has() -> None:
    assert {f: " ".join(t) for f, t in FAMILIES.items()} == RUNGS
    assert template_id("reminder", "firm") == "reminder.firm"
    assert template_id("final_notice", "gentle") == "final_notice.neutral"
    assert template_id("answers", "firm") == "answers.neutral"
    assert template_id("lien_notice", "gentle") == "lien_notice.neutral"
    own = ("our_own.neutral", "answers.firm", "reminder.gentle")
    assert template_id("our_own", "firm", own) == "our_own.neutral"
    assert template_id("our_own", "gentle", own) == "our_own.neutral"
    assert template_id("answers", "firm", own) == "answers.firm"
    assert template_id("reminder", "firm", own) == "reminder.firm"


def test_a_rung_has_a_tone_and_a_notice_has_none() -> None:
    for name, kind in (("mine", "rung"), ("receipt.firm", "receipt"), ("mine.rude", "rung")):
        with pytest.raises(TemplateError):
            read_template({**DOCUMENT, "kind": kind}, name=name)
    documents = read_family(
        {"kind": "rung", "fields": ["link"], "tones": {"gentle": {"sms": {"en": "{{ link }}"}}}},
        name="mine",
    )
    assert list(documents) == ["mine.gentle"]
    assert read_template(documents["mine.gentle"], name="mine.gentle").tone == "gentle"


def test_words_are_no_markup() -> None:
    document = {
        **DOCUMENT,
        "email": {
            "en": {
                "subject": "x",
                "preheader": "y",
                "heading": "<em>z</em>",
                "before": ["<script>alert(x)</script> **strong** <b>"],
                "text": "**plain** {{ link }}",
            }
        },
    }
    own = {"mine.gentle": {k: v for k, v in document.items() if k in ("email", "sms")}}
    mail = render("mine.gentle", own=own)
    assert "<script" not in mail.html
    assert "&lt;script&gt;alert(x)&lt;/script&gt; <strong>strong</strong> &lt;b&gt;" in mail.html
    assert "&lt;em&gt;z" in mail.html
    assert f"plain {LINK}" in mail.text


def test_one_message_lists_several_accounts_and_no_amount() -> None:
    lead = facts().account
    accounts = [replace(lead, reference=f"INV-{n}", due_on=day) for n, day in enumerate(DAYS)]
    mail = render("reminder.neutral", accounts=accounts)
    for words in (visible(mail.html)[0], mail.text):
        assert "your 3 accounts" in words
        for n in range(3):
            assert f"Account INV-{n}" in words
        assert "due October 1, 2026" in words
        assert "$" not in words
    es = render("reminder.neutral", accounts=accounts, language="es")
    assert "vence el 1 de octubre de 2026" in es.text
    text = render("reminder.neutral", Channel.SMS, accounts=accounts)
    assert "your 3 accounts" in text.text
    alone = render("reminder.neutral", accounts=accounts[:1])
    assert alone == render("reminder.neutral")
    assert "INV-" not in alone.text


DAYS = (date(2026, 10, 1), date(2026, 9, 2), None)


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        ("INV-1001/b", "INV-1001/b"),
        ("4242 4242 4242 4242", "…4242"),
        ("078051120", "…1120"),
        ("<b>x</b>", "…bxb"),
        ("we will sue you 1", "…you1"),
        ("A" * 40, "…AAAA"),
    ],
)
def test_a_reference_is_listed_whole_or_by_its_end(reference: str, shown: str) -> None:
    assert shown_reference(reference) == shown


@pytest.mark.parametrize("name", ["reminder.neutral", "second_reminder.firm", "final_notice.firm"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_business_reads_other_words_than_a_person(name: str, language: str) -> None:
    person, business = (render(name, language=language, business=b) for b in (False, True))
    assert person.version == business.version
    assert visible(person.html)[0] != visible(business.html)[0]
    item = "item" if language == "en" else "partida"
    assert item in business.text
    assert item not in person.text
    assert "Ana" not in business.text


def test_a_notice_shows_its_lines_and_its_days() -> None:
    mail = render("arrangement_confirmation")
    body = visible(mail.html)[0]
    for words in (
        "December 1, 2026",
        "$60.00",
        "Together that is $165.00",
        "taken from the payment",
    ):
        assert words in body
        assert words in mail.text.replace("\n", " ")
    by_hand = render(
        "arrangement_confirmation", fields=NOTICE["arrangement_confirmation"] | {"autopay": ""}
    )
    assert "Nothing is taken by itself" in by_hand.text
    assert "$" not in render("arrangement_confirmation", Channel.SMS).text
    answer = render("answer", fields={"words": "First <b>line</b>.\n\nSecond line."})
    assert "First &lt;b&gt;line&lt;/b&gt;." in answer.html
    assert "First <b>line</b>.\n\nSecond line." in answer.text


def test_a_third_partys_letter_to_new_york_says_which_languages_are_spoken() -> None:
    for state, expected in (("NY", True), ("", True), ("OR", False)):
        mail = render("reminder.neutral", role="third", state=state)
        assert ("English and Spanish" in mail.text) is expected
    assert "English and Spanish" not in render("reminder.neutral", state="NY").text

"""The shipped letters: compiled as committed, lawful, escaped, short where they travel by SMS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dunlin.adapters.jinja_letters import JinjaLetters
from dunlin.adapters.letter_press import FOLDER, compile_letters, write_letters
from dunlin.domain.consumer import Channel
from dunlin.domain.content import visible
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.letters import (
    FIELDS,
    TemplateError,
    check_bindings,
    day_in_words,
    greeting_name,
    read_template,
)
from dunlin.domain.segments import measure
from dunlin.ports import Letters, Rendered
from tests.letters.samples import BRAND, LINK, NOTICE, STOP_LINK, facts

NAMES = (
    "reminder",
    "second_reminder",
    "options",
    "final_reminder",
    "receipt",
    "code",
    "opt_out_confirmation",
)
LETTERS = JinjaLetters()


def render(template: str, channel: Channel = Channel.EMAIL, **given: object) -> Rendered:
    fields = given.pop("fields", NOTICE.get(template, {}))
    return LETTERS.render(
        template,
        channel,
        facts=facts(**given),  # type: ignore[arg-type]
        link=LINK,
        stop_link=STOP_LINK,
        fields=fields,  # type: ignore[arg-type]
    )


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
    letters: Letters = LETTERS
    assert set(LETTERS.templates()) == set(NAMES)
    for name in NAMES:
        versions = {letters.version(name, channel) for channel in Channel}
        assert len(versions) == 2
        assert all(len(v) == 16 for v in versions)
    with pytest.raises(DomainError):
        letters.version("nothing", Channel.EMAIL)


@pytest.mark.parametrize(("name", "channel", "language", "role"), list(every()))
def test_a_shipped_letter_renders_and_passes_the_content_check(
    name: str, channel: Channel, language: str, role: str
) -> None:
    rendered = render(name, channel, language=language, role=role)
    assert rendered.version == LETTERS.version(name, channel)
    assert "{{" not in rendered.text + rendered.html + rendered.subject
    told = "debt collector" in rendered.text or "cobrador de deudas" in rendered.text
    assert told == (role == "third" and name != "opt_out_confirmation")
    if channel is Channel.SMS:
        assert rendered.text.startswith("Harbor Lane & Co: ")
        assert rendered.html == rendered.subject == ""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_one_segment_for_a_creditors_name_of_thirty_characters(
    name: str, language: str
) -> None:
    brand = replace(BRAND, name="Clínica “Río Verde” y Asociado")
    found = measure(render(name, Channel.SMS, language=language, brand=brand).text)
    assert (found.count, found.offenders) == (1, ())


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_an_email_has_one_button_at_most_and_says_how_to_stop_in_both_parts(
    name: str, language: str
) -> None:
    rendered = render(name, language=language)
    _, links = visible(rendered.html)
    assert links.count(LINK) == (
        1 if name in ("reminder", "second_reminder", "options", "final_reminder") else 0
    )
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
    words = (FOLDER / "compiled" / f"{name}.en.subject.txt").read_text("utf-8")
    return words.strip().split("\n")[1]


def test_nothing_is_fetched_when_an_email_is_opened() -> None:
    for name in NAMES:
        html = render(name).html
        assert "<img" not in html
        assert "url(" not in html
        assert "<link" not in html


def test_a_value_cannot_add_a_tag() -> None:
    brand = replace(BRAND, name='<b onclick="x">A & B</b>')
    rendered = render("reminder", brand=brand)
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
    assert render("reminder", given_name=name).text.startswith("Hello,\n")


@pytest.mark.parametrize("name", ["Ana", "José María", "O’Neil", "Anne-Lise", "李"])
def test_a_name_is_a_name(name: str) -> None:
    assert render("reminder", given_name=name).text.startswith(f"Hello {name},\n")


def test_a_line_break_never_reaches_a_subject() -> None:
    with pytest.raises(Defect):
        render("reminder", brand=replace(BRAND, name="Harbor\r\nBcc: all@example.com"))


def test_a_missing_or_an_extra_field_stops_the_letter() -> None:
    for fields in ({}, {"amount": "$1.00"}, NOTICE["receipt"] | {"diagnosis": "none"}):
        with pytest.raises(Defect):
            render("receipt", fields=fields)


def test_a_field_that_breaks_the_rules_stops_the_letter() -> None:
    with pytest.raises(Defect, match="US-HIPAA-MIN"):
        render("receipt", fields=NOTICE["receipt"] | {"amount": "$120.00 for your root canal"})


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a.example.org/m/x y", "", 'https://a/"onclick="x']
)
def test_a_link_that_is_no_page_stops_the_letter(link: str) -> None:
    for link_, stop in ((link, STOP_LINK), (LINK, link)):
        with pytest.raises(Defect):
            LETTERS.render(
                "reminder",
                Channel.EMAIL,
                facts=facts(),
                link=link_,
                stop_link=stop,
                fields={},
            )


def test_the_language_is_the_persons_where_the_strategy_has_it() -> None:
    assert render("reminder", language="es").subject == "Un mensaje de Harbor Lane & Co"
    assert render("reminder", language="es-MX").subject.startswith("Un mensaje")
    assert render("reminder", language="es", languages=("en",)).subject.startswith("A message")
    assert render("reminder", language="vi").subject.startswith("A message")


def test_the_hash_tells_two_letters_apart_and_repeats_for_the_same() -> None:
    first, again, other = render("reminder"), render("reminder"), render("options")
    assert first == again
    assert first.sha256 != other.sha256
    assert render("reminder", given_name="Eva").sha256 != first.sha256


def test_a_day_is_written_as_people_write_it() -> None:
    assert day_in_words("2026-11-21", "en") == "November 21, 2026"
    assert day_in_words("2027-01-02", "es") == "2 de enero de 2027"
    assert "el 21 de noviembre de 2026" in render("receipt", language="es").text


DOCUMENT = {"kind": "rung", "fields": ["link"], "sms": {"en": "See {{ link }}"}}


@pytest.mark.parametrize("field", ["diagnosis", "treatment", "procedure", "card", "pan", "ssn"])
def test_there_is_no_clinical_and_no_card_field(field: str) -> None:
    assert field not in FIELDS
    with pytest.raises(TemplateError, match=f"there is no field '{field}'"):
        read_template({**DOCUMENT, "fields": ["link", field]}, name="mine")
    with pytest.raises(TemplateError, match="bound and not declared"):
        check_bindings(read_template(DOCUMENT, name="mine"), frozenset({"link", field}))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "advert"}, "mine.kind"),
        ({"fields": ["amount"]}, "mine.fields"),
        ({"fields": ["reference"]}, "mine.fields"),
        ({"fields": None}, "mine.fields"),
        ({"colour": "red"}, "mine.colour"),
        ({"sms": {}}, "mine"),
        ({"sms": {"es": "Hola"}}, "mine.sms"),
        ({"sms": {"en": ""}}, "mine.sms.en"),
        ({"email": {"en": {"subject": "x"}}}, "mine.email.en.preheader"),
    ],
)
def test_a_faulty_document_is_named_by_its_field(change: dict[str, object], where: str) -> None:
    with pytest.raises(TemplateError) as refused:
        read_template({**DOCUMENT, **change}, name="mine")
    assert refused.value.field == where


def test_a_field_declared_in_vain_is_refused() -> None:
    with pytest.raises(TemplateError, match="declared and not bound"):
        check_bindings(read_template(DOCUMENT, name="mine"), frozenset())


def test_a_template_that_binds_an_undeclared_field_does_not_compile(tmp_path: Path) -> None:
    for name in ("frame.yaml", "layout.mjml.j2", "layout.txt.j2"):
        (tmp_path / name).write_text((FOLDER / name).read_text("utf-8"), "utf-8")
    document = "kind: rung\nfields: [link]\nsms: {en: 'About your {{ diagnosis }}: {{ link }}'}\n"
    (tmp_path / "mine.yaml").write_text(document)
    with pytest.raises(TemplateError, match="'diagnosis' is bound and not declared"):
        compile_letters(tmp_path)

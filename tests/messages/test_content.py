"""The content check against a hostile corpus: each text fails, and by the rule it breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.adapters.files.words_model_file import load_words_model
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.messages.content import MessageDraft, check, pressure_of, visible
from dunlin.domain.messages.templates import MessageKind
from dunlin.domain.messages.tone import ceiling
from dunlin.domain.messages.wording import WordsFinding, judged
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import Sample, samples
from tests.messages.samples import BRAND, LINK, STOP_LINK, facts

WORDS = load_words_model()
SMS = MessageDraft(
    channel=Channel.SMS,
    kind=MessageKind.RUNG,
    creditor=BRAND.name,
    third_party=False,
    text=f"Harbor Lane & Co: You have a message: {LINK} Reply STOP to opt out",
    link=LINK,
    stop_link=STOP_LINK,
)
_TEXT = f"{BRAND.name}, {BRAND.address}. Stop e-mails from us: {STOP_LINK}"
EMAIL = MessageDraft(
    channel=Channel.EMAIL,
    kind=MessageKind.RUNG,
    creditor=BRAND.name,
    third_party=False,
    address=BRAND.address,
    subject="A message from Harbor Lane & Co",
    preheader="Please take a look.",
    text=_TEXT,
    html=f'<p>Harbor Lane &amp; Co, {BRAND.address}</p><a href="{STOP_LINK}">Stop e-mails</a>',
    link=LINK,
    stop_link=STOP_LINK,
)


def words_refused(text: str) -> tuple[WordsFinding, ...]:
    return judged(text, model=WORDS)


def rules(draft: MessageDraft) -> set[str]:
    return {f.rule_id for f in check(draft)}


def saying(words: str) -> MessageDraft:
    return replace(SMS, text=SMS.text.replace("You have a message", words))


def test_the_plain_messages_pass() -> None:
    assert check(SMS) == ()
    assert check(EMAIL) == ()


HOSTILE = [
    ("US-FDCPA-FALSE", "We will sue you over this"),
    ("US-FDCPA-FALSE", "A lawsuit is being prepared"),
    ("US-FDCPA-FALSE", "You may be arrested for this"),
    ("US-FDCPA-FALSE", "We will garnish your wages"),
    ("US-FDCPA-FALSE", "Legal action will follow"),
    ("US-FDCPA-FALSE", "We will see you in court"),
    ("US-FDCPA-FALSE", "This will be reported to the credit bureaus"),
    ("US-FDCPA-FALSE", "Your account will be sent to collections"),
    ("US-FDCPA-FALSE", "You will be evicted"),
    ("US-FDCPA-FALSE", "A warrant is out"),
    ("US-FDCPA-FALSE", "FINAL NOTICE"),
    ("US-FDCPA-FALSE", "Act now"),
    ("US-FDCPA-FALSE", "Pay within 24 hours"),
    ("US-FDCPA-FALSE", "Last chance"),
    ("US-FDCPA-FALSE", "Urgent: open this"),
    ("US-FDCPA-FALSE", "Immediate payment is required"),
    ("US-FDCPA-FALSE", "This is an official notice"),
    ("US-FDCPA-FALSE", "On behalf of the court"),
    ("US-FDCPA-FALSE", "Lo vamos a demandar, vamos a demandarlo"),
    ("US-FDCPA-FALSE", "Tomaremos acciones legales"),
    ("US-FDCPA-FALSE", "Embargaremos su salario"),
    ("US-FDCPA-FALSE", "Último aviso"),
    ("US-FDCPA-FALSE", "Pague ahora"),
    ("US-FDCPA-FALSE", "Será reportado a su historial crediticio"),
    ("US-FDCPA-HARASS", "Only a deadbeat would wait"),
    ("US-FDCPA-HARASS", "You should be ashamed"),
    ("US-FDCPA-HARASS", "We will tell your boss"),
    ("US-FDCPA-HARASS", "We know where you live"),
    ("US-FDCPA-HARASS", "Pay your damn bill"),
    ("US-FDCPA-HARASS", "You will regret this"),
    ("US-FDCPA-HARASS", "Qué vergüenza"),
    ("US-FDCPA-HARASS", "Le avisaremos a su jefe"),
    ("US-HIPAA-MIN", "About your root canal"),
    ("US-HIPAA-MIN", "For the treatment of last month"),
    ("US-HIPAA-MIN", "Your diagnosis is on the page"),
    ("US-HIPAA-MIN", "Code F32.1 on your page"),
    ("US-HIPAA-MIN", "Dear patient, look here"),
    ("US-HIPAA-MIN", "Sobre su cirugía"),
    ("US-HIPAA-MIN", "Por el tratamiento del mes pasado"),
    ("US-REGF-THIRDPARTY", "Your SSN 123-45-6789 is on file"),
    ("PCI-SAQA", "Your card 4242 4242 4242 4242 is saved"),
    ("PLAT-MKT", "You are pre-approved for a new loan"),
    ("PLAT-MKT", "Get 20% off your next visit"),
    ("PLAT-MKT", "Refer a friend"),
    ("PLAT-MKT", "Sign up for our credit card"),
    ("PLAT-MKT", "Oferta especial para usted"),
    ("PLAT-MKT", "Tiene un crédito preaprobado"),
    ("IND-CTIA", "See bit.ly/3xyz"),
    ("US-REGF-IDENTITY", "We are debt collectors"),
    # Disguises.
    ("US-FDCPA-FALSE", "You may be a r r e s t e d"),
    ("US-FDCPA-FALSE", "You may be 4rr3st3d"),
    ("US-FDCPA-FALSE", "You may be \u0430rr\u0435sted"),
    ("US-FDCPA-FALSE", "You may be arr\u200bested"),
    ("US-FDCPA-FALSE", "You may be ÁRRESTED"),
    ("US-FDCPA-HARASS", "d.e.a.d.b.e.a.t"),
]


@pytest.mark.parametrize(("rule", "words"), HOSTILE)
def test_a_hostile_text_fails_by_its_rule(rule: str, words: str) -> None:
    assert rule in rules(saying(words))


@pytest.mark.parametrize(
    "subject",
    [
        "Your debt with us",
        "You owe $45.00",
        "Past due",
        "Your balance",
        "About your hospital bill",
        "From your dental clinic",
        "Su deuda",
        "Su saldo vencido",
        "Pay your rent",
        "An amount of 45.00",
    ],
)
def test_a_subject_or_preheader_that_tells_a_stranger_fails(subject: str) -> None:
    assert "US-REGF-THIRDPARTY" in rules(replace(EMAIL, subject=subject))
    assert "US-REGF-THIRDPARTY" in rules(replace(EMAIL, preheader=subject))


@pytest.mark.parametrize(
    ("rule", "draft"),
    [
        ("US-REGF-OPTOUT", replace(SMS, text=f"Harbor Lane & Co: A message: {LINK}")),
        ("US-REGF-OPTOUT", replace(EMAIL, html=f"<p>Harbor Lane &amp; Co, {BRAND.address}</p>")),
        ("US-REGF-OPTOUT", replace(EMAIL, text=_TEXT.replace(STOP_LINK, ""))),
        ("US-REGF-OPTOUT", replace(EMAIL, text=_TEXT.replace("Stop e-mails", "See"))),
        ("US-REGF-OPTOUT", replace(EMAIL, stop_link="")),
        ("US-REGF-IDENTITY", replace(SMS, text="A message: Reply STOP to opt out")),
        (
            "US-REGF-IDENTITY",
            replace(SMS, text="From Harbor Lane & Co Reply STOP to opt out"),
        ),
        ("US-REGF-IDENTITY", replace(EMAIL, text=_TEXT.replace(BRAND.name, "We"))),
        ("US-REGF-IDENTITY", replace(EMAIL, creditor="")),
        ("US-REGF-IDENTITY", replace(SMS, third_party=True)),
        ("US-REGF-IDENTITY", replace(EMAIL, third_party=True)),
        ("US-CANSPAM", replace(EMAIL, text=_TEXT.replace(BRAND.address, ""))),
        ("US-CANSPAM", replace(EMAIL, address="")),
        ("US-CANSPAM", replace(EMAIL, subject="Re: our talk")),
        ("US-TCPA-CONFIRM", replace(SMS, kind=MessageKind.OPT_OUT_CONFIRMATION)),
        (
            "US-TCPA-CONFIRM",
            replace(
                SMS,
                kind=MessageKind.OPT_OUT_CONFIRMATION,
                text="Harbor Lane & Co: You are opted out. You can still pay by phone.",
            ),
        ),
        ("IND-CTIA", replace(EMAIL, html=EMAIL.html + '<a href="https://bit.ly/x">See</a>')),
    ],
)
def test_a_missing_part_fails_by_its_rule(rule: str, draft: MessageDraft) -> None:
    assert rule in rules(draft)


def test_names_are_no_words_of_the_message() -> None:
    brand = replace(BRAND, name="Sheriff’s Treatment Storage", address="1 Court Action Way")
    rendered, findings = JinjaMessages().review(
        "reminder.gentle",
        Channel.EMAIL,
        facts=facts(brand=brand, given_name="Sue"),
        link=LINK,
        stop_link=STOP_LINK,
        fields={},
    )
    assert findings == ()
    assert "Sheriff" in rendered.subject


@pytest.mark.parametrize("reference", ["455", "INV-455", "A55", "#54-455/1", "5h17-455123"])
def test_a_number_of_the_creditors_own_is_no_insult(reference: str) -> None:
    assert words_refused(f"It is about {reference} of this year.") == ()


@pytest.mark.parametrize("words", ["you a55hole", "p4y 0r go to j41l", "you @ss"])
def test_digits_hide_no_word(words: str) -> None:
    assert words_refused(words)


def test_what_is_listed_is_read_for_each_person_anew() -> None:
    """The words of a message are read once for everybody; a reference from a file is not."""

    def findings(*references: str) -> set[str]:
        listed = [
            replace(facts().account, account_id=f"acc_{n}", reference=reference)
            for n, reference in enumerate(references)
        ]
        _, review = JinjaMessages().review(
            "reminder.gentle",
            Channel.EMAIL,
            facts=facts(),
            link=LINK,
            stop_link=STOP_LINK,
            fields={},
            accounts=listed,
        )
        return {finding.rule_id for finding in review}

    assert findings("INV-1", "455") == set()
    assert findings("INV-1", "JAIL-1")
    assert findings("INV-2", "A55") == set()


def test_a_name_hides_only_itself() -> None:
    draft = JinjaMessages()

    def findings(name: str) -> tuple[object, ...]:
        _, review = draft.review(
            "reminder.gentle",
            Channel.EMAIL,
            facts=facts(given_name=name),
            link=LINK,
            stop_link=STOP_LINK,
            fields={},
        )
        return review

    # A name that is part of a word of the message, of the brand, or of markup changes nothing.
    for name in ("Ada", "An", "page", "Sue", "O'Brien", "td", "Acme", "Pay"):
        assert findings(name) == (), name


def test_hidden_styles_and_titles_are_not_read() -> None:
    text, links = visible('<title>a</title><style>b</style><p>c <a href="https://d/">e</a></p>')
    assert (text, links) == ("c e", ("https://d/",))


# Rewrites of shipped messages that forbid nothing by name and press all the same.
PUSHY = [
    ("gentle", "We have written several times and you have not answered"),
    ("gentle", "Please pay this. Your balance is overdue!!"),
    ("gentle", "You must pay"),
    ("neutral", "You failed to pay. We expect payment"),
    ("neutral", "We demand payment and will not tolerate excuses"),
    ("neutral", "This is a serious matter with consequences"),
    ("neutral", "PAY YOUR OVERDUE ACCOUNT"),
    ("firm", "You ignored us. You must pay, without further delay. Expect further steps"),
    ("firm", "We demand that you settle. Our patience is at an end. This is a warning"),
    ("firm", "You refused to pay. It is overdue. You are obligated to pay. Your reputation!"),
    ("neutral", "Debe pagar. Exigimos su respuesta"),
    ("firm", "Exigimos el pago sin demora. Es una obligación grave y tendrá consecuencias"),
    ("", "You failed to pay. You must pay"),
]  # fmt: skip


@pytest.mark.parametrize(("tone", "words"), PUSHY)
@pytest.mark.parametrize("kindness", ["", " Please, if you can. Thank you, we are here to help."])
def test_a_message_that_presses_harder_than_its_tone_fails(
    tone: str, words: str, kindness: str
) -> None:
    findings = check(replace(saying(words + kindness), tone=tone))
    assert "PLAT-TONE" in {f.rule_id for f in findings}
    assert any("is the most" in f.because for f in findings)


@pytest.mark.slow
def test_every_shipped_message_keeps_under_its_ceiling_and_tones_rise() -> None:
    """Every template in both languages and for both audiences; the last rung too."""
    templates, strategy = JinjaMessages(), facts().strategy
    hardest: dict[str, int] = {}
    for sample in samples(templates, strategy):
        assert sample.findings == (), sample.template
        tone = sample.template.partition(".")[2]
        if tone:
            pressure = max(pressures(sample).values())
            assert pressure <= ceiling(tone)
            hardest[sample.template] = max(hardest.get(sample.template, 0), pressure)
    for family in ("reminder", "second_reminder", "arrangement_offer"):
        mild, plain, firm = (hardest[f"{family}.{t}"] for t in ("gentle", "neutral", "firm"))
        assert mild <= plain < firm
    assert hardest["final_notice.neutral"] < hardest["final_notice.firm"]


def pressures(sample: Sample) -> dict[str, int]:
    body, _ = visible(sample.rendered.html)
    parts = {"subject": sample.rendered.subject, "text": sample.rendered.text, "html": body}
    return pressure_of(replace(EMAIL, text=sample.rendered.text), parts)


def test_words_of_staff_are_checked_before_they_are_sent() -> None:
    assert words_refused("Thank you for asking. We have moved the day to the first.") == ()
    assert {f.rule for f in words_refused("We will sue you.")} == {"US-FDCPA-FALSE"}
    assert {f.rule for f in words_refused("You failed to pay and you must pay!")} >= {"PLAT-TONE"}

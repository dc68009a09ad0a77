# ruff: noqa: E501 - a list of names and terms reads better in full lines
"""Whether words that a creditor or its staff brings may be said: the lists, the grammar of threats,
the words model and the pressure score, each of which may only refuse.

What passes is not approved by it: words that go out need a person's approval besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dunlin.domain.messages import tone
from dunlin.domain.messages.phrases import COLLECTOR, PHRASES
from dunlin.domain.messages.spelling import fold, spellings
from dunlin.domain.messages.threats import harmless, threats
from dunlin.domain.messages.words_model import WordsModel, sentences

# Names of people, streets and firms that are also words of a threat; only as names are written.
_NAMES = re.compile(
    r"\b(?:Sue (?=from|in|at|will|or|and|is|has|can|here|[A-Z])|(?:Mr|Mrs|Ms|Dr)\.? (?:Sheriff|Judge|Law|Court|Marshall?|Justice|Police)\b"
    r"|(?:[A-Z]\w+ )?(?:Sheriff|Marshall?|Warrant|Court|Judge|Justice|Prison|Jail|Police|Law|Lawson)(?:'s)? "
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Plaza|Square|Court|Storage|Plumbing|Brothers|Roofing|Dental|Auto|Apartments|apartments|LLC|Inc|Co|Break)\b"
    r"|Marshall\b)|(?<=for )Sue\b|(?<=with )Sue\b|(?<=calle )Corte\b"
)  # fmt: skip
# What a collector must say, in the law's words.
_DISCLOSURE = re.compile(
    r"This is an attempt to collect a debt(?: by a debt collector)?(?:[;,]? and|[;,]) any information"
    r"(?: obtained)? will be used for that purpose\.?|This communication is from a debt collector\.?"
    r"|Esta comunicaci[oó]n (?:es|proviene) de un cobrador de deudas\.?"
    r"|Este es un intento de cobrar una deuda(?: por(?: parte de)? un cobrador de deudas)?(?:[;,]? y|[;,]) "
    r"(?:toda|cualquier|la) informaci[oó]n(?: obtenida)? se (?:usar|utilizar)[aá] (?:para|con) ese "
    r"(?:fin|prop[oó]sito)\.?",
    re.IGNORECASE,
)
# Terms that a person may grant and then states as they are; whoever approves the words sees them.
_TERMS = re.compile(
    r"(?:no|without) (?:late )?(?:interest|fees)|(?:lower|reduc)\w* (?:your|the|it|what)|waiv\w+|condon\w+|perdon\w+|shop|sin (?:intereses|cargos|recargos)|descuentos?|apply for|new (?:card|credit)|nueva tarjeta|date of birth|fecha de nacimiento|your (?:visit|appointment)|su cita|patient"
)
_SHOWN = 160  # characters of a draft that a finding repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to break a rule: the rule's id, why, and how else to say it in both languages."""

    rule: str
    why: str
    en: str
    es: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsFinding:
    """What may not be said: the rule, the words that it fell on, why, and how else to say it."""

    rule: str
    words: str
    why: str
    instead: str


_ASK = (
    "Please pay by {day}, or tell us what would work for you.",
    "Pague antes del {day}, por favor, o díganos qué le convendría.",
)
_LET_US = (
    "If you cannot pay all of it, tell us and we will look for a plan together.",
    "Si no puede pagarlo todo, díganos y buscamos un plan juntos.",
)
_PAGE = (
    "You can see what the balance is made of on your page: {link}",
    "En su página puede ver de qué se compone el saldo: {link}",
)
_WRITE = (
    "Please reply, or call us at {phone}, so that we can speak with you.",
    "Por favor responda o llámenos al {phone} para hablar con usted.",
)
_FALSE, _HARASS, _OTHERS = "US-FDCPA-FALSE", "US-FDCPA-HARASS", "US-REGF-THIRDPARTY"


def _kind(rule: str, why: str, instead: tuple[str, str]) -> Fault:
    return Fault(rule=rule, why=why, en=instead[0], es=instead[1])


KINDS: dict[str, Fault] = {
    "court": _kind(_FALSE, "threatens a court, a suit, a judgment or a lien", _ASK),
    "lawyer": _kind(_FALSE, "threatens with a lawyer or speaks as one", _ASK),
    "office": _kind(_FALSE, "threatens with an office, a benefit or a license", _ASK),
    "arrest": _kind(_FALSE, "speaks of police, arrest or a crime", _ASK),
    "wages": _kind(_FALSE, "threatens to take pay, a bank account or belongings", _LET_US),
    "eviction": _kind(_FALSE, "threatens the home, its locks or its services", _LET_US),
    "credit": _kind(_FALSE, "threatens a credit report or collections", _ASK),
    "immigration": _kind(_FALSE, "speaks of immigration or of papers", _ASK),
    "impersonation": _kind(
        _FALSE,
        "pretends to come from a court, an authority, a lawyer or somebody else",
        (
            "Hello {name}, this is {creditor} about your account.",
            "Hola {name}, le escribe {creditor} por su cuenta.",
        ),
    ),
    "false_deadline": _kind(
        _FALSE,
        "hurries the reader with a deadline or a loss that is not real",
        (
            "Your payment was due on {due_date}. If you need more time, tell us.",
            "Su pago vencía el {due_date}. Si necesita más tiempo, díganos.",
        ),
    ),
    "employer": _kind(_OTHERS, "brings in the employer or the work place", _WRITE),
    "neighbours": _kind(_OTHERS, "brings in neighbors, friends or the neighborhood", _WRITE),
    "posting": _kind(_OTHERS, "threatens to make the debt public", _PAGE),
    "family": _kind(_OTHERS, "brings in the family or makes it pay", _WRITE),
    "shame": _kind(_HARASS, "insults or shames", _LET_US),
    "threat": _kind(_HARASS, "frightens the reader", _ASK),
    "pressure": _kind(_HARASS, "presses without respect", _ASK),
    "health": _kind(
        "US-HIPAA-MIN",
        "shows a detail of somebody's health or care",
        (
            "Your statement is ready. See it on your page: {link}",
            "Su estado de cuenta está listo. Véalo en su página: {link}",
        ),
    ),
    "fee_to_stop": _kind(
        "US-REGF-OPTOUT",
        "puts a price or a condition on being left alone, which must be free",
        (
            "Reply STOP to opt out. It costs nothing.",
            "Responda STOP para darse de baja. No cuesta nada.",
        ),
    ),
}
_INSULTS = "insults, shames or frightens"
_OF_A_LIST = {
    "threatens a lawsuit, an arrest, garnishment, a lien or a report": _ASK,
    "hurries the reader with a deadline or a loss that is not real": _ASK,
    "pretends to come from a court, an authority or a lawyer": _ASK,
    _INSULTS: _LET_US,
    "promises what nobody approved": _LET_US,
    "shows clinical detail": (KINDS["health"].en, KINDS["health"].es),
    "shows a personal number": _PAGE,
    "offers something new": _PAGE,
    "hides where a link leads behind a public shortener": _PAGE,
}
# What no decent sentence holds.
_FOUL = re.compile(
    r"damn|hell|shit|fuck|bastard|bitch|ass(?:hole)?s?\b|idiot|moron|stupid|pathetic|scum|dead ?beat"
    r"|freeload|mooch|estupid|sinverguenza"
)
# What a sentence says wrong however it denies it.
_ALWAYS = frozenset(
    {"shows a personal number", "offers something new", "promises what nobody approved"}
)


def judged(
    text: str, *, model: WordsModel, language: str = "en", tone_of: str = ""
) -> tuple[WordsFinding, ...]:
    """Every finding on a text, in a fixed order; empty where nothing speaks against it. `tone_of`
    is the tone of its rung, "" for a notice or an answer."""
    text = _NAMES.sub(" ", _DISCLOSURE.sub(" ", text))
    findings = (
        *_by_list(text, model, language),
        *_by_grammar(text, model, language),
        *_by_model(text, model, language),
        *_by_pressure(text, tone_of, language),
    )
    return tuple(dict.fromkeys(findings))


def _finding(kind: str, words: str, language: str) -> WordsFinding:
    known = KINDS[kind]
    return WordsFinding(
        rule=known.rule,
        words=words.strip()[:_SHOWN],
        why=known.why,
        instead=known.es if language == "es" else known.en,
    )


def _by_list(text: str, model: WordsModel, language: str) -> Iterator[WordsFinding]:
    for sentence in sentences(text):
        spelled = model.lexicon.plain(sentence)
        decent = harmless(spelled) or model.reads_as_harmless(sentence)
        for rule, why, pattern in PHRASES:
            met = next(filter(None, map(pattern.search, (*spellings(sentence), spelled))), None)
            if met and _counts(why, met[0], decent) and not _TERMS.match(met[0]):
                instead = _OF_A_LIST[why][language == "es"]
                yield WordsFinding(rule=rule, words=met[0].strip(), why=why, instead=instead)
        if not decent and (met := COLLECTOR.search(spelled)):
            named = KINDS["impersonation"]
            yield WordsFinding(
                rule="US-REGF-IDENTITY",
                words=met[0],
                why="calls a creditor a debt collector",
                instead=named.es if language == "es" else named.en,
            )


def _counts(why: str, word: str, decent: bool) -> bool:
    """Whether a listed word is refused also where its sentence is decent."""
    if not decent or why in _ALWAYS:
        return True
    return why == _INSULTS and bool(_FOUL.match(word))


def _by_grammar(text: str, model: WordsModel, language: str) -> Iterator[WordsFinding]:
    for sentence in sentences(text):
        if model.reads_as_harmless(sentence):
            continue
        for kind, words in threats(model.lexicon.plain(sentence)):
            yield _finding(kind, words, language)


def _by_model(text: str, model: WordsModel, language: str) -> Iterator[WordsFinding]:
    for sentence, kind in model.refused(text):
        yield _finding(kind, sentence, language)


def _by_pressure(text: str, tone_of: str, language: str) -> Iterator[WordsFinding]:
    pressing = " ".join(s for s in sentences(text) if not harmless(fold(s)))
    pressure, most = tone.pressure(pressing, fold(pressing)), tone.ceiling(tone_of)
    if pressure > most:
        yield WordsFinding(
            rule="PLAT-TONE",
            words=text.strip()[:_SHOWN],
            why=f"presses too hard: {pressure} where {most} is the most",
            instead=_LET_US[language == "es"],
        )

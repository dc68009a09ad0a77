"""What each column means: by its name where that says it, by its content where it does not.

Every column gets the best field with a score from 0 to 1 and the reasons; of two columns for one
field the better wins and the other is ignored, and where they are level a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from dunlin.domain.imports import fields
from dunlin.domain.imports.ages import years_told
from dunlin.domain.imports.content import Content, content_of, kinds_of
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.file_kind import BALANCE_FIELDS
from dunlin.domain.imports.flag_headings import (
    FLAGGED,
    asks_which_way,
    flag_heading,
    sorts_people,
)
from dunlin.domain.imports.guard import REASON_COLUMN
from dunlin.domain.imports.industry import (
    PATIENTS_PART,
    ask_agencies,
    patients_part,
    says_who_pays,
)
from dunlin.domain.imports.ledger import ledger_columns
from dunlin.domain.imports.nameless import settle_nameless
from dunlin.domain.imports.neighbours import SET_BY_HAND, adjust
from dunlin.domain.imports.number_columns import counts_rows
from dunlin.domain.imports.paid_share import tells_share_paid
from dunlin.domain.imports.status_codes import ask_codes
from dunlin.domain.imports.types import ColumnMap, ImportQuestion
from dunlin.domain.imports.whose import Parties, left_out, party_of
from dunlin.domain.imports.whose_contacts import settle_contacts

_SPEAKS_OF_PAYMENT = 0.3
_PRICES = frozenset(
    """price total sum value amount fee charge charges precio total importe monto valor prix montant
    somme preis betrag summe preco valor""".split()
)
THRESHOLD = 0.5
"""Below it a column is not used; for what a debt cannot be without, a person is asked."""
_GENERIC = re.compile(
    r"(?:col|column|field|f|x|c|v|var|unnamed|spalte|feld|columna|campo|colonne|champ|data|value)?"
    r"(?:no)?[0-9]*|[a-z]"
)


_DUES = frozenset("due dues owing debt fallig du dus".split())
# The kinds of content that fit a field; a field not named here takes any.
_FITS: dict[str, tuple[str, ...]] = dict.fromkeys(fields.MONEY, ("money",)) | dict.fromkeys(
    fields.DATES, ("date", "number_date")
)
_FITS |= {
    "email": ("email",), "phone": ("phone",), "state": ("state", "name"), "zip": ("zip", "code"),
    "for_email": ("email",), "for_phone": ("phone",), "for": ("name", "text"),
    "country": ("country", "name"), "currency": ("currency",), "consumer_name": ("name", "text"),
    "first_name": ("name",), "last_name": ("name",), "paid_flag": ("bool",), "deleted": ("bool",),
    "draft_flag": ("bool",), "docstatus": ("int",), "side": ("text",), "status": ("name",),
    "document_type": ("name", "code", "int"), "city": ("name",),
    "open_flag": ("bool",), "birth_year": ("year",),
    "days_overdue": ("int", "money"), "quantity": ("money",),
    "write_off_mark": ("date", "number_date", "bool", "name"), "terms": ("int", "name", "text"),
    "void_mark": ("date", "number_date", "bool", "name", "text"),
}  # fmt: skip
_CONTACT = frozenset("email phone zip consumer_name first_name last_name".split())
_SOFT = frozenset(("email", "phone", "state", "country", "city", "zip", "status", "last_name",
                   "first_name", "consumer_name", "document_type", "side"))  # fmt: skip


def _fit(field: str, content: Content) -> float:
    """How well a column's content agrees with a field: 1 fully, 0 not at all."""
    kinds = _FITS.get(field)
    if kinds is None or not content.filled:
        return 1.0
    best = max(content.share(kind) for kind in kinds)
    if kinds == ("bool",):
        # 0 and 1 are figures too: a flag is one in nearly every row.
        if best >= 0.95 or (field == "paid_flag" and _says_yes_or_how_much(content)):
            return 1.0
        return 0.0
    if field == "consumer_name" and content.share("money") + content.share("email") > 0.5:
        return 0.0
    if field in ("consumer_name", "last_name", "first_name") and content.share("int") > 0.5:
        return 0.0
    return min(1.0, best * 1.25)


def _says_yes_or_how_much(content: Content) -> bool:
    """True for `Yes`, `No`, `half` and `50.00` in one column; a column of payments is figures
    alone."""
    return content.share("bool") >= 0.3 and content.share("money") < 0.8


def candidates(
    header: str, content: Content, *, mute: bool = False
) -> list[tuple[float, str, str]]:
    """(score, field, why) of a column, best first; in a `mute` table no name is believed."""
    scores: dict[str, tuple[float, str]] = {}
    if header == REASON_COLUMN:
        return []
    key = fields.key_of(header)
    _by_name(scores, header, content)
    if header.strip() and fields.is_bucket(header):
        _offer(scores, "bucket", 0.95, "an aging column", content)
    if not scores and key:
        for field, weight in _by_words(fields.words_of(header)):
            _offer(scores, field, weight, f'words of "{header.strip()}"', content)
    if not scores:
        for field, weight, why in _by_content(content, named=not (mute or _GENERIC.fullmatch(key))):
            if field == "phone" and "fax" in key:
                continue
            if field == "side" and not _TITLES.isdisjoint(fields.words_of(header)):
                continue
            scores[field] = (weight, why)
    return sorted(((s, f, w) for f, (s, w) in scores.items()), reverse=True)


def _by_name(scores: dict[str, tuple[float, str]], header: str, content: Content) -> None:
    """Offers the fields whose names the header bears: as it stands, else without what joins."""
    key, bare = fields.key_of(header), fields.bare_key(header)
    for name, factor in ((key, 1.0), (bare, 0.97), (fields.unitless_key(header), 0.96)):
        for field in fields.STRONG.get(name, ()):
            _offer(scores, field, 0.96 * factor, f'named "{header.strip()}"', content)
        for field in fields.WEAK.get(name, ()):
            _offer(scores, field, 0.66 * factor, f'"{header.strip()}" often means it', content)
    if scores:
        return
    if "/" in header:
        _by_halves(scores, header, content)
    for field in fields.JOINTLESS.get(fields.jointless_key(header), ()):
        _offer(scores, field, 0.94, f'named "{header.strip()}"', content)


def _by_halves(scores: dict[str, tuple[float, str]], header: str, content: Content) -> None:
    """`Customer / Cliente` says one thing in two languages."""
    halves = [fields.key_of(half) for half in header.split("/")]
    meant = [{*fields.STRONG.get(key, ()), *fields.WEAK.get(key, ())} for key in halves]
    for field in set.intersection(*meant):
        _offer(scores, field, 0.93, f'named "{header.strip()}"', content)


def _offer(
    scores: dict[str, tuple[float, str]], field: str, score: float, why: str, content: Content
) -> None:
    fit = _fit(field, content)
    if not content.filled:
        score, why = score * 0.9, why + ", no values"
    elif fit < 0.5:
        if field not in _SOFT:
            return
        score *= 0.55 if field in _CONTACT else 0.5
        why += f", but few of its values look like {field.replace('_', ' ')}"
    elif field in _FITS:
        score = min(0.99, score + 0.03 * fit)
        why += f", {round(100 * min(1, fit))}% of its values fit"
    if field not in scores or scores[field][0] < score:
        scores[field] = (round(score, 3), why)


_NOTE_WORDS = (
    """note notes comment comments remark remarks memo memos notiz notizen bemerkung bemerkungen
    anmerkung anmerkungen kommentar kommentare vermerk nota notas comentario comentarios observacion
    observaciones remarque remarques commentaire commentaires observation observations observacao
    observacoes anotacao anotacoes alert alerts warning warnings flag flags"""
).split()
_TITLES = frozenset("title titel titre titulo salutation anrede grad degree".split())
"""Words of columns in which `Dr.` is a doctor and no debit."""
_WORD_RULES: tuple[tuple[frozenset[str], frozenset[str], str, float], ...] = tuple(
    (frozenset(need.split()), frozenset(bar.split()), field, weight)
    for need, bar, field, weight in (
        ("email", "status sent type preference bcc cc id template opt consent out", "email", 0.7),
        ("mail", "status sent type preference bcc cc id opt consent out", "email", 0.62),
        ("phone", "type id ext consent status fax", "phone", 0.72),
        ("telefon", "fax", "phone", 0.72),
        ("telefono", "fax", "phone", 0.72),
        ("mobile", "device is id consent", "phone", 0.66),
        ("zip", "status avs check", "zip", 0.7),
        ("postal", "status", "zip", 0.66),
        ("due date", "days", "due_date", 0.75),
        ("due", "days past not amount balance total", "due_date", 0.7),
        ("exigible", "jours", "due_date", 0.6),
        ("vencimiento", "dias", "due_date", 0.7),
        ("vencimento", "dias", "due_date", 0.7),
        ("echeance", "jours", "due_date", 0.7),
        ("falligkeit", "tage", "due_date", 0.7),
        ("fallig", "tage", "due_date", 0.6),
        ("due amount", "", "balance", 0.72),
        ("balance", "transaction id search prepaid credit limit opening jobs", "balance", 0.66),
        ("outstanding", "days date", "balance", 0.7),
        ("overdue", "days date", "balance", 0.6),
        ("saldo", "", "balance", 0.66),
        ("adeudada", "dias fecha", "balance", 0.66),
        ("adeudado", "dias fecha", "balance", 0.66),
        ("adeudadas", "dias fecha", "balance", 0.66),
        ("solde", "jours date initial anterieur precedent ouverture", "balance", 0.66),
        ("owed", "days date number no id", "balance", 0.66),
        ("unpaid", "days date number no id paid", "balance", 0.66),
        ("past due", "days date number no id", "balance", 0.66),
        ("amount due", "date", "balance", 0.66),
        ("pendiente", "dias fecha", "balance", 0.66),
        ("aberto", "dias data", "balance", 0.66),
        ("impaye", "jours date", "balance", 0.66),
        ("offen", "tage seit datum", "balance", 0.66),
        ("offener", "tage seit datum", "balance", 0.66),
        ("invoice number", "", "invoice_number", 0.8),
        ("invoice date", "", "issue_date", 0.75),
        ("invoice total", "", "amount", 0.75),
        ("currency", "rate exchange", "currency", 0.6),
        ("customer name", "", "consumer_name", 0.78),
        ("tenant name", "", "consumer_name", 0.78),
        ("patient name", "", "consumer_name", 0.78),
        ("client name", "", "consumer_name", 0.78),
        ("customer id", "type", "consumer_reference", 0.75),
        ("city", "", "city", 0.6),
        ("consent sms", "", "consent_sms", 0.7),
        ("consent text", "", "consent_sms", 0.65),
        ("consent email", "", "consent_email", 0.7),
        ("vendor", "", "vendor", 0.6),
        *((word, "delivery credit debit number no id", "notes", 0.66) for word in _NOTE_WORDS),
        ("supplier", "", "vendor", 0.6),
        ("lieferant", "", "vendor", 0.6),
    )
)


def _by_words(words: list[str]) -> list[tuple[str, float]]:
    have = set(words)
    return [
        (field, weight)
        for need, bar, field, weight in _WORD_RULES
        if need <= have and not (bar & have)
    ]


def _by_content(content: Content, *, named: bool) -> list[tuple[str, float, str]]:
    """A field for a column whose name says nothing. Content alone never passes 0.7.

    A name that we do not know still says that the column is something else; against it only
    e-mail addresses, phone numbers, marks of debit and credit and statuses are believed.
    """
    if content.filled < 1:
        return []
    share = content.share
    rules = (
        ("email", share("email") >= 0.8, 0.7, "its values are e-mail addresses"),
        ("phone", share("marked_phone") >= 0.7, 0.68, "its values are phone numbers"),
        ("state", share("state") >= 0.9, 0.62, "its values are states"),
        ("side", share("side") >= 0.95, 0.66, "its values say debit or credit"),
        ("currency", share("currency") >= 0.9, 0.64, "its values are currencies"),
        ("balance", share("marked") >= 0.8 and share("date") < 0.2, 0.6, "its values are money"),
        ("due_date", share("date") >= 0.9, 0.52, "its values are dates"),
        ("zip", share("zip") >= 0.95 and share("date") == 0, 0.51, "its values look like ZIPs"),
        ("consumer_name", share("name") >= 0.9 and content.distinct > 0.4 and share("state") < 0.5,
         0.51, "its values look like names"),
        ("status", share("status") >= 0.9 and share("payment_status") >= 0.2, 0.55,
         "its values say how a debt stands"),
        ("account_reference", share("code") >= 0.95 and content.distinct > 0.98
         and share("marked") < 0.2 and share("date") == 0 and share("zip") < 0.5,
         0.51, "its values are distinct codes"),
    )  # fmt: skip
    return [
        (field, weight, why)
        for field, ok, weight, why in rules
        if ok and (not named or field in ("email", "phone", "side", "status"))
    ]


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mapping of a file and what must be asked about it. `legs` is the column that tells the
    customers' postings of a journal from the others, -1 where there is none."""

    columns: tuple[ColumnMap, ...]
    decisions: tuple[ImportQuestion, ...]
    contents: tuple[Content, ...]
    legs: int = -1


def column_keys(headers: Sequence[str]) -> tuple[str, ...]:
    """A column's key: its header text, `#n` (1-based) where that is empty or repeated."""
    seen: dict[str, int] = {}
    for header in headers:
        text = header.strip()
        seen[text] = seen.get(text, 0) + 1
    keys, used = [], set()
    for number, header in enumerate(headers, 1):
        text = header.strip()
        if not text or (seen[text] > 1 and text in used):
            keys.append(f"#{number}")
        else:
            keys.append(text)
            used.add(text)
    return tuple(keys)


def map_columns(
    headers: Sequence[str], samples: Sequence[Sequence[str]], fixed: Mapping[str, str]
) -> Mapped:
    """The mapping of a table. `samples` holds each column's cells; `fixed` a person's words."""
    keys = column_keys(headers)
    contents = [content_of(column) for column in samples]
    ranked: list[list[tuple[float, str, str]]] = []
    mute = _says_little(headers, contents)
    payers = {i for i, header in enumerate(headers) if says_who_pays(header, samples[i])}
    parties = Parties(headers, contents, {*payers, *left_out(keys, headers, fixed)})
    of_others: dict[int, str] = {}
    by_person: dict[int, str] = {}
    lookup = {fields.key_of(name) or name: field for name, field in fixed.items()}
    for index, header in enumerate(headers):
        target = fixed.get(keys[index]) or fixed.get(f"#{index + 1}")
        target = target or (lookup.get(fields.key_of(header)) if header.strip() else None)
        if target:
            by_person[index] = target
            ranked.append([] if target == fields.IGNORE else [(1.0, target, SET_BY_HAND)])
        elif index in payers:
            ranked.append([(0.95, "payer_kind", "its values say who pays")])
        elif (stated := _stated(header, contents[index], headers, parties)) is not None:
            ranked.append(stated)
        elif not _flags(header, contents[index]) and (
            meant := parties.meant(index, contents[index])
        ):
            ranked.append([] if meant.field == fields.IGNORE else [(0.95, meant.field, meant.why)])
            of_others[index] = meant.why
        else:
            ranked.append(candidates(header, contents[index], mute=mute))
    by_hand = {i for i, options in enumerate(ranked) if options and options[0][2] == SET_BY_HAND}
    ledger = ledger_columns(headers, samples, by_hand)
    meaningless = dict.fromkeys(ledger.indexes, "it names an account of the ledger")
    for index in meaningless:
        ranked[index] = []
    meaningless |= dict.fromkeys(counts_rows(headers, samples, ranked), "it counts the rows")
    meaningless |= _without_insurers_part(headers, contents, ranked, by_hand)
    _take_lone_dues(headers, contents, ranked)
    for index in meaningless:
        ranked[index] = []
    named = {pick[0][1] for pick in ranked if pick}
    adjust(headers, contents, ranked, named)
    nameless = _nameless(headers, mute=mute) - meaningless.keys() - of_others.keys()
    asked = settle_nameless(
        keys, contents, samples, ranked,
        nameless=nameless,
        set_by_hand=by_person,
        named={o[0][1] for i, o in enumerate(ranked) if o and i not in nameless | by_person.keys()},
    )  # fmt: skip
    chosen, decisions = _settle(keys, ranked, contents, fixed)
    decisions = (*asked, *(d for d in decisions if d.id not in {q.id for q in asked}))
    for index, why in (meaningless | of_others).items():
        if index in meaningless or chosen[index][1] == fields.IGNORE:
            chosen[index] = (0.9 if index in meaningless else 0.0, fields.IGNORE, why)
    _price_is_owed(headers, contents, chosen, by_person)
    decisions += settle_contacts(parties, keys, samples, chosen, SET_BY_HAND)
    decisions += ask_agencies(keys, contents, samples, chosen, by_person)
    decisions += _sorts(headers, keys, samples, chosen, by_person)
    decisions += _ways(headers, keys, contents, chosen, by_person)
    asked_of = {i for i, key in enumerate(keys) if key in {q.column for q in decisions}}
    decisions += ask_codes(headers, keys, samples, chosen, {*by_person, *asked_of})
    columns = tuple(
        ColumnMap(index=i, key=keys[i], field=f, score=round(s, 2), why=w)
        for i, (s, f, w) in enumerate(chosen)
    )
    return Mapped(columns, decisions, tuple(contents), ledger.legs)


def _stated(
    header: str, content: Content, headers: Sequence[str], parties: Parties
) -> list[tuple[float, str, str]] | None:
    """What the words of a heading and the look of its cells leave no doubt of; None else."""
    if years := years_told(header, content, headers, parties):
        return [] if parties.splits else [(0.95, years, "years of whom it is about")]
    if tells_share_paid(header, content):
        return [(0.95, "paid_percent", "how much of each was paid, in percent")]
    flag = flag_heading(header, content)
    return None if flag is None else [(FLAGGED, flag.field, flag.why)]


def _price_is_owed(
    headers: Sequence[str],
    contents: Sequence[Content],
    chosen: list[tuple[float, str, str]],
    by_person: Container[int],
) -> None:
    """Makes the only amounts of a file what is owed where their heading calls them a price and
    beside them stands whether it is paid."""
    have = {field for _, field, _ in chosen}
    standings = [i for i, (_, field, _) in enumerate(chosen) if field == "status"]
    speaks = any(contents[i].share("payment_status") >= _SPEAKS_OF_PAYMENT for i in standings)
    amounts = [i for i, content in enumerate(contents) if content.share("marked") >= 0.8]
    if have & BALANCE_FIELDS or not speaks or len(amounts) != 1:
        return
    (index,) = amounts
    priced = not _PRICES.isdisjoint(fields.words_of(headers[index]))
    if priced and index not in by_person and chosen[index][1] == fields.IGNORE:
        why = "the only amounts, beside which stands whether they are paid"
        chosen[index] = (0.6, "amount", why)


def _sorts(
    headers: Sequence[str],
    keys: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: list[tuple[float, str, str]],
    by_person: Container[int],
) -> tuple[ImportQuestion, ...]:
    """Reads columns as notes by which people are sorted, some as dead or not to be contacted; the
    questions about those of which that is not certain."""
    asked = []
    for index, header in enumerate(headers):
        if index in by_person or chosen[index][1] not in (fields.IGNORE, "document_type"):
            continue
        reads_as = sorts_people(header, samples[index])
        if reads_as == "notes":
            chosen[index] = (0.6, "notes", "some of its values forbid to write")
        elif reads_as == "ask":
            asked.append(
                ImportQuestion(
                    kind="mapping",
                    column=keys[index],
                    choices=("notes", fields.IGNORE),
                    why="some of its values forbid to write, if they speak of who owes; do they?",
                )
            )
    return tuple(asked)


def _ways(
    headers: Sequence[str],
    keys: Sequence[str],
    contents: Sequence[Content],
    chosen: Sequence[tuple[float, str, str]],
    by_person: Container[int],
) -> tuple[ImportQuestion, ...]:
    """Which way columns run that hint at permission and are not used, or stand among the notes."""
    asked = (
        asks_which_way(keys[i], header, contents[i])
        for i, header in enumerate(headers)
        if chosen[i][1] in (fields.IGNORE, "notes")
        and i not in by_person
        and not _names_a_contact(header, contents[i])
    )
    return tuple(question for question in asked if question is not None)


def _take_lone_dues(
    headers: Sequence[str], contents: Sequence[Content], ranked: list[list[tuple[float, str, str]]]
) -> None:
    """`Fees Due` is what is owed where no other column holds money: nothing can be taken off it."""
    money = [i for i, c in enumerate(contents) if c.share("marked") >= 0.6 > c.share("date")]
    if len(money) == 1 and not ranked[money[0]] and _DUES & set(fields.words_of(headers[money[0]])):
        ranked[money[0]] = [(0.66, "balance", "the only money of the file, and it is due")]


def _names_a_contact(header: str, content: Content) -> bool:
    """True for `Contact` with the names of people: it says nothing of who may be written to."""
    names = content.share("name") >= 0.5 and not content.share("permission")
    return names and fields.key_of(header) in fields.CONTACT_PERSONS


def _flags(header: str, content: Content) -> bool:
    """True for `Minor` with yes and no: it says something of the person and names nobody."""
    return fields.key_of(header) in fields.STRONG and content.share("bool") >= 0.95


def _without_insurers_part(
    headers: Sequence[str],
    contents: Sequence[Content],
    ranked: list[list[tuple[float, str, str]]],
    by_hand: Container[int],
) -> dict[int, str]:
    """Makes the patient's own part what is owed; the columns that hold an insurer's part too."""
    whole = ("balance", "amount", "bucket")
    free = [i for i, c in enumerate(contents) if i not in by_hand and c.share("marked") >= 0.6]
    part = patients_part(headers, free)
    if part < 0 or any(o[0][1] in whole for i, o in enumerate(ranked) if o and i in by_hand):
        return {}
    ranked[part] = [(1.0, "balance", PATIENTS_PART)]
    return {
        i: "an insurer has a part of it"
        for i, options in enumerate(ranked)
        if i != part and options and options[0][1] in whole
    }


def _nameless(headers: Sequence[str], *, mute: bool) -> set[int]:
    """The columns whose names say nothing: all of a table without headings, and in a `mute` one
    those that we do not know."""
    if not mute and not all(_GENERIC.fullmatch(fields.key_of(h)) for h in headers):
        return set()
    return {i for i, header in enumerate(headers) if not _says_what(header)}


def _says_what(header: str) -> bool:
    """Whether a header is known, by a table of names, by its words or by whom it speaks of."""
    key = fields.key_of(header)
    if key in fields.STRONG or key in fields.WEAK:
        return True
    jointless = fields.jointless_key(header) in fields.JOINTLESS
    return jointless or bool(_by_words(fields.words_of(header))) or party_of(header) is not None


def _says_little(headers: Sequence[str], contents: Sequence[Content]) -> bool:
    """True for a table with a person's contact points whose headers we do not know at all.

    Its columns are read by content; a table of many figures is something else.
    """
    known = sum(map(_says_what, headers))
    people = any(c.share("email") >= 0.8 or c.share("marked_phone") >= 0.7 for c in contents)
    figures = sum(c.share("marked") >= 0.8 and c.share("date") < 0.2 for c in contents)
    return people and known < len(headers) * 0.25 and 1 <= figures <= 3


def _settle(
    keys: tuple[str, ...],
    ranked: list[list[tuple[float, str, str]]],
    contents: list[Content],
    fixed: Mapping[str, str],
) -> tuple[list[tuple[float, str, str]], tuple[ImportQuestion, ...]]:
    """Gives every field its best column; a column that lost gets its next best field."""
    chosen: list[tuple[float, str, str]] = [(0.0, fields.IGNORE, "not recognised")] * len(keys)
    offers = sorted(
        (
            (score, bool(contents[i].filled), field, -i, i, why)
            for i, options in enumerate(ranked)
            for score, field, why in options
        ),
        reverse=True,
    )
    taken: dict[str, tuple[int, float, str]] = {}
    done: set[int] = set()
    decisions: list[ImportQuestion] = []
    for score, filled, field, _, i, why in sorted(
        offers, key=lambda o: o[0] - (0.0 if o[1] else 0.5), reverse=True
    ):
        if i in done or score < THRESHOLD:
            continue
        if field in taken and field not in fields.MANY:
            first, before, _ = taken[field]
            if (
                field == "balance"
                and filled
                and before - score < 0.01
                and why.startswith("its values")
            ):
                decisions.append(
                    ImportQuestion(
                        kind="mapping",
                        column=keys[i],
                        choices=("balance", "amount", "paid", fields.IGNORE),
                        why=f'"{keys[first]}" and "{keys[i]}" both look like the balance',
                    )
                )
            continue
        taken[field] = (i, score, why)
        chosen[i] = (score, field, why)
        done.add(i)
    for i, options in enumerate(ranked):
        if i not in done and options and options[0][1] in taken and options[0][0] >= THRESHOLD:
            other = keys[taken[options[0][1]][0]]
            chosen[i] = (0.0, fields.IGNORE, f'"{other}" is the better {options[0][1]}')
        elif i not in done and fixed.get(keys[i]) == fields.IGNORE:
            chosen[i] = (1.0, fields.IGNORE, SET_BY_HAND)
    return chosen, tuple(decisions)


def looks_like_header(cells: Sequence[str]) -> float:
    """How much a record looks like the header of a table, 0 to about 2."""
    filled = [c.strip() for c in cells if c.strip()]
    if not filled:
        return 0.0
    known = 0.0
    typed = 0
    for cell in filled:
        key, bare = fields.key_of(cell), fields.bare_key(cell)
        if key in fields.STRONG or bare in fields.STRONG or fields.is_bucket(cell):
            known += 1
        elif key in fields.WEAK or bare in fields.WEAK:
            known += 0.7
        elif _by_words(fields.words_of(cell)):
            known += 0.5
        kinds = kinds_of(cell)
        if kinds & {"money", "email", "date", "phone", "opaque"} and not fields.is_bucket(cell):
            typed += 1
    if typed > len(filled) * 0.2:
        return 0.0
    return known / len(filled) + min(known, 6) / 6


def folded(text: str) -> str:
    """Lower case, no accents, single spaces; for words compared with a list."""
    return " ".join(fold(text).split())

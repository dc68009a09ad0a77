"""What a table of debts cannot be without and no heading names: it is asked, where some column may
be it.

Headings in a language or a trade that we do not know say nothing; what stands below them shows
which columns hold money, days and names.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import Content, content_of
from dunlin.domain.imports.file_kind import BALANCE_FIELDS, CONSUMER_FIELDS
from dunlin.domain.imports.header_names import figures
from dunlin.domain.imports.neighbours import SET_BY_HAND
from dunlin.domain.imports.types import ColumnMap, ImportQuestion

OWED = "owed"
"""The kind of the question which column is what is owed."""
NONE = "none"
_MOST = 6
_WORTH = frozenset(
    """lifetime ltv clv revenue sales spent spend spending purchase purchases purchased order orders
    average avg aov mrr arr salary income wage budget price discount points score rate worth value
    donation donations donated donor gift gifts pledge opportunity deal pipeline quota commission
    age distance weight height size capacity umsatz ventas chiffre receita total totals amount
    amounts sum clicks visits sessions latitude longitude lat lng lon""".split()
)
"""What a list of customers says of their worth, and nobody owes."""


def ask_owed(
    columns: Sequence[ColumnMap],
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    answers: Mapping[str, str],
) -> ImportQuestion | None:
    """Which column of a list of people is what they owe, where one of money has a heading that
    says nothing; None where there is none, or a person said that none is."""
    if answers.get(OWED) == NONE:
        return None
    free = _free(columns, samples, _is_money)
    keys = [c.key for c in free if not _is_worth(headers[c.index])]
    if not keys:
        return None
    named = " or ".join(f'"{key}"' for key in keys[:_MOST])
    return ImportQuestion(
        kind=OWED,
        column=None,
        choices=(*keys[:_MOST], NONE),
        why=f"the file lists people beside money, and no heading says what that is. Is {named}"
        " what they owe today?",
    )


def which_is_owed(keys: Sequence[str]) -> ImportQuestion:
    """Which of several columns of money is what is owed, in a list of debts that does not say."""
    named = " or ".join(f'"{key}"' for key in keys[:_MOST])
    return ImportQuestion(
        kind=OWED,
        column=None,
        choices=(*keys[:_MOST], NONE),
        why=f"no heading names what is owed. Is it {named}?",
    )


def unsure_owed(columns: Sequence[ColumnMap], answers: Mapping[str, str]) -> tuple[ColumnMap, ...]:
    """The columns without one for what is owed where the headings speak of what nobody owes yet:
    of quotes, of deals that are being won, of money held in trust. Which it is, or whether
    anything is owed at all, is then asked."""
    if OWED in answers:
        return tuple(columns)
    words = [set(fields.words_of(c.key)) for c in columns]
    spoken = set().union(*words)
    offers = any(have & _OFFERS and have <= _OFFERS | _OF_OFFERS for have in words)
    deals = bool(spoken & _DEALS and spoken & _WON)
    billed = bool(spoken & _BILLS)
    return tuple(
        replace(c, field=fields.IGNORE, score=0.0, why="it may be no debt")
        if c.field in BALANCE_FIELDS
        and c.why != SET_BY_HAND
        and (((offers or deals) and not billed) or have & _HELD_FOR_THEM)
        else c
        for c, have in zip(columns, words, strict=True)
    )


_OFFERS = frozenset(
    """quote quotes quotation quoted estimate estimates proposal angebot angebote angebotsnummer
    angebotsdatum angebotssumme kostenvoranschlag presupuesto presupuestos cotizacion cotizaciones
    devis orcamento orcamentos proposta propuesta offerte""".split()
)
_OF_OFFERS = frozenset(
    """no nr n id number numero nummer num date datum fecha data total amount value betrag summe
    importe monto montant valor expiration expires status name ref reference de del du""".split()
)
_DEALS = frozenset("opportunity opportunities deal deals lead prospect oportunidad".split())
_WON = frozenset("stage pipeline probability close forecast etapa fase phase".split())
_BILLS = frozenset(
    """invoice invoices inv bill billed factura facturas rechnung rechnungsnummer facture factures
    fatura faturas""".split()
)
_HELD_FOR_THEM = frozenset("trust iolta retainer retainers escrow".split())
"""Of a balance that is the person's own money."""


def ask_due(
    columns: Sequence[ColumnMap], samples: Sequence[Sequence[str]]
) -> ImportQuestion | None:
    """Whether the only days of a list of debts are their due dates, where no heading says so."""
    have = {c.field for c in columns}
    if have & {*fields.DATES - {"date_of_birth", "for_date_of_birth"}, *_INSTEAD}:
        return None
    days = _free(columns, samples, lambda content: content.share("date") >= 0.9)
    if len(days) != 1:
        return None
    return ImportQuestion(
        kind="mapping",
        column=days[0].key,
        choices=("due_date", "issue_date", fields.IGNORE),
        why="no heading says since when the debts are due. Are these the due dates?",
    )


def ask_who(
    columns: Sequence[ColumnMap], samples: Sequence[Sequence[str]]
) -> ImportQuestion | None:
    """Which column names who owes, where no heading says so."""
    have = {c.field for c in columns}
    if have & _NAMES or (have & CONSUMER_FIELDS and not have & {"email", "phone"}):
        return None
    free = _free(columns, samples, lambda c: c.share("name") >= 0.8 and c.distinct > 0.3)
    people = [c for c in free if _are_names(samples[c.index])]
    if not people:
        return None
    return ImportQuestion(
        kind="mapping",
        column=people[0].key,
        choices=("consumer_name", fields.IGNORE),
        why="no heading names who owes. Are these the people?",
    )


_NAMES = frozenset(("consumer_name", "first_name", "last_name", "company", "vendor"))
_INSTEAD = frozenset(("terms", "days_overdue", "bucket"))
"""Fields that say since when a debt is due as well."""


def _free(
    columns: Sequence[ColumnMap],
    samples: Sequence[Sequence[str]],
    holds: Callable[[Content], bool],
) -> list[ColumnMap]:
    """The columns that are not used, and not by a person's word, whose cells are of a kind."""
    return [
        c
        for c in columns
        if c.field == fields.IGNORE
        and c.score == 0.0
        and c.index < len(samples)
        and _says_nothing(c.key)
        and holds(content_of(samples[c.index]))
    ]


def _says_nothing(key: str) -> bool:
    known: Container[str] = {*fields.STRONG, *fields.WEAK}
    return fields.key_of(key) not in known


def _are_names(cells: Sequence[str]) -> bool:
    """Whether most cells hold two words or more, as the names of people do."""
    filled = [c.split() for c in cells if c.strip()]
    return sum(len(words) > 1 for words in filled) * 5 >= 3 * len(filled)


def _is_money(content: Content) -> bool:
    return content.share("marked") >= 0.8 and content.share("date") < 0.2


def _is_worth(header: str) -> bool:
    words = set(fields.words_of(header))
    return bool(words & (_WORTH | figures.NOT_OWED | figures.TAX | figures.RATE))

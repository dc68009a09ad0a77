"""What a ledger holds beside one row for one debt: parts, items, sums that do not agree."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from tests.imports.exports.draft import Column, Draft, Line, pick
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.mutations.standing import free_party
from tests.imports.exports.shape import total_line
from tests.imports.exports.truth import ASK, EITHER, HOLD, LEAVE, SWAPPED, Debt
from tests.imports.exports.words import HEADINGS, TOTAL
from tests.imports.exports.writing import Minor

ITEMS = {
    "en": ("Description", ("Labor", "Parts", "Service call", "Delivery", "Materials")),
    "es": ("Descripción", ("Mano de obra", "Piezas", "Servicio")),
    "fr": ("Désignation", ("Main-d'œuvre", "Pièces", "Service")),
    "de": ("Bezeichnung", ("Arbeitszeit", "Material", "Anfahrt")),
    "pt": ("Descrição", ("Mão de obra", "Peças", "Serviço")),
}


def _line_of(draft: Draft, debt: Debt) -> int:
    return next(n for n, line in enumerate(draft.lines) if line.debt is debt)


def instalments(draft: Draft, rng: random.Random) -> bool:
    """One invoice due in three parts, each a row with a due day of its own."""
    if not draft.column("number") or not draft.column("due") or not draft.column("email"):
        return False
    lone = {d for d in draft.debts() if sum(line.debt is d for line in draft.lines) == 1}
    free = [d for d in pick(rng, draft.debts(), 99) if free_party(draft, d)]
    debts = [d for d in free if d.party.email and d in lone][:2]
    for debt in debts:
        part = debt.minor // 3
        parts = [part, part + 7, debt.minor - 2 * part - 7]
        at = _line_of(draft, debt)
        before = draft.lines.pop(at).cells
        person = {k: v for k, v in before.items() if k in ("name", "last_first", "email", "phone")}
        for number, minor in enumerate(parts):
            due = debt.due and debt.due + dt.timedelta(days=20 * number)
            new = replace(debt, minor=minor, billed=minor, due=due, net=True)
            draft.lines.insert(at + number, Line(debt=new, cells=dict(person)))
        for other in draft.debts():
            other.net = other.net or other.party is debt.party
    return bool(debts)


def _sole_amount(draft: Draft) -> Column | None:
    """The one column of money of a list made by hand."""
    others = draft.column("billed", "paid", "net", "cents", "running", "foreign", "item")
    if not draft.free or others or not draft.column("number"):
        return None
    debts = [line.debt for line in draft.lines]
    if None in debts or len(set(debts)) < len(debts):
        return None  # a row that stands twice would no more, with items of its own
    return draft.column("owed", "sole")


def line_items(draft: Draft, rng: random.Random) -> bool:
    """A row for each item of an invoice; what is owed is their sum."""
    item = _sole_amount(draft)
    if item is None or any(d.net or d.want == LEAVE for d in draft.debts()):
        return False
    header, texts = ITEMS[draft.lang]
    item.header = {
        "en": "Line Total", "es": "Importe línea", "fr": "Montant ligne", "de": "Positionsbetrag",
        "pt": "Valor da linha",
    }[draft.lang]  # fmt: skip
    lines: list[Line] = []
    for line in draft.lines:
        assert line.debt is not None
        first = line.debt.minor * rng.randint(20, 45) // 100
        for minor, text in zip((first, line.debt.minor - first), rng.sample(texts, 2), strict=True):
            cells = {**line.cells, item.key: Minor(minor), "item": text}
            lines.append(Line(debt=line.debt, cells=cells))
    draft.lines = lines
    place = draft.columns.index(item)
    draft.columns.insert(place, Column(header, "item", lambda _: ""))
    return True


def repeated_balances(draft: Draft, rng: random.Random) -> bool:
    """A row for each item of an invoice, each with the balance of the whole."""
    item = _sole_amount(draft)
    if item is None or any(d.net or d.want == LEAVE for d in draft.debts()):
        return False
    header, texts = ITEMS[draft.lang]
    item.header = {
        "en": "Invoice Balance", "es": "Saldo factura", "fr": "Solde facture",
        "de": "Offener Rechnungsbetrag", "pt": "Saldo da fatura",
    }[draft.lang]  # fmt: skip
    lines: list[Line] = []
    for line in draft.lines:
        assert line.debt is not None
        first = line.debt.minor * rng.randint(20, 45) // 100
        parts = (first, line.debt.minor - first) if rng.random() < 0.6 else (line.debt.minor,)
        for minor, text in zip(parts, rng.sample(texts, len(parts)), strict=True):
            cells = {**line.cells, "line": Minor(minor), "item": text}
            lines.append(Line(debt=line.debt, cells=cells))
    draft.lines = lines
    amount = {"en": "Line Amount", "es": "Importe línea", "fr": "Montant ligne",
              "de": "Positionsbetrag", "pt": "Valor da linha"}[draft.lang]  # fmt: skip
    draft.columns += [
        Column(header, "item", lambda _: ""),
        Column(amount, "line", lambda _: ""),
    ]
    return True


def wrong_total(draft: Draft, rng: random.Random) -> bool:
    """The file's own total is not the sum of its rows: something is missing or too much."""
    plain = all(line.debt and not line.shifted for line in draft.lines) and not draft.grouped
    item = draft.column("owed", "sole")
    if not plain or item is None or draft.column("running"):
        return False
    line = total_line(draft, rng.choice(TOTAL[draft.lang]))
    value = line.cells.get(item.key)
    if not isinstance(value, Minor):
        return False
    line.cells[item.key] = Minor(value + rng.randint(10_000, 90_000))
    draft.lines.append(line)
    draft.doubt(ASK, "the file's total is not the sum of its rows")
    return True


def row_that_does_not_add_up(draft: Draft, rng: random.Random) -> bool:
    """In one row the bill less what was paid is not the balance."""
    debts = [d for d in pick(rng, draft.debts()[2:], 1) if d.want != LEAVE]
    if not debts or not all(draft.column(key) for key in ("billed", "paid", "owed")):
        return False
    debt = debts[0]
    draft.lines[_line_of(draft, debt)].cells["paid"] = Minor(debt.billed - debt.minor + 5_000)
    debt.want, debt.standing = HOLD, "a row that does not add up"
    draft.doubt(EITHER, "a row that does not add up")
    return True


def swapped_days(draft: Draft, _rng: random.Random) -> bool:
    """A spreadsheet took texts day first for days month first, where it could."""
    debts = [d for d in draft.debts() if d.due]
    small = [d for d in debts if d.due and d.due.day <= 12]
    if not draft.column("due") or len(small) < 2 or len(debts) - len(small) < 2:
        return False
    for line in draft.lines:
        due = line.debt and line.debt.due
        if not due or "due" in line.cells:
            continue
        text = due.strftime("%d/%m/%Y")
        if due.day <= 12:
            text = dt.date(due.year, due.day, due.month).strftime("%Y-%m-%d 00:00:00")
        line.cells["due"] = text
    draft.doubt(EITHER, SWAPPED)
    return True


def mixed_days(draft: Draft, rng: random.Random) -> bool:
    """Days in several styles down one column, each of which reads in one way only."""
    if not draft.column("due") or draft.lang != "en":
        return False
    for line in draft.lines:
        due = line.debt and line.debt.due
        if due and "due" not in line.cells:
            line.cells["due"] = due.strftime(rng.choice(("%Y-%m-%d", "%b %d, %Y", "%d-%b-%Y")))
    return True


def several_currencies(draft: Draft, rng: random.Random) -> bool:
    """Some rows are in another currency, as a column says."""
    if not draft.free or draft.style.sign != "none" or draft.style.currency != "USD":
        return False
    column = draft.column("currency")
    if column is None:
        column = Column(rng.choice(HEADINGS["en"]["currency"]), "currency", lambda _: "")
        draft.add_column(column, rng)
    for debt in pick(rng, draft.debts(), 3):
        if free_party(draft, debt):
            debt.currency = "CAD"
    column.fill = lambda d: d.currency or draft.style.currency
    draft.doubt(EITHER, "several currencies")
    return True


def all_negative(draft: Draft, _rng: random.Random) -> bool:
    """All that is owed stands below nought, as the books of the other side have it."""
    item = _sole_amount(draft)
    if item is None or any(d.net or d.want == LEAVE for d in draft.debts()):
        return False
    item.fill = lambda d: Minor(-d.minor)
    draft.doubt(EITHER, "all amounts below nought")
    return True


def net_header(draft: Draft, rng: random.Random) -> bool:
    """The currency stands in the heading: `Balance (USD)`, `Betrag in EUR`."""
    item = draft.column("owed", "sole")
    if item is None or not draft.free or draft.column("foreign", "currency", "cents"):
        return False
    code = draft.style.currency
    form = rng.choice(("{} ({})", "{} in {}", "{} {}", "{} [{}]"))
    item.header = form.format(HEADINGS[draft.lang]["owed"][0], code)
    draft.style.sign = "none"
    return True


FIRST: dict[str, Mutation] = {"instalments": instalments}
"""Done before anything is said of the debts one by one."""
MUTATIONS: dict[str, Mutation] = {
    "line items": line_items,
    "items with the whole balance": repeated_balances,
    "days swapped by a spreadsheet": swapped_days,
    "mixed days": mixed_days,
    "several currencies": several_currencies,
    "all below nought": all_negative,
    "currency in the heading": net_header,
    "row that does not add up": row_that_does_not_add_up,
}
LAST: dict[str, Mutation] = {"total that disagrees": wrong_total}
"""Done when all rows stand."""

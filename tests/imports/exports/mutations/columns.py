"""Which columns there are, in which order and under which headings."""

from __future__ import annotations

import datetime as dt
import random
import re

from tests.imports.exports.draft import (
    Column,
    Draft,
    column,
    phone_as_written,
    shown,
)
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.truth import EITHER, Debt, Party
from tests.imports.exports.words import HEADINGS
from tests.imports.exports.writing import Minor

OTHERS = {
    "en": (
        "Sales Rep", "Rep", "Attorney", "Employer", "Emergency Contact", "Insurer",
        "Account Manager", "Property Manager", "Collector", "Landlord", "Referred By", "Vendor",
        "Technician", "Next of Kin", "Spouse", "Co-Borrower", "Co-Signer", "Ship To",
        "Assigned To", "Created By", "Broker Agent",
    ),
    "es": ("Vendedor", "Abogado", "Aseguradora", "Comercial", "Gestor"),
    "fr": ("Commercial", "Avocat", "Assureur", "Employeur", "Gestionnaire"),
    "de": ("Sachbearbeiter", "Rechtsanwalt", "Versicherung", "Arbeitgeber", "Vertreter"),
    "pt": ("Vendedor", "Advogado", "Seguradora", "Empregador", "Gestor"),
}  # fmt: skip
PHONES = {"en": "Phone", "es": "Teléfono", "fr": "Téléphone", "de": "Telefon", "pt": "Telefone"}
USELESS = {
    "en": (
        ("Location", ("Main", "North", "South")), ("Class", ("Residential", "Commercial")),
        ("Branch", ("01", "02")), ("Department", ("Service", "Parts")), ("PO #", ("", "4471", "")),
        ("Region", ("West", "East")), ("Delivery Method", ("Email", "Mail")), ("Page", ("1", "2")),
        ("Entered By", ("admin", "kt")), ("Sent?", ("Yes", "No")), ("Rating", ("A", "B", "C")),
        ("Statement Sent", ("Yes", "No")), ("Route", ("12", "7")), ("Tax Code", ("NON", "TAX")),
        ("Print Later", ("N", "Y")), ("Item", ("Service call", "Labor")), ("Qty", ("1", "2")),
        ("Website", ("www.example.com", "")), ("Tags", ("", "vip")), ("Lead Source", ("Web", "")),
    ),
    "es": (("Sucursal", ("Centro", "Norte")), ("Zona", ("1", "2")), ("Serie", ("A", "B"))),
    "fr": (("Agence", ("Centre", "Nord")), ("Zone", ("1", "2")), ("Journal", ("VE", "VE"))),
    "de": (("Filiale", ("Mitte", "Nord")), ("Kostenstelle", ("100", "200")), ("Art", ("RE", "RE"))),
    "pt": (("Filial", ("Centro", "Norte")), ("Zona", ("1", "2")), ("Série", ("A", "B"))),
}  # fmt: skip
MONEY_OF_NO_DEBT = ("Credit Limit", "YTD Sales", "Last Payment Amount", "Lifetime Value",
                    "Unit Price", "Last Year Sales", "Average Invoice")  # fmt: skip
DAYS_OF_NO_DEBT = ("Last Modified", "Customer Since", "Last Contacted", "Statement Date",
                   "Last Payment Date", "Printed On", "Created", "Next Follow-up")  # fmt: skip


def _has(draft: Draft, header: str) -> bool:
    plain = header.lower()
    return any(plain in c.header.lower() or c.header.lower() in plain
               for c in draft.columns if c.header)  # fmt: skip


def order(draft: Draft, rng: random.Random) -> bool:
    """Columns in another order."""
    if draft.grouped:
        return False
    rng.shuffle(draft.columns)
    return True


def synonyms(draft: Draft, rng: random.Random) -> bool:
    """Other headings of the same meaning."""
    if not draft.free:
        return False
    for item in draft.columns:
        key = {"last_first": "name", "sole": "owed"}.get(item.key, item.key)
        names = HEADINGS[draft.lang].get(key, ())
        lone = draft.column("billed", "paid", "net", "gross") is None
        if key == "owed" and not lone:
            names = names[:10]  # the rest might be the bill as well
        other = rng.choice(names) if names else item.header
        if not any(c.header.lower() == other.lower() for c in draft.columns):
            item.header = other
    return True


def letter_case(draft: Draft, rng: random.Random) -> bool:
    """Headings in other letters, joined or pointed in another way."""
    how = rng.choice((
        str.upper, str.lower, lambda h: re.sub(r"\W+", "_", h.lower()).strip("_"),
        lambda h: f"{h}:" if h else h, lambda h: f" {h} ", lambda h: f"*{h}" if h else h,
        lambda h: re.sub(r"\W+(\w)", lambda m: m[1].upper(), h.title()),
        lambda h: h.replace(" ", "  "), lambda h: f"[{h}]" if h else h,
    ))  # fmt: skip
    for item in draft.columns:
        item.header = how(item.header)
    return True


def useless(draft: Draft, rng: random.Random) -> bool:
    """Columns that nobody needs."""
    pool = USELESS[draft.lang]
    for header, texts in rng.sample(pool, min(len(pool), rng.randint(1, 4))):
        if not _has(draft, header):
            values = {debt: rng.choice(texts) for debt in draft.debts()}
            draft.add_column(Column(header, "useless", values.get), rng)
    return True


def other_money(draft: Draft, rng: random.Random) -> bool:
    """A column of money that is no debt."""
    if draft.lang != "en":
        return False
    values = {debt: Minor(rng.randint(10_000, 999_999)) for debt in draft.debts()}
    header = rng.choice(MONEY_OF_NO_DEBT)
    draft.add_column(Column(header, "other money", lambda d: values.get(d, "")), rng)
    return True


def other_days(draft: Draft, rng: random.Random) -> bool:
    """A column of days on which nothing is due."""
    if draft.lang != "en":
        return False
    later = {debt: dt.timedelta(days=rng.randint(3, 40)) for debt in draft.debts()}
    header = rng.choice(DAYS_OF_NO_DEBT)
    if not _has(draft, header):
        month = dt.timedelta(days=30)
        draft.add_column(
            Column(header, "other days", lambda d: d.issued + later.get(d, month)), rng
        )
    return True


def contacts_of_others(draft: Draft, rng: random.Random) -> bool:
    """Names, addresses and numbers of people who owe nothing."""
    role = rng.choice(OTHERS[draft.lang])
    if _has(draft, role):
        return False
    someone = [draft.town.party() for _ in range(2)]
    chosen = {debt: rng.choice(someone) for debt in draft.debts()}

    def whose(debt: Debt) -> Party:
        return chosen.get(debt, someone[0])

    first = rng.randint(1 if draft.grouped else 0, len(draft.columns))
    both = rng.random() < 0.5
    phone = PHONES[draft.lang]
    wanted = [
        Column(role, "stranger", lambda d: whose(d).name),
        Column(f"{role} Email", "stranger mail", lambda d: whose(d).email),
        Column(f"{role} {phone}", "stranger phone", lambda d: phone_as_written(whose(d).phone)),
    ]
    draft.columns[first:first] = wanted if both else rng.sample(wanted, 2)
    return True


def split_names(draft: Draft, rng: random.Random) -> bool:
    """First and last name in columns of their own."""
    item = draft.column("name")
    if item is None or not draft.free or any(p.shown for p in draft.parties()):
        return False
    place = draft.columns.index(item)
    names = HEADINGS[draft.lang]
    draft.columns[place : place + 1] = [
        column(draft.lang, "first", names["first"][0]),
        column(draft.lang, "last", names["last"][0]),
    ]
    return True


def paid_and_balance(draft: Draft, rng: random.Random) -> bool:
    """The bill and what was paid beside the balance."""
    item = draft.column("owed", "sole")
    if item is None or not draft.free or draft.column("billed", "paid"):
        return False
    names = HEADINGS[draft.lang]
    item.key, item.header = "owed", names["owed"][0]
    item.fill = lambda d: Minor(0 if d.want == "leave" else d.minor)
    for key in ("billed", "paid"):
        draft.add_column(column(draft.lang, key, rng.choice(names[key])), rng)
    return True


def paid_without_balance(draft: Draft, rng: random.Random) -> bool:
    """The bill and what was paid, and no balance: the rest is owed."""
    item = draft.column("owed", "sole")
    if item is None or not draft.free or draft.column("billed", "paid"):
        return False
    names = HEADINGS[draft.lang]
    item.key, item.header = "billed", rng.choice(names["billed"])
    item.fill = lambda d: Minor(d.billed)
    draft.add_column(column(draft.lang, "paid", rng.choice(names["paid"])), rng)
    return True


def net_and_tax(draft: Draft, rng: random.Random) -> bool:
    """Net, tax and what both come to; the sum is owed."""
    item = draft.column("owed", "sole")
    if item is None or not draft.free or draft.column("billed", "paid"):
        return False
    if any(debt.standing == "nothing owed" for debt in draft.debts()):
        return False  # the gross of a settled bill is no nought
    names = HEADINGS[draft.lang]
    item.key, item.header = "sole", names["gross"][0]
    item.fill = lambda d: Minor(d.minor)
    rate = rng.choice((0.07, 0.19, 0.2))
    place = draft.columns.index(item)
    tax = lambda d: Minor(int(d.minor * rate / (1 + rate)))  # noqa: E731  a column's fill
    draft.columns[place:place] = [
        Column(rng.choice(names["net"]), "net", lambda d: Minor(d.minor - tax(d))),
        Column(rng.choice(names["tax"]), "tax", tax),
    ]
    return True


def currency_column(draft: Draft, rng: random.Random) -> bool:
    """A column with the currency's code."""
    code = draft.style.currency
    if _has(draft, "currency") or any(
        debt and str(c.fill(debt)).upper() == code
        for c in draft.columns
        for debt in draft.debts()[:1]
    ):
        return False
    header = rng.choice(HEADINGS[draft.lang]["currency"])
    draft.add_column(Column(header, "currency", lambda _: draft.style.currency), rng)
    return True


def home_and_foreign(draft: Draft, rng: random.Random) -> bool:
    """The balance in two currencies, each named: the customer's own or the books' is meant."""
    item = draft.column("owed", "sole")
    if item is None or draft.lang != "en" or draft.style.currency != "USD" or not draft.free:
        return False
    if draft.column("currency") or draft.style.sign != "none" or draft.column("billed", "paid"):
        return False
    item.header = "Balance (USD)"
    for debt in draft.debts():
        debt.foreign = int(debt.minor * 0.92)
    draft.add_column(Column("Balance (EUR)", "foreign", lambda d: Minor(d.foreign)), rng)
    draft.doubt(EITHER, "two balances in two currencies")
    return True


def address_columns(draft: Draft, rng: random.Random) -> bool:
    """Where they live."""
    keys = [k for k in ("street", "city", "zip") if draft.column(k) is None]
    if not keys or not draft.free:
        return False
    place = rng.randint(0, len(draft.columns))
    draft.columns[place:place] = [column(draft.lang, key) for key in keys]
    return True


def no_number(draft: Draft, _rng: random.Random) -> bool:
    """No number of the invoice."""
    if not draft.free or not draft.column("number") or not draft.column("email"):
        return False
    draft.drop_column("number")
    return True


def company_and_contact(draft: Draft, rng: random.Random) -> bool:
    """The firm that owes, and its person."""
    item = draft.column("name")
    if item is None or not draft.free or draft.lang != "en" or draft.column("made child"):
        return False
    for party in draft.parties():
        if not party.firm:
            party.firm, party.shown = draft.town.party(firm=True).firm, ""
    item.header = rng.choice(("Company", "Company Name", "Customer", "Business Name", "Account"))
    item.fill = lambda d: shown(d.party)
    header = rng.choice(("Contact", "Contact Name", "Primary Contact", "Attn"))
    draft.add_column(Column(header, "contact", _person), rng)
    return True


def _person(debt: Debt) -> str:
    return f"{debt.party.first} {debt.party.last}"


def balance_after(draft: Draft, rng: random.Random) -> bool:
    """A balance that runs on from row to row beside the open amount."""
    item = draft.column("owed", "sole")
    if item is None or not draft.free or draft.column("billed", "paid") or draft.lang != "en":
        return False
    item.header = rng.choice(("Open Amount", "Amount", "Open Balance"))
    running, total = {}, 0
    for debt in draft.debts():
        total += 0 if debt.want == "leave" else debt.minor
        running[debt] = Minor(total)
    draft.columns.append(Column("Balance", "running", lambda d: running.get(d, "")))
    draft.doubt(EITHER, "a running balance")
    return True


def cents(draft: Draft, rng: random.Random) -> bool:
    """Amounts in minor units, as programs write them."""
    item = draft.column("owed", "sole")
    if item is None or not draft.free or draft.lang != "en":
        return False
    if draft.column("billed", "paid", "net") or draft.style.currency != "USD":
        return False
    fill = item.fill
    item.header = rng.choice(("amount_due_cents", "Balance (cents)", "balance_in_cents"))
    item.key = "cents"
    item.fill = lambda d: str(int(v)) if isinstance(v := fill(d), Minor) else v
    draft.doubt(EITHER, "minor units")
    return True


MUTATIONS: dict[str, Mutation] = {
    "first and last name": split_names,
    "company and contact": company_and_contact,
    "bill, paid, balance": paid_and_balance,
    "bill and paid, no balance": paid_without_balance,
    "net and tax": net_and_tax,
    "home and foreign balance": home_and_foreign,
    "running balance": balance_after,
    "cents": cents,
    "currency column": currency_column,
    "no invoice number": no_number,
    "where they live": address_columns,
    "contacts of others": contacts_of_others,
    "useless columns": useless,
    "other money": other_money,
    "other days": other_days,
    "heading synonyms": synonyms,
    "heading letters": letter_case,
    "column order": order,
}

"""Who owes: names, households, jobs, fillers, children."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence

from tests.imports.exports.draft import Column, Draft, Line, last_first, pick
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.truth import HOLD, Debt, Party
from tests.imports.exports.words import (
    FILLERS,
    HEADINGS,
    NO_CUSTOMER,
    NO_EMAIL,
    NO_PHONE,
)

HARD = (
    ("Ana", "Sa"), ("Grace", "Church"), ("Bill", "Banks"), ("Price", "Waters"), ("Rose", "Garden"),
    ("Ng", "Bao"), ("Mary-Jane", "O'Neill"), ("Siobhán", "de la Cruz"), ("Jean", "van der Berg"),
    ("Baker", "Mills"), ("Juan Carlos", "Ruiz Ortega"), ("Sean", "St. John"), ("Young", "Farmer"),
    ("Art", "Market"), ("Christian", "School"), ("Ali", "Al-Amin"), ("Paul", "Company"),
    ("Summer", "House"), ("Jo", "Trust"), ("Kim", "Un"), ("Alma", "Mater"), ("Sandy", "Banks"),
    ("Bo", "Li"), ("Mercedes", "Law"), ("Dean", "College"), ("Tyler", "Church"), ("Max", "Power"),
    ("Will", "Power"), ("Rich", "Fields"), ("Forest", "Parks"), ("Angel", "Santos"), ("Yi", "E"),
)  # fmt: skip
COMMA_FIRMS = (
    "Gordon, Johnson and Armstrong", "Paris, Texas Diner LLC", "Hale, Wren & Partners LLP",
    "Field Supply, Inc.", "Marsh, Reed and Teal PC", "Stone Works, L.L.C.",
)  # fmt: skip


def _people(draft: Draft) -> list[Party]:
    """The people, not firms, with no debt that something was already done to."""
    busy = {d.party for d in draft.debts() if d.want == HOLD or d.may_hold or d.net or d.note}
    return [p for p in draft.parties() if not p.firm and not p.shown and p not in busy]


def _of(draft: Draft, party: Party) -> list[Debt]:
    return [d for d in draft.debts() if d.party is party]


def two_of_one_name(draft: Draft, rng: random.Random) -> bool:
    """Two people of one name whose addresses and numbers differ."""
    people = _people(draft)
    if len(people) < 2 or not draft.column("email", "phone", "account"):
        return False
    first, second = rng.sample(people, 2)
    second.first, second.last = first.first, first.last
    second.email = draft.town.email(second.name)
    return True


def household(draft: Draft, rng: random.Random) -> bool:
    """Two people of one house, with one telephone and addresses of their own."""
    people = _people(draft)
    if len(people) < 2:
        return False
    first, second = rng.sample(people, 2)
    if first.first == second.first:
        return False
    first.unsure = second.unsure = True
    second.last, second.phone, second.street = first.last, first.phone, first.street
    second.city, second.state, second.zip = first.city, first.state, first.zip
    second.email = draft.town.email(second.name)
    for debt in _of(draft, first) + _of(draft, second):
        debt.may_hold = True
    return True


def shared_address(draft: Draft, rng: random.Random) -> bool:
    """Two people who give one e-mail address: whose it is only a person can say."""
    people = _people(draft)
    if len(people) < 2 or not draft.column("email"):
        return False
    first, second = rng.sample(people, 2)
    second.email = first.email
    first.unsure = second.unsure = True
    for debt in _of(draft, first) + _of(draft, second):
        debt.may_hold = True
    return True


def hard_names(draft: Draft, rng: random.Random) -> bool:
    """People whose names hold words of firms, few letters or many parts."""
    people = _people(draft)
    names = rng.sample(HARD, min(len(HARD), len(people)))
    for party, (first, last) in zip(people, names, strict=False):
        party.first, party.last = first, last
        party.email = draft.town.email(party.name)
    return bool(people)


def comma_firms(draft: Draft, rng: random.Random) -> bool:
    """Firms with a comma in their name."""
    firms = [p for p in draft.parties() if p.firm]
    if not firms or draft.lang != "en" or draft.column("first"):
        return False
    for party, name in zip(firms, rng.sample(COMMA_FIRMS, len(COMMA_FIRMS)), strict=False):
        party.firm = name
    return True


def last_name_first(draft: Draft, _rng: random.Random) -> bool:
    """`Abbott, Ada` all down the column."""
    column = draft.column("name")
    if column is None:
        return False
    column.key = "last_first"
    column.fill = lambda d: d.party.shown or last_first(d.party)
    return True


def titles(draft: Draft, rng: random.Random) -> bool:
    """Mr. and Mrs. before the names of people."""
    people = _people(draft)
    if draft.lang != "en" or not draft.column("name"):
        return False
    for party in people:
        party.shown = f"{rng.choice(('Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Mr', 'Ms'))} {party.name}"
    return bool(people)


def shouting(draft: Draft, _rng: random.Random) -> bool:
    """Names in capitals."""
    for party in draft.parties():
        party.shown = (party.shown or party.name).upper()
    return draft.column("name") is not None


_OF_AN_ESTATE = "in the name of an estate"


def estates(draft: Draft, rng: random.Random) -> bool:
    """A name that says its bearer has died."""
    people = _people(draft)
    if not people or draft.lang != "en" or not draft.column("name"):
        return False
    party = rng.choice(people)
    form = rng.choice(("Estate of {}", "{} (deceased)", "{} - DECEASED", "The Estate of {}"))
    party.shown = form.format(party.name)
    party.also = (party.shown,)
    for debt in _of(draft, party):
        if debt.want == "chase":
            debt.want, debt.standing = HOLD, _OF_AN_ESTATE
    return True


def jobs(draft: Draft, rng: random.Random) -> bool:
    """Jobs behind the names of some customers, as `Ada Abbott:Kitchen`."""
    people = [p for p in draft.parties() if not p.shown]
    known = draft.column("name") and draft.column("email", "account")
    if draft.lang != "en" or not known or not people:
        return False
    for party in rng.sample(people, max(1, len(people) // 3)):
        job = rng.choice(("Kitchen", "Garage", "Roof", "2026 Remodel", "Deck"))
        party.shown = f"{party.name}:{job}"
    return bool(people)


def _override(draft: Draft, debt: Debt, key: str, text: str) -> None:
    for line in draft.lines:
        if line.debt is debt:
            line.cells[key] = text


def _no_point(draft: Draft, rng: random.Random, key: str, words: Sequence[str]) -> bool:
    """Some have no contact point of a kind, and one of the words in its place."""
    parties = draft.parties()
    if not draft.column(key) or len(parties) < 4:
        return False
    text = rng.choice(words)
    for party in rng.sample(parties, max(2, len(parties) // 4)):
        setattr(party, key, "")
        for debt in _of(draft, party):
            _override(draft, debt, key, text)
    return True


def filler_emails(draft: Draft, rng: random.Random) -> bool:
    """Some have no address, and words or an address of nobody in its place."""
    return _no_point(draft, rng, "email", NO_EMAIL)


def filler_phones(draft: Draft, rng: random.Random) -> bool:
    """Some have no telephone, and a number of nobody in its place."""
    return _no_point(draft, rng, "phone", NO_PHONE)


def filler_accounts(draft: Draft, rng: random.Random) -> bool:
    """Some customers have no number of their own, and a word in its place."""
    parties = draft.parties()
    if len(parties) < 4 or draft.grouped:
        return False
    if draft.column("account") is None:
        if not draft.free:
            return False
        header = HEADINGS[draft.lang]["account"][0]
        draft.add_column(Column(header, "account", lambda d: d.party.number), rng)
    text = rng.choice(NO_CUSTOMER)
    for party in rng.sample(parties, max(2, len(parties) // 3)):
        for debt in _of(draft, party):
            _override(draft, debt, "account", text)
    return True


def empty_words(draft: Draft, rng: random.Random) -> bool:
    """Words where a cell is empty, in all columns, and some cells that are."""
    draft.style.empty = rng.choice(FILLERS)
    for party in draft.parties()[:2]:
        party.phone = ""
    return bool(draft.column("phone", "note"))


def missing_points(draft: Draft, rng: random.Random) -> bool:
    """A third have no address or no telephone."""
    names = Counter(party.name for party in draft.parties())
    for party in draft.parties():
        if names[party.name] > 1:
            continue  # nothing else tells them apart
        if rng.random() < 0.3:
            party.email = ""
        elif rng.random() < 0.3:
            party.phone = ""
    return draft.column("email", "phone") is not None


def couples(draft: Draft, rng: random.Random) -> bool:
    """Two people in one name: `Ada & Ben Abbott`."""
    people = _people(draft)
    if not people or not draft.column("name"):
        return False
    joint = {"en": "and", "es": "y", "fr": "et", "de": "und", "pt": "e"}[draft.lang]
    for party in rng.sample(people, max(1, len(people) // 3)):
        other = draft.town.party().first
        party.shown = f"{party.first} {rng.choice(('&', joint))} {other} {party.last}"
        party.also = (party.shown,)
    return True


def numbers_in_names(draft: Draft, rng: random.Random) -> bool:
    """The customer's number before or behind the name, in one cell."""
    if not draft.column("name") or not draft.column("email") or draft.column("account"):
        return False
    form = rng.choice(("{1} - {0}", "{0} ({1})", "{1} {0}", "{0} #{1}"))
    for party in draft.parties():
        died = any(d.standing == "in the name of an estate" for d in _of(draft, party))
        before = party.also if died else ()
        party.shown = form.format(party.shown if died else party.name, party.number)
        party.also = (*before, party.shown)
    return True


def several_emails(draft: Draft, rng: random.Random) -> bool:
    """Some give two addresses in one cell."""
    people = [p for p in _people(draft) if p.email]
    if not draft.column("email") or not people:
        return False
    mark = rng.choice((";", "; ", ", ", " ", " / "))
    for party in rng.sample(people, max(1, len(people) // 3)):
        party.more_emails = (draft.town.email(f"{party.first} home"),)
        for debt in _of(draft, party):
            _override(draft, debt, "email", mark.join((party.email, *party.more_emails)))
    return True


def dressed_emails(draft: Draft, rng: random.Random) -> bool:
    """Addresses with a name, a scheme, capitals or spaces around them."""
    if not draft.column("email"):
        return False
    form = rng.choice(("{0} <{1}>", "mailto:{1}", " {1} ", "<{1}>", "{2}"))
    for party in draft.parties():
        if party.email and not party.more_emails:
            for debt in _of(draft, party):
                text = form.format(party.first, party.email, party.email.upper())
                _override(draft, debt, "email", text)
    return True


def dressed_phones(draft: Draft, rng: random.Random) -> bool:
    """Telephone numbers in other dress."""
    if not draft.column("phone") or draft.style.currency != "USD":
        return False
    form = rng.choice(
        ("{}.{}.{}", "{}{}{}", "1-{}-{}-{}", "+1 {} {} {}", "({}) {}-{} (cell)", "C: {}-{}-{}",
         "{}-{}-{}", "1{}{}{}", "{} {} {}")
    )  # fmt: skip
    for party in draft.parties():
        digits = party.phone.removeprefix("+1")
        for debt in _of(draft, party) if party.phone else ():
            text = form.format(digits[:3], digits[3:6], digits[6:])
            _override(draft, debt, "phone", text)
    return True


def minors(draft: Draft, rng: random.Random) -> bool:
    """A column of birth dates in which somebody who owes is a child."""
    others = ("Patient", "Student", "Child", "Species")
    dated = any(c.key.startswith(("made", "constant")) and c.header.startswith(others)
                for c in draft.columns)  # fmt: skip
    people = _people(draft)
    if draft.lang != "en" or dated or len(people) < 2 or draft.column("born") or draft.grouped:
        return False
    for party in draft.parties():
        born = dt.date(1950, 1, 1) + dt.timedelta(days=rng.randint(0, 17_000))
        party.born = None if party.firm else born
    small = rng.choice(people)
    small.born = dt.date(2012, 3, 1) + dt.timedelta(days=rng.randint(0, 2500))
    for debt in _of(draft, small):
        if debt.want == "chase":
            debt.want, debt.standing = HOLD, "owed by a child"
    header = rng.choice(HEADINGS["en"]["born"])
    draft.add_column(Column(header, "born", lambda d: d.party.born or ""), rng)
    return True


def guarantor(draft: Draft, rng: random.Random) -> bool:
    """Who answers for the debt stands beside who was cared for."""
    column = draft.column("name", "last_first")
    if not draft.free or draft.lang != "en" or column is None or draft.column("born"):
        return False
    if any(d.standing == _OF_AN_ESTATE for d in draft.debts()):
        return False  # the names are written anew, and would not say it any more
    for party in draft.parties():
        party.firm = party.shown = ""
        party.unsure = True  # what stands beside the other's name may be the other's
    roles = (
        ("Guarantor", "Patient"), ("Responsible Party", "Patient Name"), ("Parent", "Student"),
        ("Parent/Guardian", "Child"), ("Policyholder", "Patient"), ("Guarantor Name", "Patient"),
    )  # fmt: skip
    who, whom = rng.choice(roles)
    column.header = who
    if who == "Policyholder":
        column.header = "Bill To"
    kids: dict[Party, str] = {}

    def child(debt: Debt) -> str:
        name = f"{('Tim', 'Bea', 'Max', 'Zoe', 'Kit')[len(kids) % 5]} {debt.party.last}"
        return kids.setdefault(debt.party, name)

    draft.add_column(Column(whom, "made child", child), rng)
    return True


def one_number_two_customers(draft: Draft, rng: random.Random) -> bool:
    """Two branches number their invoices alike: one number, two customers."""
    debts = pick(rng, draft.debts(), 2)
    if len(debts) < 2 or debts[0].party is debts[1].party or not draft.column("number"):
        return False
    if not draft.column("email", "phone", "account"):
        return False
    debts[1].number = debts[0].number
    for debt in debts:
        debt.may_hold = debt.may_refuse = True
    return True


def repeated_rows(draft: Draft, rng: random.Random) -> bool:
    """A row that stands twice, to the letter; it is one debt."""
    debts = pick(rng, draft.debts(), 1)
    if not debts or not draft.column("number"):
        return False
    line = next(line for line in draft.lines if line.debt is debts[0])
    draft.lines.insert(draft.lines.index(line) + 1, Line(debt=line.debt, cells=dict(line.cells)))
    return True


MUTATIONS: dict[str, Mutation] = {
    "two people of one name": two_of_one_name,
    "household": household,
    "one address, two people": shared_address,
    "hard names": hard_names,
    "firms with commas": comma_firms,
    "last name first": last_name_first,
    "titles": titles,
    "names in capitals": shouting,
    "estates": estates,
    "jobs": jobs,
    "filler e-mails": filler_emails,
    "filler phones": filler_phones,
    "filler customer numbers": filler_accounts,
    "words for empty cells": empty_words,
    "missing contact points": missing_points,
    "couples": couples,
    "numbers in names": numbers_in_names,
    "several e-mails": several_emails,
    "dressed e-mails": dressed_emails,
    "dressed phones": dressed_phones,
    "minors": minors,
    "guarantor and patient": guarantor,
    "one number, two customers": one_number_two_customers,
    "repeated rows": repeated_rows,
}

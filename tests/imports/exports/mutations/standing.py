"""When and whether: words of standing, flags, notes, days that are none."""

from __future__ import annotations

import datetime as dt
import random

from tests.imports.exports.draft import Column, Draft, Line, pick, words_of_standing
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.truth import AS_OF, CHASE, HOLD, LEAVE, Debt
from tests.imports.exports.words import FORBIDDING, HARMLESS, HEADINGS
from tests.imports.exports.writing import Minor

FLAGS = {
    "Disputed": "disputed", "In Dispute?": "disputed", "Dispute Flag": "disputed",
    "Opted out": "opted out", "Do Not Contact": "opted out", "DNC": "opted out",
    "Bankruptcy": "bankrupt", "Deceased": "deceased", "In Collections?": "at an agency",
    "Attorney Represented": "represented", "Cease & Desist": "opted out", "On Hold": "on hold",
}  # fmt: skip
YES_NO = (("Yes", "No"), ("Y", "N"), ("TRUE", "FALSE"), ("X", ""), ("1", "0"), ("yes", ""))


def _add_status(draft: Draft, rng: random.Random) -> bool:
    if draft.column("status"):
        return False
    header = rng.choice(HEADINGS[draft.lang]["status"])
    if any(c.header.lower() == header.lower() for c in draft.columns):
        return False
    draft.add_column(Column(header, "status", words_of_standing(draft, rng)), rng)
    return True


def _marked(draft: Draft, rng: random.Random, *standings: str) -> bool:
    """Gives some debts standings of these, in a column of words that was not there."""
    debts = pick(rng, draft.debts()[2:], max(1, len(draft.debts()) // 4))
    if not debts or not _add_status(draft, rng):
        return False
    for debt in debts:
        debt.standing = rng.choice(standings)
        if debt.standing in ("paid", "void", "written_off"):
            debt.want = LEAVE
        elif debt.standing in ("disputed", "legal"):
            debt.want = HOLD
    return True


def status_open(draft: Draft, rng: random.Random) -> bool:
    """Words that say the debt is open, of all sorts."""
    return _add_status(draft, rng)


def status_paid(draft: Draft, rng: random.Random) -> bool:
    """Some are paid or void."""
    return _marked(draft, rng, "paid", "void", "written_off")


def status_negated(draft: Draft, rng: random.Random) -> bool:
    """Not paid, in words that hold `paid`."""
    return _marked(draft, rng, "negated")


def status_disputed(draft: Draft, rng: random.Random) -> bool:
    """Some are disputed."""
    return _marked(draft, rng, "disputed")


def status_legal(draft: Draft, rng: random.Random) -> bool:
    """Some are with lawyers, agencies, courts, or their debtor has died."""
    return _marked(draft, rng, "legal")


def flags(draft: Draft, rng: random.Random) -> bool:
    """A column of yes and no that forbids to ask."""
    debts = pick(rng, draft.debts()[2:], 2)
    if draft.lang != "en" or not debts:
        return False
    header = rng.choice(sorted(FLAGS))
    yes, no = rng.choice(YES_NO)
    for debt in debts:
        debt.want, debt.standing, debt.word = HOLD, "flagged", f"{header}: {yes}"
    draft.add_column(Column(header, "flag", lambda d: yes if d in debts else no), rng)
    return True


def paid_flag(draft: Draft, rng: random.Random) -> bool:
    """A column that says of each whether it is paid, while the amount stays."""
    debts = pick(rng, draft.debts()[2:], 2)
    if draft.lang != "en" or not debts or draft.column("paid", "status"):
        return False
    yes, no = rng.choice(YES_NO[:3])
    header = rng.choice(("Paid?", "Is Paid", "Paid (Y/N)", "Fully Paid"))
    for debt in debts:
        debt.want, debt.standing, debt.word = LEAVE, "paid by a flag", f"{header}: {yes}"
    draft.add_column(Column(header, "flag", lambda d: yes if d in debts else no), rng)
    return True


def paid_day(draft: Draft, rng: random.Random) -> bool:
    """The day on which it was paid, where it was; the amount stays or is gone."""
    debts = pick(rng, draft.debts()[2:], 2)
    if draft.lang != "en" or not debts or draft.column("status"):
        return False
    headers = ("Date Paid", "Paid Date", "Paid On", "Settled Date", "Date Closed", "Date Settled")
    header, day = rng.choice(headers), dt.timedelta(days=rng.randint(12, 40))
    for debt in debts:
        debt.want, debt.standing, debt.word = LEAVE, "paid on a day", header
        debt.may_hold = True  # the amount still stands there
    draft.add_column(Column(header, "flag", lambda d: d.issued + day if d in debts else ""), rng)
    return True


def void_day(draft: Draft, rng: random.Random) -> bool:
    """The day on which it was voided or written off."""
    debts = pick(rng, draft.debts()[2:], 1)
    if draft.lang != "en" or not debts or draft.column("status"):
        return False
    header = rng.choice(("Void Date", "Voided On", "Date Written Off", "Write-off Date"))
    for debt in debts:
        debt.want, debt.standing, debt.word = LEAVE, "void on a day", header
    later = dt.timedelta(days=30)
    draft.add_column(Column(header, "flag", lambda d: d.issued + later if d in debts else ""), rng)
    return True


def _note_column(draft: Draft, rng: random.Random) -> None:
    if draft.column("note") is None:
        header = rng.choice(HEADINGS[draft.lang]["note"])
        draft.add_column(Column(header, "note", lambda d: d.note), rng)


def forbidding_notes(draft: Draft, rng: random.Random) -> bool:
    """Notes that forbid to ask, among others that do not."""
    debts = pick(rng, draft.debts()[2:], 2)
    if not debts:
        return False
    for debt in draft.debts():
        if rng.random() < 0.4 and not debt.note:
            debt.note = rng.choice(HARMLESS[draft.lang])
    for debt in debts:
        debt.want, debt.note = HOLD, rng.choice(FORBIDDING[draft.lang])
    _note_column(draft, rng)
    return True


def harmless_notes(draft: Draft, rng: random.Random) -> bool:
    """Notes that say nothing that matters."""
    for debt in draft.debts():
        if rng.random() < 0.6 and not debt.note:
            debt.note = rng.choice(HARMLESS[draft.lang])
    _note_column(draft, rng)
    return True


def never_due(draft: Draft, rng: random.Random) -> bool:
    """The day that a system writes where it has none."""
    debts = pick(rng, draft.debts(), 2)
    if not draft.column("due") or any(c.header == "Terms" for c in draft.columns):
        return False
    never = rng.choice((dt.date(1900, 1, 1), dt.date(1970, 1, 1), dt.date(1899, 12, 30)))
    for debt in debts:
        debt.due, debt.may_hold, debt.may_refuse = None, True, True
        for line in draft.lines:
            if line.debt is debt:
                line.cells["due"] = never
    return bool(debts)


def no_due(draft: Draft, rng: random.Random) -> bool:
    """Some have no due day."""
    debts = pick(rng, draft.debts(), 2)
    if not draft.column("due") or any(c.header == "Terms" for c in draft.columns):
        return False
    for debt in debts:
        debt.due, debt.may_hold, debt.may_refuse = None, True, True
        for line in draft.lines:
            if line.debt is debt:
                line.cells["due"] = ""
    return bool(debts)


def _type_column(draft: Draft) -> str:
    texts = {"constant Type": "", "constant Transaction Type": "", "constant Transaction type": ""}
    return next((c.key for c in draft.columns if c.key in texts), "")


def credit_rows(draft: Draft, rng: random.Random) -> bool:
    """A credit of a customer, below nought in the column of what is owed."""
    place = draft.column("owed", "sole")
    known = draft.column("email", "account") or draft.grouped
    if place is None or not known:
        return False
    debts = [d for d in pick(rng, draft.debts(), 99) if free_party(draft, d)]
    if not debts:
        return False
    debt = debts[0]
    minor = -rng.randint(500, max(600, debt.minor // 2))
    credit = Debt(
        party=debt.party, number=f"CM{debt.number[-4:]}9", minor=minor, billed=minor,
        issued=debt.issued, due=debt.issued, net=True, standing="credit",
    )  # fmt: skip
    for other in draft.debts():
        if other.party is debt.party:
            other.net = True
    line = Line(debt=credit)
    kind = _type_column(draft)
    if kind:
        line.cells[kind] = rng.choice(("Credit Memo", "Payment"))
    at = next(n for n, other in enumerate(draft.lines) if other.debt is debt)
    draft.lines.insert(at + 1, line)
    draft.style.negative = rng.choice(("minus", "brackets", "after", "cr"))
    return True


def free_party(draft: Draft, debt: Debt) -> bool:
    """Whether nothing was done to any debt of the debt's party, and it is told from others."""
    party = debt.party
    own = [d for d in draft.debts() if d.party is party]
    namesakes = [p for p in draft.parties() if p.name == party.name]
    known = party.email or (draft.column("account") is not None) or draft.grouped
    clean = all(d.want == "chase" and not d.may_hold for d in own)
    return bool(known) and clean and len(namesakes) == 1


TERMS = (("Net 30", 30), ("Net 15", 15), ("Net 60", 60), ("NET30", 30), ("30 days", 30),
         ("Due on receipt", 0), ("Net 45", 45), ("Due upon receipt", 0), ("n/30", 30))  # fmt: skip


def terms(draft: Draft, rng: random.Random) -> bool:
    """Terms of payment and the day of the invoice, and no due day."""
    column, issued = draft.column("due"), draft.column("issued")
    if draft.lang != "en" or column is None or issued is None:
        return False
    if issued.header not in HEADINGS["en"]["issued"]:
        return False  # terms count from the day of the bill, not of a visit
    if any("terms" in c.header.lower() for c in draft.columns) or draft.column("days"):
        return False
    chosen: dict[Debt, str] = {}
    some = rng.sample(TERMS, 2)
    for debt in draft.debts():
        chosen[debt], days = rng.choice(some)
        debt.due = debt.issued + dt.timedelta(days=days)
    column.header, column.key = rng.choice(HEADINGS["en"]["terms"]), "terms"
    column.fill = lambda d: chosen.get(d, "")
    return True


def days_overdue(draft: Draft, rng: random.Random) -> bool:
    """How many days it is overdue, beside the due day."""
    if not draft.column("due") or draft.column("days"):
        return False
    header = rng.choice(HEADINGS[draft.lang]["days"])
    if any(c.header == header for c in draft.columns):
        return False
    fill = lambda d: str((AS_OF - d.due).days) if d.due else ""  # noqa: E731  a column's fill
    draft.add_column(Column(header, "days", fill), rng)
    return True


def settled_rows(draft: Draft, rng: random.Random) -> bool:
    """Rows with nothing owed, as a full ledger has them."""
    debts = pick(rng, draft.debts()[2:], 3)
    if not draft.column("owed") or draft.column("status"):
        return False
    for debt in debts:
        debt.want, debt.standing = LEAVE, "nothing owed"
    return bool(debts)


def no_cents(draft: Draft, rng: random.Random) -> bool:
    """Whole amounts only, some written without cents."""
    if draft.arrange is not None:
        return False  # its totals are added up later, and would leave these out
    for debt in draft.debts():
        if debt.want == CHASE and not debt.net:
            paid = debt.billed - debt.minor
            debt.minor = debt.minor // 100 * 100
            debt.billed = debt.minor + paid // 100 * 100
    for line in draft.lines:
        for column in draft.columns:
            value = draft.value(line, column)
            if isinstance(value, Minor) and value % 100 == 0 and draft.style.money == "1234.56":
                line.cells[column.key] = str(value // 100)
    return draft.style.money == "1234.56" and draft.style.sign == "none"


MUTATIONS: dict[str, Mutation] = {
    "credits": credit_rows,
    "words for open": status_open,
    "paid and void": status_paid,
    "negations": status_negated,
    "disputed": status_disputed,
    "lawyers, agencies, deaths": status_legal,
    "flags that forbid": flags,
    "paid flag": paid_flag,
    "paid day": paid_day,
    "void day": void_day,
    "notes that forbid": forbidding_notes,
    "harmless notes": harmless_notes,
    "impossible due days": never_due,
    "no due day": no_due,
    "terms, no due day": terms,
    "days overdue": days_overdue,
    "settled rows": settled_rows,
    "whole amounts": no_cents,
}

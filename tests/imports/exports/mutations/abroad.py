"""Roles, flags, days of payment and terms in Spanish, French, German and Portuguese."""

from __future__ import annotations

import datetime as dt
import random

from tests.imports.exports.draft import Column, Draft, pick
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.truth import HOLD, LEAVE, Debt, Party

ROLES = {
    "es": (("Responsable de pago", "Paciente"), ("Padre/Madre", "Alumno"), ("Titular", "Paciente")),
    "fr": (("Payeur", "Patient"), ("Parent", "Élève"), ("Responsable légal", "Enfant")),
    "de": (
        ("Zahlungspflichtiger", "Patient"), ("Erziehungsberechtigter", "Schüler"),
        ("Rechnungsempfänger", "Patient"),
    ),
    "pt": (("Responsável financeiro", "Paciente"), ("Encarregado de educação", "Aluno")),
}  # fmt: skip
FORBIDS = {
    "es": ("No contactar", "En disputa", "Fallecido", "Baja de comunicaciones"),
    "fr": ("Ne pas contacter", "En litige", "Décédé", "Désinscrit"),
    "de": ("Nicht kontaktieren", "Strittig", "Verstorben", "Mahnsperre"),
    "pt": ("Não contactar", "Em disputa", "Falecido"),
}
YES_NO = {"es": ("Sí", "No"), "fr": ("Oui", "Non"), "de": ("Ja", "Nein"), "pt": ("Sim", "Não")}
PAID_ON = {
    "es": ("Fecha de cobro", "Pagado el", "Fecha de liquidación"),
    "fr": ("Payé le", "Date de règlement", "Réglé le"),
    "de": ("Bezahlt am", "Ausgeglichen am", "Ausgleichsdatum"),
    "pt": ("Pago em", "Data de liquidação"),
}
PAID = {"es": "Pagado", "fr": "Payé", "de": "Bezahlt", "pt": "Pago"}
TERMS = {
    "es": (("Condiciones de pago", "Plazo de pago"), (("30 días", 30), ("60 días", 60))),
    "fr": (("Conditions de paiement", "Délai de paiement"), (("30 jours", 30), ("45 jours", 45))),
    "de": (
        ("Zahlungsziel", "Zahlungsbedingungen"), (("30 Tage netto", 30), ("14 Tage", 14)),
    ),
    "pt": (("Condições de pagamento", "Prazo"), (("30 dias", 30), ("15 dias", 15))),
}  # fmt: skip
KIDS = ("Leo", "Mia", "Noa", "Tom", "Eva")


def roles(draft: Draft, rng: random.Random) -> bool:
    """Who answers for the debt stands beside who was cared for."""
    column = draft.column("name", "last_first")
    if draft.lang not in ROLES or not draft.free or column is None:
        return False
    for party in draft.parties():
        party.firm = party.shown = ""
        party.unsure = True  # what stands beside the other's name may be the other's
    column.header, whom = rng.choice(ROLES[draft.lang])
    kids: dict[Party, str] = {}

    def child(debt: Debt) -> str:
        return kids.setdefault(debt.party, f"{KIDS[len(kids) % 5]} {debt.party.last}")

    draft.add_column(Column(whom, "child", child), rng)
    return True


def flags(draft: Draft, rng: random.Random) -> bool:
    """A column of yes and no that forbids to ask."""
    debts = pick(rng, draft.debts()[2:], 2)
    if draft.lang not in FORBIDS or not debts:
        return False
    header, (yes, no) = rng.choice(FORBIDS[draft.lang]), YES_NO[draft.lang]
    for debt in debts:
        debt.want, debt.standing, debt.word = HOLD, "flagged", f"{header}: {yes}"
    draft.add_column(Column(header, "flag", lambda d: yes if d in debts else no), rng)
    return True


def paid_day(draft: Draft, rng: random.Random) -> bool:
    """The day on which it was paid, where it was."""
    debts = pick(rng, draft.debts()[2:], 2)
    if draft.lang not in PAID_ON or not debts or draft.column("status"):
        return False
    header, later = rng.choice(PAID_ON[draft.lang]), dt.timedelta(days=rng.randint(12, 40))
    if any(c.header == header for c in draft.columns):
        return False
    for debt in debts:
        debt.want, debt.standing, debt.word = LEAVE, "paid on a day", header
        debt.may_hold = True  # the amount still stands there
    draft.add_column(Column(header, "flag", lambda d: d.issued + later if d in debts else ""), rng)
    return True


def paid_flag(draft: Draft, rng: random.Random) -> bool:
    """A column that says of each whether it is paid."""
    debts = pick(rng, draft.debts()[2:], 2)
    if draft.lang not in PAID or not debts or draft.column("paid", "status"):
        return False
    header, (yes, no) = PAID[draft.lang], YES_NO[draft.lang]
    for debt in debts:
        debt.want, debt.standing, debt.word = LEAVE, "paid by a flag", f"{header}: {yes}"
    draft.add_column(Column(header, "flag", lambda d: yes if d in debts else no), rng)
    return True


def terms(draft: Draft, rng: random.Random) -> bool:
    """Terms of payment and the day of the invoice, and no due day."""
    column = draft.column("due")
    if draft.lang not in TERMS or not draft.free or column is None or not draft.column("issued"):
        return False
    if draft.column("days"):
        return False
    headers, texts = TERMS[draft.lang]
    chosen: dict[Debt, str] = {}
    for debt in draft.debts():
        chosen[debt], days = rng.choice(texts)
        debt.due = debt.issued + dt.timedelta(days=days)
    column.header, column.key = rng.choice(headers), "terms"
    column.fill = lambda d: chosen.get(d, "")
    return True


MUTATIONS: dict[str, Mutation] = {
    "roles abroad": roles,
    "flags that forbid, abroad": flags,
    "paid day, abroad": paid_day,
    "paid flag, abroad": paid_flag,
    "terms abroad, no due day": terms,
}

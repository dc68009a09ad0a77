"""Exports of landlords, storage and associations."""

from __future__ import annotations

import random

from tests.imports.exports.draft import Draft, Fill
from tests.imports.exports.shape import Shape
from tests.imports.exports.shapes import ages
from tests.imports.exports.truth import EITHER, Party


def unit(_draft: Draft, rng: random.Random) -> Fill:
    """A flat of the party's own."""
    numbers = list(range(101, 999))
    rng.shuffle(numbers)
    units: dict[Party, str] = {}

    def fill(debt):
        if debt.party not in units:
            units[debt.party] = str(numbers.pop())
        return units[debt.party]

    return fill


B = ages.buckets(30, 60, 90)

SHAPES = (
    Shape(
        name="yardi-resident-aging", firms=0, blind=("number",), columns=(
            ("Property", "=Maple Court"), ("Unit", unit), ("Resident", "account"),
            ("Name", "name"), ("Resident Status", "=Current"), ("Charge Code", "=rent"),
            ("Ctrl", "number"), ("Charge Date", "issued"), ("Due Date", "due"),
            ("Total Owed", "sole"), ("0-30 Owed", B[0]), ("31-60 Owed", B[1]),
            ("61-90 Owed", B[2]), ("Over 90 Owed", B[3]), ("Email", "email"), ("Phone", "phone"),
        ),
    ),
    Shape(
        name="appfolio-delinquency", firms=0, verdict=EITHER, reason="no due day, ages only",
        columns=(
            ("Unit", unit), ("Name", "name"), ("Tenant Status", "=Current"),
            ("Phone Numbers", "phone"), ("Emails", "email"), ("Amount Receivable", "sole"),
            ("0-30", B[0]), ("30-60", B[1]), ("60-90", B[2]), ("90+", B[3]),
        ),
    ),
    Shape(
        name="buildium-outstanding", firms=0, columns=(
            ("Property", "=Maple Court"), ("Unit", unit), ("Tenant", "name"), ("Email", "email"),
            ("Phone", "phone"), ("Past Due Since", "due"), ("Balance", "sole"),
        ),
        blind=("due",),  # 'Past Due Since' is the due day or the day after
    ),
    Shape(
        name="hoa-dues", firms=0, columns=(
            ("Lot", unit), ("Homeowner", "name"), ("Property Address", "street"),
            ("Email", "email"), ("Assessment Date", "issued"), ("Due Date", "due"),
            ("Assessment", "billed"), ("Paid", "paid"), ("Balance Due", "owed"),
        ),
    ),
    Shape(
        name="self-storage", firms=0.1, columns=(
            ("Unit", unit), ("Tenant", "name"), ("Tenant Email", "email"),
            ("Tenant Phone", "phone"), ("Move In", "issued"), ("Due Date", "due"),
            ("Days Late", ages.days), ("Balance", "sole"),
        ),
    ),
    Shape(
        name="utility-accounts", firms=0.2, columns=(
            ("Account Number", "account"), ("Customer Name", "name"),
            ("Service Address", "street"), ("Email Address", "email"), ("Phone", "phone"),
            ("Bill Number", "number"), ("Bill Date", "issued"), ("Due Date", "due"),
            ("Amount Due", "sole"),
        ),
    ),
)  # fmt: skip

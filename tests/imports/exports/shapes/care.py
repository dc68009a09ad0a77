"""Exports of practices, schools and the like: who is cared for is not always who owes."""

from __future__ import annotations

import datetime as dt
import random

from tests.imports.exports.draft import Draft, Fill
from tests.imports.exports.shape import Shape
from tests.imports.exports.shapes import ages
from tests.imports.exports.truth import EITHER, Party
from tests.imports.exports.writing import Minor


def child(_draft: Draft, rng: random.Random) -> Fill:
    """A child of the party, with its family name."""
    names: dict[Party, str] = {}
    kids = ["Tim", "Bea", "Max", "Zoe", "Kit", "Lou", "Pip", "Roy", "Sky", "Val"]

    def fill(debt):
        if debt.party not in names:
            names[debt.party] = f"{rng.choice(kids)} {debt.party.last}"
        return names[debt.party]

    return fill


def child_born(_draft: Draft, rng: random.Random) -> Fill:
    """A child's day of birth."""
    days: dict[Party, dt.date] = {}

    def fill(debt):
        return days.setdefault(
            debt.party, dt.date(2014, 1, 1) + dt.timedelta(days=rng.randint(0, 3000))
        )

    return fill


def pet(_draft: Draft, rng: random.Random) -> Fill:
    """A pet's name."""
    names = ["Biscuit", "Rex", "Luna", "Mittens", "Shadow", "Pepper"]
    first = rng.randint(0, 5)
    return lambda debt: names[(first + len(debt.party.name)) % 6]


B = ages.buckets(30, 60, 90)

SHAPES = (
    Shape(
        name="dental-guarantor", firms=0, columns=(
            ("Guarantor", "last_first"), ("Patient", child), ("Patient DOB", child_born),
            ("Guarantor Email", "email"), ("Guarantor Phone", "phone"),
            ("Date of Service", "issued"), ("Due Date", "due"), ("Balance", "sole"),
        ),
    ),
    Shape(
        name="dentrix-aging", firms=0, verdict=EITHER, reason="no due day, ages only", columns=(
            ("Guarantor", "last_first"), ("Phone", "phone"), ("Email", "email"),
            ("0->30", B[0]), ("31->60", B[1]), ("61->90", B[2]), ("91->", B[3]),
            ("Balance", "sole"), ("Last Statement Date", "issued"),
        ),
    ),
    Shape(
        name="open-dental-aging", firms=0, verdict=EITHER, reason="no due day, ages only", columns=(
            ("Guarantor", "last_first"), ("0-30 Days", B[0]), ("31-60 Days", B[1]),
            ("61-90 Days", B[2]), ("> 90 Days", B[3]), ("Total", "sole"),
            ("-W/O", lambda _d, _r: lambda _: Minor(0)),
            ("-InsEst", lambda _d, _r: lambda _: Minor(0)), ("=Patient", "sole"),
        ),
    ),
    Shape(
        name="medical-statements", firms=0, days=("%m/%d/%Y", "%Y-%m-%d"), columns=(
            ("Account #", "account"), ("Responsible Party", "name"),
            ("Responsible Party Email", "email"), ("Responsible Party Phone", "phone"),
            ("Patient Name", child), ("Patient DOB", child_born), ("Statement #", "number"),
            ("Statement Date", "issued"), ("Due Date", "due"), ("Patient Balance", "sole"),
        ),
    ),
    Shape(
        name="medical-adults", firms=0, columns=(
            ("Patient ID", "account"), ("Patient Name", "name"), ("Patient Email", "email"),
            ("Patient Phone", "phone"), ("Visit Date", "issued"), ("Provider", "=Dr. Wren Hale"),
            ("Insurance", "=Field Mutual"), ("Due Date", "due"), ("Total Charges", "billed"),
            ("Patient Balance", "owed"),
        ),
    ),
    Shape(
        name="school-tuition", firms=0, columns=(
            ("Student", child), ("Grade", "=4"), ("Parent/Guardian", "name"),
            ("Parent Email", "email"), ("Parent Phone", "phone"), ("Invoice #", "number"),
            ("Due Date", "due"), ("Balance Due", "sole"),
        ),
    ),
    Shape(
        name="daycare", firms=0, columns=(
            ("Child Name", child), ("Child DOB", child_born), ("Parent Name", "name"),
            ("Parent Email", "email"), ("Invoice", "number"), ("Date", "issued"),
            ("Due Date", "due"), ("Amount Due", "sole"),
        ),
    ),
    Shape(
        name="vet-clinic", firms=0, columns=(
            ("Client ID", "account"), ("Owner", "name"), ("Patient", pet), ("Species", "=Canine"),
            ("Owner Email", "email"), ("Owner Phone", "phone"), ("Invoice #", "number"),
            ("Invoice Date", "issued"), ("Due Date", "due"), ("Balance", "sole"),
        ),
    ),
)  # fmt: skip

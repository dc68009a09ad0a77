"""Exports of lenders, lawyers, carriers, installers and trades."""

from __future__ import annotations

import datetime as dt

from tests.imports.exports.shape import Shape
from tests.imports.exports.shapes import ages
from tests.imports.exports.truth import EITHER
from tests.imports.exports.writing import Minor

SHAPES = (
    Shape(
        name="clio-bills", firms=0.3, columns=(
            ("Bill #", "number"), ("Client", "name"), ("Client Email", "email"),
            ("Matter", lambda _d, _r: lambda d: f"{d.number[-4:]}-{d.party.last}"),
            ("Issue Date", "issued"), ("Due Date", "due"), ("State", "?"), ("Billed", "billed"),
            ("Paid", "paid"), ("Balance", "owed"), ("Responsible Attorney", "=Wren Hale"),
        ),
        standings={"open": ("Awaiting Payment", "Awaiting payment"), "paid": ("Paid",),
                   "void": ("Void", "Draft")},
    ),
    Shape(
        name="loan-servicing", firms=0, verdict=EITHER,
        reason="the principal is owed too, though not yet", columns=(
            ("Loan Number", "number"), ("Borrower", "name"), ("Borrower Email", "email"),
            ("Borrower Phone", "phone"),
            ("Origination Date", lambda _d, _r: lambda d: d.issued - dt.timedelta(days=900)),
            ("Maturity Date", lambda _d, _r: lambda d: d.issued + dt.timedelta(days=1500)),
            ("Principal Balance", lambda _d, _r: lambda d: Minor(d.minor * 17 + 11)),
            ("Next Due Date", "due"), ("Total Amount Due", "sole"),
        ),
    ),
    Shape(
        name="trucking-invoices", firms=0.9, columns=(
            ("Load #", ages.row_number), ("Broker", "name"), ("Broker Email", "email"),
            ("Pickup Date", lambda _d, _r: lambda d: d.issued - dt.timedelta(days=4)),
            ("Delivery Date", lambda _d, _r: lambda d: d.issued - dt.timedelta(days=1)),
            ("Invoice #", "number"), ("Invoice Date", "issued"), ("Due Date", "due"),
            ("Line Haul", "billed"), ("Advance", "paid"), ("Balance Due", "owed"),
            ("Driver", "=Wes Tully"), ("Driver Phone", "=(212) 555-0199"),
        ),
    ),
    Shape(
        name="solar-installs", firms=0, columns=(
            ("Project ID", "account"), ("Homeowner", "name"), ("Homeowner Email", "email"),
            ("Phone", "phone"), ("Install Address", "street"), ("City", "city"), ("State", "state"),
            ("System Size (kW)", "=8.4"),
            ("Install Date", lambda _d, _r: lambda d: d.issued - dt.timedelta(days=20)),
            ("Milestone", "=PTO"), ("Invoice", "number"), ("Invoice Date", "issued"),
            ("Due Date", "due"), ("Amount Billed", "billed"), ("Amount Paid", "paid"),
            ("Balance", "owed"), ("Sales Rep", "=Wren Hale"),
            ("Sales Rep Email", "=wren.hale@example.com"),
        ),
    ),
    Shape(
        name="field-service", signs=("before", "none"), columns=(
            ("Job #", ages.row_number), ("Customer", "name"), ("Customer Email", "email"),
            ("Mobile", "phone"), ("Job Address", "street"), ("Technician", "=Wes Tully"),
            ("Completed", lambda _d, _r: lambda d: d.issued - dt.timedelta(days=2)),
            ("Invoice #", "number"), ("Invoice Date", "issued"), ("Due Date", "due"),
            ("Invoice Total", "billed"), ("Balance Owed", "owed"),
        ),
    ),
    Shape(
        name="gym-members", firms=0, columns=(
            ("Member ID", "account"), ("First Name", "first"), ("Last Name", "last"),
            ("Email", "email"), ("Cell", "phone"), ("Membership", "=Gold"),
            ("Join Date", lambda _d, _r: lambda d: d.issued - dt.timedelta(days=400)),
            ("Due Date", "due"), ("Past Due Balance", "sole"),
        ),
    ),
    Shape(
        name="shop-orders", firms=0.1, days=("%Y-%m-%d",), prefix="#", columns=(
            ("Name", "number"), ("Email", "email"), ("Financial Status", "?"),
            ("Created at", "issued"), ("Payment Due", "due"), ("Currency", "=USD"),
            ("Billing Name", "name"), ("Billing Phone", "phone"), ("Total", "billed"),
            ("Outstanding Balance", "owed"),
        ),
        standings={"open": ("pending", "partially_paid"), "paid": ("paid", "refunded"),
                   "void": ("voided",)},
    ),
)  # fmt: skip

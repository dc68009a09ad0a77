"""Lists that somebody made by hand, in five languages."""

from __future__ import annotations

from tests.imports.exports.shape import Shape

US = ("%m/%d/%Y", "%Y-%m-%d", "%-m/%-d/%Y", "%b %-d, %Y", "%m/%d/%y")
UK = ("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%-d %B %Y", "%d-%b-%Y")
CONTINENT = ("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y")
COMMA = ("1.234,56", "1234,56")
SEMI = (";", "\t")

SHAPES = (
    Shape(
        name="hand-en-short", free=True, days=US, signs=("none", "before"),
        columns=(("", "name"), ("", "email"), ("", "sole"), ("", "due")),
    ),
    Shape(
        name="hand-en", free=True, days=US, signs=("none", "before"), total="Total",
        columns=(
            ("", "number"), ("", "name"), ("", "email"), ("", "phone"), ("", "issued"),
            ("", "due"), ("", "owed"), ("", "note"),
        ),
    ),
    Shape(
        name="hand-en-full", free=True, days=US, signs=("none", "before"), prefix="INV-",
        columns=(
            ("", "account"), ("", "name"), ("", "street"), ("", "city"), ("", "state"),
            ("", "zip"), ("", "phone"), ("", "email"), ("", "number"), ("", "due"),
            ("", "billed"), ("", "paid"), ("", "owed"), ("", "?"),
        ),
        standings={"open": ("Open", "Overdue"), "paid": ("Paid",), "void": ("Void",)},
    ),
    Shape(
        name="hand-en-split", free=True, days=US, firms=0,
        columns=(
            ("", "first"), ("", "last"), ("", "phone"), ("", "email"), ("", "number"),
            ("", "sole"), ("", "due"),
        ),
    ),
    Shape(
        name="hand-en-last-first", free=True, days=US, firms=0.1,
        columns=(("", "last_first"), ("", "email"), ("", "number"), ("", "due"), ("", "sole")),
    ),
    Shape(
        name="hand-uk", free=True, currency="GBP", days=UK, signs=("before",),
        columns=(
            ("Customer", "name"), ("Email", "email"), ("Invoice No.", "number"),
            ("Invoice Date", "issued"), ("Due Date", "due"), ("Balance", "owed"),
        ),
    ),
    Shape(
        name="hand-es", lang="es", currency="EUR", free=True, days=CONTINENT, money=COMMA,
        signs=("after",), delimiters=SEMI, encodings=("utf-8", "cp1252"),
        columns=(
            ("", "number"), ("", "name"), ("", "email"), ("", "issued"), ("", "due"),
            ("", "owed"), ("", "note"),
        ),
    ),
    Shape(
        name="hand-fr", lang="fr", currency="EUR", free=True, days=CONTINENT,
        money=("1 234,56", "1234,56"), signs=("after",), delimiters=SEMI,
        encodings=("utf-8",), total="Total",
        columns=(
            ("", "name"), ("", "email"), ("", "number"), ("", "due"), ("", "owed"), ("", "note"),
        ),
    ),
    Shape(
        name="hand-de", lang="de", currency="EUR", free=True, days=CONTINENT, money=COMMA,
        signs=("after",), delimiters=SEMI, encodings=("utf-8", "cp1252"), prefix="RE-",
        columns=(
            ("", "account"), ("", "name"), ("", "email"), ("", "number"), ("", "issued"),
            ("", "due"), ("", "billed"), ("", "owed"), ("", "?"),
        ),
        standings={"open": ("Offen",), "paid": ("Bezahlt",), "void": ("Storniert",)},
    ),
    Shape(
        name="hand-pt", lang="pt", currency="BRL", free=True, days=("%d/%m/%Y", "%Y-%m-%d"),
        money=COMMA, signs=("apart",), delimiters=SEMI, encodings=("utf-8",),
        columns=(
            ("", "name"), ("", "email"), ("", "number"), ("", "issued"), ("", "due"),
            ("", "owed"), ("", "?"),
        ),
        standings={"open": ("Em aberto", "Vencida"), "paid": ("Paga",)},
    ),
)  # fmt: skip

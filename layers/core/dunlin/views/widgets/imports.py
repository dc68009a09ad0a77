"""The dashboard's page of imports: the newest files, and of one what became of its rows.

Everything shown comes out of a dropped file; the templates escape it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dunlin.views.widgets.ask import Ask
from dunlin.views.widgets.page import Html, page
from dunlin.views.widgets.words import money

_DESCRIBED = (
    "### Imports\nThe newest dropped files: rows by outcome, sums beside the file's own total, age"
    " of the debts, what each column was taken for, and the next step.\n\n| parameter | meaning |"
    "\n|---|---|\n| `creditor` | one creditor; empty for all |\n"
)
_STATES = {"done": "Imported", "waiting": "Waits for a decision", "rejected": "Not imported"}
_BUCKETS = {
    "current": "Not due yet",
    "1-30": "1–30 days",
    "31-60": "31–60 days",
    "61-90": "61–90 days",
    "over-90": "Over 90 days",
    "unknown": "No due date",
}


class ImportWidget:
    """Draws the page of imports."""

    def describe(self) -> Html:
        """The widget's documentation, as the console asks for it."""
        return {"markdown": _DESCRIBED}

    def imports(self, ask: Ask, newest: Sequence[Mapping[str, Any]]) -> Html:
        """The newest imports, each with the button that shows it."""
        rows = [
            (
                document["file"],
                document["key"],
                document["creditor"],
                _STATES.get(document["state"], document["state"]),
                _counts(document["outcomes"]),
            )
            for document in newest
        ]
        return page(ask, "imports", rows=rows)

    def one(self, ask: Ask, document: Mapping[str, Any] | None) -> Html:
        """One import, and the way back to the list."""
        if document is None:
            return page(ask, "import", document=None)
        return page(
            ask,
            "import",
            document=document,
            outcomes=_figures(document["outcomes"]),
            codes=_figures(document["codes"]),
            owed=_owed(document),
            past_due=_figures({_BUCKETS.get(b, b): n for b, n in _buckets(document)}),
            decisions=_decisions(document["decisions_needed"]),
            taken=_taken(document["mapping"]),
            left=[
                name for name, column in document["mapping"].items() if column["field"] == "ignore"
            ],
            delimiter=_spoken(document["delimiter"]),
        )


def _counts(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in sorted(outcomes.items())) or "none"


def _spoken(delimiter: str) -> str:
    return {"\t": "tab"}.get(delimiter, delimiter)


def _buckets(document: Mapping[str, Any]) -> list[tuple[str, int]]:
    order = list(_BUCKETS)
    return sorted(document["buckets"].items(), key=lambda b: order.index(b[0]))


def _figures(figures: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), f"{n:,}") for name, n in figures.items()]


def _owed(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Balances by currency, beside the total that the file itself gives where it gives one."""
    rows = []
    for currency, sums in document["owed"].items():
        own = document["reconciliation"].get(currency)
        if own is None:
            sentence = "the file gives no total"
        elif own["difference_minor"] == 0:
            sentence = "the file's own total agrees"
        else:
            apart = money(abs(own["difference_minor"]), currency)
            word = "more" if own["difference_minor"] > 0 else "less"
            total = money(own["file_total_minor"], currency)
            sentence = f"the file's own total is {total}, {apart} {word} than its rows"
        rows.append((money(sums["balance_minor"], currency), f"{sums['rows']:,} debts", sentence))
    return rows


def _decisions(decisions: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [
        (d["kind"].replace("_", " "), d.get("column", ""), d["why"], ", ".join(d["choices"]))
        for d in decisions
    ]


def _taken(mapping: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [
        (column, target["field"].replace("_", " "), f"{target['score']:.0%}", target["why"])
        for column, target in mapping.items()
        if target["field"] != "ignore"
    ]

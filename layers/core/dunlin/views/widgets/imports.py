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
                told["file"],
                told["key"],
                told["creditor"],
                _STATES.get(told["state"], told["state"]),
                _counts(told["outcomes"]),
            )
            for told in newest
        ]
        return page(ask, "imports", rows=rows)

    def one(self, ask: Ask, told: Mapping[str, Any] | None) -> Html:
        """One import, and the way back to the list."""
        if told is None:
            return page(ask, "import", told=None)
        return page(
            ask,
            "import",
            told=told,
            outcomes=_figures(told["outcomes"]),
            codes=_figures(told["codes"]),
            owed=_owed(told),
            past_due=_figures({_BUCKETS.get(b, b): n for b, n in _buckets(told)}),
            decisions=_decisions(told["decisions_needed"]),
            taken=_taken(told["mapping"]),
            left=[name for name, found in told["mapping"].items() if found["field"] == "ignore"],
            delimiter=_spoken(told["delimiter"]),
        )


def _counts(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in sorted(outcomes.items())) or "none"


def _spoken(delimiter: str) -> str:
    return {"\t": "tab"}.get(delimiter, delimiter)


def _buckets(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    order = list(_BUCKETS)
    return sorted(told["buckets"].items(), key=lambda b: order.index(b[0]))


def _figures(figures: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), f"{n:,}") for name, n in figures.items()]


def _owed(told: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Balances by currency, beside the total that the file itself gives where it gives one."""
    rows = []
    for currency, sums in told["owed"].items():
        own = told["reconciliation"].get(currency)
        if own is None:
            said = "the file gives no total"
        elif own["difference_minor"] == 0:
            said = "the file's own total agrees"
        else:
            apart = money(abs(own["difference_minor"]), currency)
            word = "more" if own["difference_minor"] > 0 else "less"
            total = money(own["file_total_minor"], currency)
            said = f"the file's own total is {total}, {apart} {word} than its rows"
        rows.append((money(sums["balance_minor"], currency), f"{sums['rows']:,} debts", said))
    return rows


def _decisions(decisions: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [
        (d["kind"].replace("_", " "), d.get("column", ""), d["why"], ", ".join(d["choices"]))
        for d in decisions
    ]


def _taken(mapping: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [
        (column, found["field"].replace("_", " "), f"{found['score']:.0%}", found["why"])
        for column, found in mapping.items()
        if found["field"] != "ignore"
    ]

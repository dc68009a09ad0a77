"""The dashboard's page of imports: the newest files, and of one what became of its rows.

Everything shown comes out of a dropped file, so nothing enters but through `Markup.format`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dunlin.views.widgets.parts import Ask, Html, box, button, call, money, page, text

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
        if not newest:
            return page(ask, text("No imports yet. Drop a file into the drop bucket."))
        rows = (
            (
                button(str(told["file"]), call(ask.endpoint, {"key": told["key"]}), style="link"),
                told["creditor"],
                _STATES.get(told["state"], told["state"]),
                _counts(told["outcomes"]),
            )
            for told in newest
        )
        return page(ask, _table(("File", "Creditor", "", "Rows"), rows))

    def one(self, ask: Ask, told: Mapping[str, Any] | None) -> Html:
        """One import, and the way back to the list."""
        back = Markup('<div class="acts">{}</div>').format(
            button("All imports", call(ask.endpoint, dict(ask.params)))
        )
        if told is None:
            return page(ask, back, box("stop", "There is no import under this name."))
        done = told["state"] == "done"
        parts = [
            back,
            Markup('<div class="top"><h2>{}</h2><span class="soft">{}</span></div>').format(
                told["file"], told["what"]
            ),
            box("ok" if done else "stop", told["next_step"]),
            Markup('<div class="cols"><div>{}{}</div><div>{}{}</div></div>').format(
                _part("Rows by outcome", _figures(told["outcomes"])),
                _part("Why", _figures(told["codes"])),
                _part("Owed", _sums(told)),
                _part("Past due", _figures({_BUCKETS.get(b, b): n for b, n in _buckets(told)})),
            ),
            _part("To decide", _decisions(told["decisions_needed"])),
            _part("What each column was taken for", _mapping(told["mapping"])),
            text(
                f"{told['encoding']}, delimiter {_spoken(told['delimiter'])}, {told['rows']} rows."
                f" The rows that did not import as they stood: {told['report']}"
            ),
        ]
        return page(ask, *parts)


def _counts(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in sorted(outcomes.items())) or "none"


def _spoken(delimiter: str) -> str:
    return {"\t": "tab"}.get(delimiter, delimiter)


def _part(title: str, body: Markup) -> Markup:
    return Markup("<h3>{}</h3>{}").format(title, body) if body else Markup("")


def _buckets(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    order = list(_BUCKETS)
    return sorted(told["buckets"].items(), key=lambda b: order.index(b[0]))


def _figures(figures: Mapping[str, int]) -> Markup:
    rows = ((name.replace("_", " "), f"{n:,}") for name, n in figures.items())
    return _table((), rows) if figures else Markup("")


def _sums(told: Mapping[str, Any]) -> Markup:
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
    return _table((), rows) if rows else Markup("")


def _decisions(decisions: Sequence[Mapping[str, Any]]) -> Markup:
    rows = [
        (d["kind"].replace("_", " "), d.get("column", ""), d["why"], ", ".join(d["choices"]))
        for d in decisions
    ]
    return _table(("", "Column", "Why", "Choices"), rows) if rows else Markup("")


def _mapping(mapping: Mapping[str, Mapping[str, Any]]) -> Markup:
    rows = [
        (column, found["field"].replace("_", " "), f"{found['score']:.0%}", found["why"])
        for column, found in mapping.items()
        if found["field"] != "ignore"
    ]
    left = [column for column, found in mapping.items() if found["field"] == "ignore"]
    table = _table(("Column", "Taken for", "Sure", "Why"), rows) if rows else Markup("")
    return table + text(f"Left out: {', '.join(left)}") if left else table


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    top = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in head)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row)
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(top, body)

"""The dashboard's page of imports: the newest files, and of one what became of its rows.

Everything shown comes out of a dropped file; the templates escape it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dunlin.domain.imports.field_words import answer_words, field_words
from dunlin.domain.imports.question_words import (
    ELSEWHERE,
    SpokenQuestion,
    asked_of_the_file,
    mark_of,
)
from dunlin.domain.imports.report import advice
from dunlin.views.imports.import_text import (
    OUTCOMES,
    code_words,
    refused_changes,
    unusual_rows,
    waiting_for,
)
from dunlin.views.widgets.ask import Ask, safe_arn
from dunlin.views.widgets.page import Html, page
from dunlin.views.widgets.words import masked, money

if TYPE_CHECKING:
    from dunlin.service.imports.answering import AnswerTaken, MissingTaken
    from dunlin.service.imports.missing import MissingAccounts

_DESCRIBED = (
    "### Imports\nThe newest dropped files: rows by outcome, sums beside the file's own total, age"
    " of the debts, what each column was taken for, and the next step.\n\n| parameter | meaning |"
    "\n|---|---|\n| `creditor` | one creditor; empty for all |\n"
    "| `answer` | the function that takes answers |\n"
)
_STATES = {
    "done": "Imported",
    "waiting": "Waits for an answer",
    "rejected": "Not imported",
    "reading": "Being read",
}
_PERSONAL = frozenset(
    ("consumer_name", "first_name", "middle_name", "last_name", "company", "email", "phone",
     "street", "street2", "date_of_birth", "notes")
)  # fmt: skip
_TAKEN = {
    "going_on": "Answered. The import goes on by itself.",
    "stale": "Nothing was changed: the file goes on already, or was dropped anew. Look again.",
    "gone": "Nothing was changed: there is no such import or question.",
}
_SETTLED = {
    "closed": "Said. {done} closed; a later file that names one takes it up as it stood.",
    "going_on": "Said. {done} go on as they stood.",
    "stale": "Nothing was changed: somebody has said it already, or a newer file names them.",
    "gone": "Nothing was changed: there is no such import or answer.",
}
_BUCKETS = {
    "current": "Not due yet",
    "1-30": "1–30 days",
    "31-60": "31–60 days",
    "61-90": "61–90 days",
    "over-90": "Over 90 days",
    "unknown": "No due date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionBox:
    """One question as it is drawn; `given` is its answer in words where it has one."""

    mark: str
    asked: SpokenQuestion
    rows: list[tuple[int, str]]
    given: str


class ImportWidget:
    """Draws the page of imports, and answers on it."""

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
                _state(document),
                _counts(document["outcomes"]),
            )
            for document in newest
        ]
        return page(ask, "imports", rows=rows)

    def one(
        self,
        ask: Ask,
        document: Mapping[str, Any] | None,
        lacks: MissingAccounts | None = None,
    ) -> Html:
        """One import, and the way back to the list; `lacks`: the accounts of which a person must
        say whether they are gone."""
        if document is None:
            return page(ask, "import", document=None)
        return page(
            ask,
            "import",
            document=document,
            outcomes=[
                (words.capitalize(), f"{n:,}")
                for outcome, words in OUTCOMES.items()
                if (n := document["outcomes"].get(outcome))
            ],
            waiting=_reasons(waiting_for(document)),
            unusual=_reasons(r for outcome in OUTCOMES for r in unusual_rows(document, outcome)),
            refused=refused_changes(document),
            owed=_owed(document),
            past_due=_figures({_BUCKETS.get(b, b): n for b, n in _buckets(document)}),
            questions=_questions(document),
            elsewhere=[q["why"] for q in document["decisions_needed"] if q["kind"] in ELSEWHERE],
            answer=ask.function("answer"),
            lacks=lacks,
            taken=_taken(document["mapping"]),
            left=[
                name for name, column in document["mapping"].items() if column["field"] == "ignore"
            ],
            delimiter=_spoken(document["delimiter"]),
        )

    def answered(self, ask: Ask, taken: AnswerTaken) -> Html:
        """What became of an answer, and the way back to the import."""
        sentence = _TAKEN.get(taken.outcome, taken.why)
        if taken.outcome == "noted":
            questions = "question is" if taken.left == 1 else "questions are"
            sentence = f"Answered. {taken.left} more {questions} open."
        return _answered(ask, sentence, ok=taken.outcome in ("going_on", "noted"))

    def settled(self, ask: Ask, taken: MissingTaken) -> Html:
        """What became of the accounts that a file lacks, and the way back to the import."""
        sentence = _SETTLED[taken.outcome].format(done=_accounts(taken.done))
        if taken.left:
            sentence += f" {_accounts(taken.left)} are left: go back and say it once more."
        return _answered(ask, sentence, ok=taken.outcome in ("closed", "going_on"))


def _state(document: Mapping[str, Any]) -> str:
    if document["lacks"]:
        return f"Imported; {_accounts(document['lacks'])} are not in it: gone?"
    return str(_STATES.get(document["state"], document["state"]))


def _answered(ask: Ask, sentence: str, *, ok: bool) -> Html:
    return page(
        ask,
        "answered",
        ok=ok,
        sentence=sentence,
        back=safe_arn(ask.value("list")),
        key=ask.value("key"),
    )


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number:,} accounts"


def _reasons(reasons: Iterable[tuple[int, str]]) -> list[tuple[str, str, str]]:
    return [(f"{n:,}", code_words(code), advice(code)) for n, code in reasons]


def _counts(outcomes: Mapping[str, int]) -> str:
    counted = [f"{n:,} {words}" for o, words in OUTCOMES.items() if (n := outcomes.get(o))]
    return ", ".join(counted) or "none"


def _spoken(delimiter: str) -> str:
    words = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}
    return words.get(delimiter, delimiter)


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


def _questions(document: Mapping[str, Any]) -> list[QuestionBox]:
    answered = document.get("answered", {})
    boxes = []
    for question, asked in asked_of_the_file(document):
        given = answered.get(question.id)
        boxes.append(
            QuestionBox(
                mark=mark_of(question),
                asked=asked,
                rows=[(line, _shown(cells)) for line, cells in asked.rows],
                given="" if given is None else answer_words(question.kind, given),
            )
        )
    return boxes


def _shown(cells: Sequence[tuple[str, str, str]]) -> str:
    """The cells of a row; of people only initials, as everywhere on the dashboard."""
    return " · ".join(f"{key} {_masked(field, cell)}" for key, field, cell in cells)


def _masked(field: str, cell: str) -> str:
    if field not in _PERSONAL:
        return cell
    return masked(cell) if field.endswith("name") or field == "company" else "•••"


def _taken(mapping: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [
        (column, field_words(target["field"]), f"{target['score']:.0%}", target["why"])
        for column, target in mapping.items()
        if target["field"] != "ignore"
    ]

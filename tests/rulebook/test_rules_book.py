"""`dunlin rules book`: every rule stands in it, with its source and its verdicts; nothing runs in
it, nothing breaks out of it, and everybody can read it."""

import copy
import json
import re
from datetime import date
from html import escape
from pathlib import Path

import pytest
from markupsafe import escape as escaped
from typer.testing import CliRunner

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli import rules
from dunlin.cli.main import app
from dunlin.domain.rulebook import Rulebook, conditions, constraints
from dunlin.views.reports import rulebook_book
from dunlin.views.reports.rulebook_book import applies_in_words, book_html, long_date, span

BOOK = load_rulebook()
CASES = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 21)
runner = CliRunner()


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    result = runner.invoke(app, ["rules", "book", "--output", str(folder), "--cases", str(CASES)])
    assert result.exit_code == 0, result.output
    assert f"{len(BOOK.documents)} rules" in result.output
    return folder / "index.html"


@pytest.fixture(scope="module")
def html(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _article(html: str, rule_id: str) -> str:
    start = html.index(f'<article class="rule" id="{rule_id.lower()}"')
    return html[start : html.index("</article>", start)]


@pytest.mark.parametrize("rule", BOOK.documents, ids=lambda r: r["id"])
def test_every_rule_stands_with_its_sentence_sources_dates_and_who_may_change_it(html, rule):
    article = _article(html, rule["id"])
    assert rule["id"] in article
    assert str(escaped(rule["plain"])) in article
    for source in rule["authority"]:
        assert str(escaped(source["cite"])) in article
        if source["url"]:
            assert f'href="{escaped(source["url"])}"' in article
    assert f"Since {long_date(rule['effective']['from'])}" in article
    assert f"Version {rule['version']}." in article
    assert f"Next review {long_date(rule['status']['next_review'])}" in article
    assert ("Nobody.</dd>" in article) is (rule["loosenable"]["by"] == "nobody")
    assert ("Contested.</strong>" in article) is bool(rule["contested"])
    assert article.count('class="story"') == len(rule["tests"]) >= 3
    assert ("Off by default" in article) is ("switched" in rule)
    unread = sum(not source["read_on"] for source in rule["authority"])
    assert article.count("not read</span>") == unread


def test_examples_carry_the_verdict_of_now(html):
    article = _article(html, "US-REGF-7IN7")
    assert "defer until 23 Nov 2026 15:00:00 UTC" in article
    assert "This is not what the example expects" not in html


def test_an_example_that_is_judged_otherwise_is_marked(tmp_path):
    case = json.loads((CASES / "federal.jsonl").read_text("utf-8").split("\n")[0])
    case["expect"] = {"outcome": "allow", "rule_ids": case["rule_ids"]}
    (tmp_path / "one.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    runner.invoke(app, ["rules", "book", "--output", str(tmp_path), "--cases", str(tmp_path)])
    assert "This is not what the example expects" in (tmp_path / "index.html").read_text("utf-8")


def test_every_open_question_stands_with_its_default_and_its_rules(html):
    questions = BOOK.tables["questions"]["questions"]
    assert len(questions) == 25
    ids = {d["id"] for d in BOOK.documents}
    for question in questions:
        assert str(escaped(question["asked"])) in html
        assert f"Until answered: {escaped(question['default'])}" in html
        assert set(question["rules"]) <= ids


def test_every_inner_link_leads_somewhere_and_every_id_is_there_once(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_where_the_cases_are_not_at_hand_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "_project_cases", lambda: None)
    result = runner.invoke(app, ["rules", "book", "--output", str(tmp_path / "b")])
    assert result.exit_code == 0
    assert "Without examples" in result.output
    assert "were not at hand" in (tmp_path / "b" / "index.html").read_text("utf-8")


def test_text_of_a_rule_never_becomes_markup_and_only_the_web_becomes_a_link():
    documents = [copy.deepcopy(dict(d)) for d in BOOK.documents]
    hostile = '"><script>alert(1)</script>'
    for key in ("title", "plain", "explain", "contested"):
        documents[0][key] = hostile
    documents[0]["authority"] = [
        {"cite": hostile, "url": "javascript:alert(1)"},
        {"cite": "b", "url": f"https://example.com/{hostile}"},
    ]
    compiled = {"version": hostile, "tables": BOOK.tables, "rules": documents}
    html = book_html(Rulebook(compiled, BOOK.zones), examples=None, today=TODAY)
    assert "<script" not in html
    assert "javascript:" not in html
    assert escape(hostile, quote=False).split("&gt;")[1] in html


def test_a_review_that_is_overdue_is_said():
    assert "Review overdue" not in book_html(BOOK, examples=None, today=TODAY)
    assert "Review overdue" in book_html(BOOK, examples=None, today=date(2030, 1, 1))


def test_words_for_spans_dates_and_places():
    assert [span(s) for s in (604_800, 86_400, 36_000, 300, 90)] == [
        "7 days", "1 day", "10 hours", "5 minutes", "90 seconds"]  # fmt: skip
    assert (long_date("2026-11-01"), long_date(None), long_date("soon")) == (
        "1 November 2026", "", "soon")  # fmt: skip
    condition = {"all": [{"debt_role": "third"}, {"not": {"state_in": ["MA", "NY"]}},
                         {"channel_in": ["sms", "email"]}]}  # fmt: skip
    assert applies_in_words(condition) == "a third party; not state MA or NY; text or e-mail"


def test_every_condition_of_every_rule_has_words(html):
    for kind in conditions._DYNAMIC:
        assert kind in ("all", "any", "not") or kind in rulebook_book._CONDITIONS_IN_WORDS
    assert set(constraints.KINDS) == set(rulebook_book._ASKS)
    article = _article(html, "MA-940-TIME")
    assert "Waits for the hours strictly between" in article
    unless = {"any": [{"reply": True}, {"not": {"state_in": ["CA"]}}]}
    assert rulebook_book.condition_in_words(unless) == (
        "either it promptly answers the consumer's own message or not (the state is CA)"
    )

"""Every figure on a page has a source: a constant, the template, a file of ours, a measurement that
can be repeated, or somebody outside who says it. What has none is refused.

Decisions (docs/adr) are of their day and the changelog is of its version; neither is looked at.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dunlin.adapters.dynamo import inbox
from dunlin.adapters.dynamo.rows import accounts
from dunlin.adapters.dynamo.rows.ops import StrayRow
from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.imports import dropped
from dunlin.domain import tokens
from dunlin.domain.accounts import consumer, reassigned
from dunlin.domain.accounts.touch import PERMIT_LIFE
from dunlin.domain.arrangements import arrangement
from dunlin.domain.contact import refusals
from dunlin.domain.imports import billing_words
from dunlin.domain.messages import colour, mail, tone
from dunlin.domain.payments import signature
from dunlin.domain.payments.payments import PaymentPolicy
from dunlin.domain.portal.page import SESSION_LIFE
from dunlin.domain.portal.upload import FILE_LIMIT
from dunlin.domain.reports import measures, outcome
from dunlin.domain.rollouts.ramp import PILOT_SIZE
from dunlin.service.contact import recovery
from dunlin.service.imports import changes, profiling
from dunlin.service.portal.identity import TRIES
from dunlin.service.reports.message_counts import SILENCE
from dunlin.service.signals import mails
from tests.docs.markdown import PAGES, ROOT, page_id, prose
from tests.docs.test_names import there
from tests.wiring import stack


def _days(life: timedelta) -> int:
    return life.days


CODE = "a constant of the code"
AWS = "AWS's documentation of the service, read in November 2026"
MEASURED = (
    "measured on two busy x86-64 cores in November 2026; `make bench` or the test named there"
)
_first, _second = arrangement.RETRY_AFTER
_bits = round(tokens.LENGTH * math.log2(len(tokens.ALPHABET)))

_pauses = [
    int(refusals._FIRST_PAUSE.total_seconds()) // 60 * 4**n for n in range(refusals.AT_MOST - 1)
]
_refused = f"{', '.join(map(str, _pauses[:-1]))} and {_pauses[-1]}"
# Phrases with figures as they stand on a page, and where those are from.
FIGURES: dict[str, dict[str, str]] = {
    "README.md": {
        "Python 3.11 or newer": "infra/setup.sh",
        "It took 4 to 5 minutes on two x86-64 cores": "tests/local/test_first_hour_cloud.py",
        "at most fifty accounts, 30 to 60 days late": "Segment() of cli/rollout.py",
    },
    "SECURITY.md": {
        f"{_bits} random bits ({tokens.LENGTH} characters of {len(tokens.ALPHABET)})": CODE,
    },
    "CONTRIBUTING.md": {
        "takes port 4566 and the three after it": "local/local_stack.py",
        "555-01xx": "the numbers kept for fiction",
    },
    "docs/architecture.md": {
        "0 done, or so already; 1 looked at, and not in order, or it failed;"
        " 2 refused, with the reason; 3 not now": "layers/core/dunlin/cli/speech.py",
        "schedule, 5 minutes": "infra/template/45-reconciliation.yaml",
        "schedule, every 5 minutes": "infra/template/45-reconciliation.yaml",
        f"({_days(consumer._KEPT)} days, versioned)": CODE,
        f"TTL {_days(inbox._KEPT)} days": CODE,
        f"one of {accounts.DUE_SHARDS} shards": CODE,
    },
    "docs/billing.md": {
        f"a list of up to {billing_words.MOST_CHANGES}": CODE,
        f"It may hold {changes.MOST_CHANGES:,} changes": CODE,
        f"taken for {signature.TOLERANCE // 60} minutes": CODE,
        f"more than {signature.TOLERANCE // 60} minutes from now": CODE,
        "more than 300 calls in 5 minutes": "infra/template/30-portal.yaml",
        "HMAC-SHA256": "its name",
    },
    "docs/audit-format.md": {
        "SHA-256": "its name",
        "P-256": "its name",
        "RFC 6962": "its name",
        "(2,154 changes, and 1,817 of them": "tests/bench/attack.py",
        "every two of 43 forgeries in either order (1,804)": "tests/bench/attack.py",
    },
    "docs/deploy.md": {
        f"The mail itself is deleted after {_days(StrayRow.KEPT)} days": CODE,
        "200 a day": AWS,
        "($0.10 for 1,000)": "tests/bench/prices.json",
        "a 10DLC number": AWS,
        "10DLC passes one message part": AWS,
        "Spend limit ($1 a month until you raise it)": AWS,
        "concurrent executions, 1,000 (new accounts: fewer) | a wave at 9:00": AWS,
        "open executions, 1,000,000; StartExecution 300/s; transitions 5,000/s or 800/s": AWS,
        "14/s at first": AWS,
        "1/s on 10DLC": AWS,
        "10,000 requests/s": AWS,
    },
    "docs/facts.md": {
        f"usual {reassigned.AnswerPolicy().answer_days}": CODE,
        f"at most {reassigned.LONGEST_DAYS}": CODE,
        f"no answer for {reassigned.LONGEST_DAYS} days": CODE,
        "(84 FR 11226)": "the order of the FCC that says so",
        f"the person's own word of less than {reassigned.LONGEST_DAYS} days ago": CODE,
    },
    "docs/flows/arrangement.md": {
        "at 15:00 UTC of it": "arrangement.py, the morning of a date",
        f"| {arrangement.REMIND_DAYS} before": CODE,
        f"| {arrangement.VARYING_DAYS} before": CODE,
        f"again after {_first} and {_second} days": CODE,
        "| 1 after |": "the day after the date, by its name",
        f"| {arrangement.GRACE_DAYS + 1} after |": CODE,
    },
    "docs/flows/follow-a-strategy.md": {
        "5,000 accounts over every pack": "test_five_thousand_accounts_are_compared",
    },
    "docs/flows/import.md": {
        f"{profiling.MOST_LINES:,} lines and {dropped.LARGEST >> 20} MB as dropped": CODE,
        f"contacts and payments {profiling.MOST_TOLD:,} rows": CODE,
        "one core and 172 MB of memory, ReconcileImport 80 seconds and 85 MB": MEASURED,
        "both have 15 minutes and 10 GB": "infra/template/10-import.yaml",
    },
    "docs/flows/send-a-touch.md": {
        f"more than {mail._MOST_HOPS} servers": CODE,
        f"more than {mails.A_DAY} in a day": CODE,
        f"up to {mails.STRAYS_A_DAY} a day of a domain": CODE,
        f"up to {FILE_LIMIT // 1_000_000} MB": CODE,
        f"reads at most {mail.LARGEST // 1_000_000} MB, {mail._MOST_PARTS} parts": CODE,
        f"after {_refused} minutes": CODE,
        f"{recovery.AT_MOST:,} a run at most": CODE,
        "Of 50,000 that are lost at once, with 100,000 open": "an example",
        f"asks for {2 * 100_000 // 1_000} pages of": "two looks, a thousand to a page",
        "which refill at 2 to 5 a second": AWS,
        "three runs begin the 50,000": f"of {recovery.AT_MOST:,} each",
        "at 300 a second at most": AWS,
        "15 minutes after the failure": "three times five minutes",
    },
    "docs/flows/portal.md": {
        "under 30 kB with its stylesheet": "tests/portal/test_pages.py",
        f"{SESSION_LIFE.seconds // 60} idle minutes": CODE,
        "a cheque rests the account 14 days": "domain/accounts/consequences.py",
        f"at most {FILE_LIMIT // 1_000_000} MB": CODE,
    },
    "docs/flows/roll-out.md": {
        f"while {outcome.FIRST_LOOK.days * 24} hours are not over": CODE,
    },
    "docs/glossary.md": {
        f"for {PERMIT_LIFE.seconds} seconds at most": CODE,
    },
    "docs/messages.md": {
        "your 3 accounts": "an example",
        "Gentle may reach {gentle}, neutral {neutral}, firm {firm}".format(**tone.CEILINGS)
        + f", a notice {tone.NOTICE_CEILING}": CODE,
        "a browser of 390 pixels": "WIDTH of tools/letter_sheets.py",
        f"(at least {colour.READABLE}) in both schemes": CODE,
        "wider than 360 pixels": "tests/messages/test_looks_browser.py",
        "| 135 of 152 (89 %) | 92 of 100 (92 %) |": "tests/bench/drafts.py",
        "| 23 of 125 (18 %) | 17 of 96 (18 %) |": "tests/bench/drafts.py",
        "| 2 of 32 (6 %) | 3 of 24 (12 %) |": "tests/bench/drafts.py",
        "95 in 100 of the hostile ones and at most 3 in 100": "what was wanted",
        "from scores of 0.8 and 1.3 on": "higher scores, tried",
        "74 and 80 in 100 hostile drafts": "tests/bench/drafts.py at those scores",
        "8 and 7 in 100 decent ones": "tests/bench/drafts.py at those scores",
        "the shipped 0.35 and 0.45": "training/train_words.py",
        "3 in 100 decent drafts were refused": "cross-validation of training/words_apart_*.txt",
        "about 0.25 of the harmless ones pause": "what was wanted",
        "941 of a third writer": "tests/bench/replies.py",
        "and 424 everyday ones": "tests/bench/replies.py",
        "And 439 replies whose words turn": "tests/bench/replies.py",
        "| 0.857 | 0.940 | 0.757 | 0.962 | 0.822 | 0.916 |": "tests/bench/replies.py",
        "| 0.853 | 0.937 | 0.774 | 0.921 | 0.828 |": "tests/bench/replies.py",
        "| 0.954 | 0.950 | 0.909 | 1.000 | 1.000 | 0.968 |": "tests/bench/replies.py",
        "| 1.000 | 1.000 | 1.000 | 1.000 | 1.000 |": "tests/bench/replies.py",
        "| 0.029 | 0.030 | 0.035 | 0.019 | 0.027 | 0.022 |": "tests/bench/replies.py",
        "| 0.041 | 0.010 | 0.065 | 0.015 | 0.052 |": "tests/bench/replies.py",
        "| 0.979 | 1.000 | 0.953 | 1.000 | 0.976 | 0.974 |": "tests/bench/replies.py",
        "| 0.994 | 1.000 | 0.984 | 1.000 | 1.000 |": "tests/bench/replies.py",
        "| 0.978 | 1.000 | 0.952 | 1.000 | 0.973 | 0.970 |": "tests/bench/replies.py",
        "| 0.994 | 1.000 | 0.982 | 1.000 | 1.000 |": "tests/bench/replies.py",
        "| 0.144 | 0.094 | 0.197 | 0.032 | 0.210 | 0.147 |": "tests/bench/replies.py",
        "| 0.308 | 0.140 | 0.398 | 0.175 | 0.397 |": "tests/bench/replies.py",
        "And 855 replies of one more writer": "tests/bench/replies.py",
        "93 of 102 wishes to stop": "tests/bench/replies.py, the share of 102",
        "| 0.877 | 0.941 | 0.852 | 0.936 | 0.777 |": "tests/bench/replies.py",
        "| 0.912 | 0.966 | 0.833 | 0.947 | 0.917 |": "tests/bench/replies.py",
        "| 0.027 | 0.014 | 0.050 | 0.007 | 0.025 |": "tests/bench/replies.py",
        "| 0.993 | 1.000 | 0.986 | 1.000 | 0.990 |": "tests/bench/replies.py",
        "| 0.982 | 0.991 | 0.975 | 0.986 | 0.975 |": "tests/bench/replies.py",
        "| 0.191 | 0.076 | 0.287 | 0.078 | 0.303 |": "tests/bench/replies.py",
        "0.399 of these paused without need, 0.846 of the wishes": "tests/bench/replies.py, before",
        "and 0.078 of the others stopped": "tests/bench/replies.py, before",
        "At most 0.10 without need was wished": "what was wished",
    },
    "docs/money.md": {
        f"({PaymentPolicy().refund_excess_up_to_minor}; 0 is never)": CODE,
        f"({PaymentPolicy().pending_days}) staff are called": CODE,
        "It sees 30 days back at most": "Stripe's documentation of its events",
        f"has said nothing for {int(SILENCE.total_seconds()) // 3600} hours": CODE,
    },
    "docs/report.md": {
        "recovery at weeks {}, {}, {}".format(*measures.WEEKS): CODE,
        "with a 95 % interval (Welch)": "domain/reports/outcome.py",
        f"recovered by day {measures.BY_DAY}": CODE,
        f"paid within {measures.BY_DAY} days": CODE,
        f"for which the {measures.BY_DAY} days are over": CODE,
        f"balances under {measures.SMALL_MINOR // 100}.00": CODE,
        f"within {_days(measures.RESPONDS_WITHIN)} days and before": CODE,
    },
    "docs/packs.md": {
        f"Small (under ${measures.SMALL_MINOR // 100})": CODE,
    },
    "docs/rulebook.md": {
        "every clock change of two years, 21:01": "tests/rulebook/test_clocks.py",
    },
    "docs/where.md": {
        "stops a text at 21:00": "rulebook/rules/platform/plat-time.yaml",
    },
}
# Numbers that count nothing: rows of a table of steps, what a step is called, laws, decisions.
_NAMES = re.compile(
    r"^\| \d+a? \||^#+ \d+\.|\b(?:steps?|hops?|hop) \d+(?: to \d+)?(?: and \d+)?(?: on)?"
    r"|puts \d+ to \d+ together|docs/adr/\d+(?: and \d+)?|ADR \d+|\d+ CFR [\d.]+(?:\([a-z0-9]+\))*"
    r"|ISO 8601|Apache(?: License |-)2\.0|127\.0\.0\.1|\[?money\.md\]?|\b[SLFI]\d+\b|\b200 or 400\b"
    r"|\(400 otherwise|step 5|20\d\d-\d\d-\d\d|\d+ November 2026|src-\d+\w?",
    re.MULTILINE,
)
# Each of these has a test of its own below, or lists what others say.
_ELSEWHERE = {
    *("docs/cost.md", "docs/packs.md", "docs/requirements.md", "docs/scale.md", "docs/sources.md"),
}
_LOOKED_AT = [
    page
    for page in PAGES
    if page_id(page) not in {"CHANGELOG.md", *_ELSEWHERE} and "/adr/" not in page_id(page)
]


@cache
def _plain(page: Path) -> str:
    """A page's prose, each table's row and each paragraph on one line."""
    text = prose(page.read_text(encoding="utf-8"))
    return re.sub(r"(?<![\n|])\n(?![\n|#-])", " ", re.sub(r" +", " ", text.replace("**", "")))


@pytest.mark.parametrize("page", FIGURES)
def test_a_figure_is_what_its_source_says(page: str) -> None:
    text = re.sub(r"\s+", " ", _plain(ROOT / page))
    assert [phrase for phrase in FIGURES[page] if phrase not in text] == []
    files = [s for s in FIGURES[page].values() if re.fullmatch(r"[\w/.-]+\.(?:py|yaml|sh|json)", s)]
    assert [source for source in files if not there(source)] == []


@pytest.mark.parametrize("page", _LOOKED_AT, ids=page_id)
def test_no_figure_stands_without_a_source(page: Path) -> None:
    text = _plain(page)
    for phrase in FIGURES.get(page_id(page), ()):
        text = re.sub(r"\s+".join(map(re.escape, phrase.split())), "", text)
    left = [
        line.strip()
        for line in _NAMES.sub("", text).splitlines()
        if re.search(r"(?<![\w#&.-])\$?\d", line)
    ]
    assert left == []


def _pack(name: str) -> dict[str, Any]:
    folder = ROOT / "layers/core/dunlin/strategies/packs"
    read: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def test_the_terms_of_the_packs_are_those_of_their_files() -> None:
    page = (ROOT / "docs/packs.md").read_text(encoding="utf-8")
    rows_ = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", page, re.MULTILINE))
    folder = ROOT / "layers/core/dunlin/strategies/packs"
    assert set(rows_) == {path.stem for path in folder.glob("*.yaml")}
    for name, terms in rows_.items():
        limits = _pack(name)["arrangement"]
        figures = [
            f"{limits['longest_months']} months",
            f"${limits['lowest_instalment_minor'] // 100}",
        ]
        if only := (limits["frequencies"] if len(limits.get("frequencies", ())) == 1 else ()):
            figures += [only[0]] if only[0] in terms else []
        if limits.get("down_payment_percent"):
            figures.append(f"{limits['down_payment_percent']}% first")
        assert [part for part in figures if part not in terms] == [], name
        assert "first" not in terms or limits.get("down_payment_percent"), name


def test_the_costs_say_how_they_were_measured_and_count_what_there_is() -> None:
    page = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    assert re.search(r"Measured on 20\d\d-\d\d-\d\d.*`make bench`", page)
    assert f"{len(load_rulebook().documents)} rules, CPU" in page
    assert "tests/bench/prices.json" in page
    alarms = len(stack.resources("AWS::CloudWatch::Alarm"))
    assert f"| {alarms} alarms and the composite" in page


def test_what_an_idle_stack_costs_is_the_sum_of_its_parts() -> None:
    page = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    table = page.partition("## Standing cost")[2].partition("\n## ")[0]
    cells = [
        [part.strip(" *$").replace("-", "0") for part in line.split("|")[2:5]]
        for line in table.splitlines()
        if "$" in line and line.startswith("| ")
    ]
    *parts, together = [[float(cell) for cell in row] for row in cells]
    assert [round(sum(column), 2) for column in zip(*parts, strict=True)] == together
    assert together[2] < 5


def test_the_changelog_counts_the_rules_there_are() -> None:
    page = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{len(load_rulebook().documents)} rules with citations" in page


def test_a_pilot_of_the_readme_is_the_pilots_size() -> None:
    assert PILOT_SIZE == 50
    assert TRIES == 5
    assert "allows five tries a day" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")

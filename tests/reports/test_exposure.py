"""The exposure estimate: known refusals give the expected totals."""

from dataclasses import replace
from datetime import UTC, date, datetime

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.reports.exposure import NOTE, RefusedTouch, exposure
from dunlin.domain.rulebook import ContactFacts, decide
from dunlin.service.contact.replay import decision_record
from dunlin.service.reports.exposure import refused_touches

BOOK = load_rulebook()
TEXT = RefusedTouch(
    day=date(2026, 11, 20), account_id="acc_1", consumer_id="con_1", channel="sms",
    template="reminder.gentle", debt_role="first", state="OH",
    blocked=("US-TCPA-CONSENT", "US-TCPA-REVOKE"), deferred=(),
)  # fmt: skip


def _found(*touches):
    estimate = exposure(touches, BOOK.tables)
    return estimate, {line.rule: line for line in estimate.rules}


def _dollars(low, high):
    return low.minor / 100, high.minor / 100


def test_one_text_is_one_violation_however_many_rules_stopped_it():
    estimate, lines = _found(TEXT)
    assert _dollars(estimate.low, estimate.high) == (500, 1500)
    assert _dollars(lines["US-TCPA-CONSENT"].low, lines["US-TCPA-CONSENT"].high) == (500, 1500)
    assert lines["US-TCPA-REVOKE"].blocked == 1


def test_texts_count_each_and_persons_once():
    other_day = replace(TEXT, day=date(2026, 11, 21))
    again = replace(TEXT, blocked=("US-TCPA-RND",))  # the same touch, asked again that day
    estimate, lines = _found(TEXT, again, other_day)
    assert estimate.touches == 2
    assert _dollars(estimate.low, estimate.high) == (1000, 3000)
    assert lines["US-TCPA-RND"].blocked == 1
    mail = replace(TEXT, channel="email", debt_role="third", blocked=("US-REGF-CEASE",))
    mails = [replace(mail, day=date(2026, 11, n)) for n in (1, 2, 3)]
    others = [replace(m, account_id="acc_9", consumer_id="con_9") for m in mails]
    estimate, lines = _found(*mails, *others)
    assert _dollars(estimate.low, estimate.high) == (0, 2000)
    assert lines["US-REGF-CEASE"].blocked == 6


def test_a_statute_reaches_only_its_role_its_state_and_its_channel():
    mail = replace(TEXT, channel="email", blocked=("US-REGF-CEASE",))
    estimate, lines = _found(mail)
    assert (estimate.high.minor, estimate.unpriced, lines["US-REGF-CEASE"].low) == (0, 1, None)
    estimate, lines = _found(replace(mail, state="CA"))
    assert _dollars(estimate.low, estimate.high) == (100, 1000)
    assert lines["US-REGF-CEASE"].cites == ("Cal. Civ. Code 1788.30(b)",)
    estimate, _ = _found(replace(mail, state="CA", debt_role="third"))
    assert _dollars(estimate.low, estimate.high) == (100, 2000)  # both acts, one person
    estimate, _ = _found(replace(TEXT, channel="call"))
    assert estimate.high.minor == 0


def test_a_deferral_is_counted_apart_and_the_most_frequent_rule_comes_first():
    late = replace(TEXT, channel="email", blocked=(), deferred=("PLAT-TIME",))
    touches = [replace(late, day=date(2026, 11, n)) for n in (1, 2)]
    estimate, lines = _found(TEXT, *touches)
    assert estimate.rules[0].rule == "PLAT-TIME"
    assert (lines["PLAT-TIME"].blocked, lines["PLAT-TIME"].deferred) == (0, 2)
    assert estimate.unpriced == 2


def test_every_form_says_that_it_is_an_estimate():
    estimate, _ = _found(TEXT)
    assert estimate.plain()["estimate"] is True
    assert estimate.plain()["note"] == NOTE
    assert (estimate.plain()["low_minor"], estimate.plain()["high_minor"]) == (50_000, 150_000)
    assert estimate.estimate().startswith("Estimate: $500 to $1,500 for 1 refused touches")
    (line,) = (rule for rule in estimate.rules if rule.rule == "US-TCPA-CONSENT")
    assert (line.estimate(), line.cites) == ("$500 to $1,500", ("47 USC 227(b)(3)",))
    assert "con_1" not in estimate.estimate() + str(estimate.plain())
    assert _found()[0].touches == 0


def test_the_rules_a_statute_names_exist():
    ids = {rule["id"] for rule in BOOK.documents}
    for statute in BOOK.tables["exposure"]["statutes"]:
        for name in statute["rules"]:
            assert any(i.startswith(name.rstrip("*")) for i in ids), name
        assert statute["low"] <= statute["high"]
        assert statute["cite"]


def test_refused_touches_are_read_from_the_records_of_decisions():
    now = datetime(2026, 11, 23, 17, tzinfo=UTC)
    base = ContactFacts(channel="sms", debt_role="first", account_id="acc_1", state="OH",
                        zip="43215", message={"template": "reminder.gentle"})  # fmt: skip
    asked = [(f, decide(BOOK, f, now)) for f in (base, replace(base, channel="email"))]
    assert [v.outcome for _, v in asked] == ["block", "allow"]
    entry = AuditEntry(
        subject="account#acc_1", sequence=1, at=now, what="TouchPermitted", actor="gate",
        data={"record": decision_record(asked, rulebook=BOOK, now=now)}, previous="", hash="",
    )  # fmt: skip
    plain = replace(entry, what="PaymentPosted", data={"minor": 5})
    [touch] = refused_touches([entry, plain], consumer_of={"acc_1": "con_1"}.__getitem__)
    assert (touch.channel, touch.consumer_id, touch.template) == ("sms", "con_1", "reminder.gentle")
    assert "US-TCPA-CONSENT" in touch.blocked
    assert exposure([touch], BOOK.tables).high.minor == 150_000

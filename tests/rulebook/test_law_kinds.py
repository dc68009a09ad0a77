"""Cases of a kind, written from the statutes: suits and notices beside every stop, fees and
surcharges at their edges, creditors and collectors, and what must not be refused."""

import json
from typing import Any

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.judge import judge_line

NOW = "2026-11-23T17:00:00Z"
PLACES = {
    "OH": ("43215", "+16145550123"), "NY": ("12207", "+15185550123"),
    "MA": ("02108", "+16175550123"), "WI": ("53202", "+14145550123"),
    "MS": ("39201", "+16015550123"), "CT": ("06103", "+18605550123"),
    "OK": ("73102", "+14055550123"), "NJ": ("07102", "+19735550123"),
    "CO": ("80202", "+13035550123"), "TX": ("78701", "+15125550123"),
    "CA": ("94105", "+14155550123"), "MD": ("21201", "+14105550123"),
    "FL": ("33130", "+13055550123"), "IL": ("62701", "+12175550123"),
    "PA": ("15222", "+14125550123"), "ME": ("04101", "+12075550123"),
}  # fmt: skip
SUIT = {"intent_and_authority": True}
VALIDATED = {
    "initial_comm_at": "2026-10-14T17:00:00Z",
    "sent_at": "2026-10-15T17:00:00Z",
    "period_end": "2026-11-21T17:00:00Z",
}
AGREED = {"sms": True, "esign": True, "email_basis": "consumer_consent",
          "text_verified_at": "2026-11-13T17:00:00Z"}  # fmt: skip


def _outcome(channel: str, role: str = "third", state: str = "OH", **more: Any) -> str:
    zip5, phone = PLACES[state]
    flags = dict(more.get("flags", {}))
    if role == "third":
        flags.setdefault("validation", VALIDATED)
    given = {
        "now_utc": more.get("now", NOW), "channel": channel, "debt_role": role,
        "industry": more.get("industry", "generic"), "debt_id": "D1",
        "debt_kind": more.get("kind", "consumer"), "message": more.get("message", {}),
        "consumer": {"state": state, "zip": zip5, "phone": phone, "tz_known": None,
                     "consents": more.get("consents", AGREED), "flags": flags},
        "history": more.get("history", []),
    }  # fmt: skip
    if "dpd" in more:
        given["dpd"] = more["dpd"]
    answer = judge_line(load_rulebook(), json.dumps({"id": "kind", "given": given}))
    assert "error" not in answer, answer
    return str(answer["outcome"])


STOPS: list[tuple[str, dict[str, Any]]] = [
    ("disputed", {"dispute": {"debt_id": "D1", "written": True}}),
    ("disputed, which debt is not known", {"dispute": {}}),
    ("duplicative, not told so", {"dispute": {"debt_id": "D1", "duplicative": True}}),
    ("represented", {"attorney": {"known": False}}),
    ("the attorney was silent for ten days",
     {"attorney": {"no_response_since": "2026-11-13T17:00:00Z"}}),
    ("dead", {"deceased": True}),
    ("a child", {"is_minor": True}),
    ("settled", {"paid_in_full": True}),
    ("a stay", {"bankruptcy": "stay"}),
    ("discharged", {"bankruptcy": "discharged"}),
    ("the co-debtor's stay", {"codebtor_stay": True}),
]  # fmt: skip
NO_STOP: list[tuple[str, dict[str, Any]]] = [
    ("another debt is disputed", {"dispute": {"debt_id": "D2"}}),
    ("verified", {"dispute": {"debt_id": "D1", "verification_sent_at": "2026-11-20T17:00:00Z"}}),
    ("duplicative, and told so",
     {"dispute": {"debt_id": "D1", "duplicative": True,
                  "duplicative_notice_sent_at": "2026-11-20T17:00:00Z"}}),
    ("the attorney agrees", {"attorney": {"consents_direct": True}}),
    ("the attorney was silent for two months",
     {"attorney": {"no_response_since": "2026-09-20T17:00:00Z"}}),
    ("the case was dismissed", {"bankruptcy": "dismissed"}),
    ("the case leaves the debt out",
     {"bankruptcy": "stay", "bankruptcy_includes_debt": False}),
    ("refused to pay: a remedy may be announced", {"cease": {"at": "2026-11-01T17:00:00Z"}}),
    ("calls were ruled out, the post was not", {"medium_optout": ["call", "sms"]}),
    ("nothing", {}),
]  # fmt: skip


@pytest.mark.parametrize("role", ["first", "third"])
@pytest.mark.parametrize(("why", "flags"), STOPS, ids=[why for why, _ in STOPS])
def test_no_suit_is_announced_against_what_stops_a_contact(role, why, flags):
    assert _outcome("sue_threat", role, message=SUIT, flags=flags) == "block"


@pytest.mark.parametrize("role", ["first", "third"])
@pytest.mark.parametrize(("why", "flags"), NO_STOP, ids=[why for why, _ in NO_STOP])
def test_a_suit_that_is_intended_may_be_announced_by_post(role, why, flags):
    assert _outcome("sue_threat", role, message=SUIT, flags=flags) == "allow"


@pytest.mark.parametrize(
    ("state", "role", "outcome"),
    [("WI", "first", "block"), ("WI", "third", "block"), ("MS", "first", "block"),
     ("MS", "third", "block"), ("OH", "third", "block"), ("OH", "first", "allow")],
)  # fmt: skip
def test_a_debt_that_ended_with_its_time_is_not_sued_on(state, role, outcome):
    flags = {"time_barred": True}
    assert _outcome("sue_threat", role, state, message=SUIT, flags=flags) == outcome


NOTICES: list[tuple[str, str, dict[str, Any], str]] = [
    ("post", "mail", {}, "allow"),
    ("certified post", "certified_mail", {}, "allow"),
    ("e-mail", "email", {}, "allow"),
    ("text", "sms", {}, "allow"),
    ("represented, by post", "mail", {"attorney": {}}, "block"),
    ("represented, by e-mail", "email", {"attorney": {}}, "block"),
    ("e-mail opted out", "email", {"email_optout": True}, "block"),
    ("e-mail opted out, by post", "mail", {"email_optout": True}, "allow"),
    ("e-mail opted out, by text", "sms", {"email_optout": True}, "allow"),
    ("texts opted out", "sms", {"sms_optout": True}, "block"),
    ("texts opted out, by e-mail", "email", {"sms_optout": True}, "allow"),
    ("only by letter", "email", {"only_medium": "letter"}, "block"),
    ("only by letter, by post", "mail", {"only_medium": "letter"}, "allow"),
    ("letters ruled out", "mail", {"medium_optout": ["letter"]}, "block"),
    ("e-mails ruled out", "email", {"medium_optout": ["email"]}, "block"),
    ("somebody else's address", "email", {"email_wrong_party": True}, "block"),
    ("somebody else's number", "sms", {"wrong_number": True}, "block"),
    ("somebody else's number, by post", "mail", {"wrong_number": True}, "allow"),
    ("a shared phone", "sms", {"shared_phone": True}, "block"),
    ("bounced", "email", {"email_bounced": True}, "block"),
    ("dead", "mail", {"deceased": True}, "block"),
    ("refused", "mail", {"cease": {}}, "block"),
    ("a stay", "mail", {"bankruptcy": "stay"}, "block"),
    ("a dispute does not stop it", "mail", {"dispute": {"debt_id": "D1"}}, "allow"),
    ("in the afternoon that they ruled out", "email",
     {"inconvenient": [{"days": None, "start": "11:00", "end": "15:00"}]}, "defer"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "via", "flags", "outcome"), NOTICES, ids=[n[0] for n in NOTICES])
def test_a_validation_notice_minds_what_a_message_of_its_medium_minds(why, via, flags, outcome):
    assert _outcome("validation_notice", message={"via": via}, flags=flags) == outcome


@pytest.mark.parametrize(
    ("via", "now", "outcome"),
    [("email", "2026-11-24T03:00:00Z", "defer"), ("sms", "2026-11-24T12:59:00Z", "defer"),
     ("mail", "2026-11-24T03:00:00Z", "allow"), ("email", "2026-11-24T13:00:01Z", "allow")],
)  # fmt: skip
def test_an_electronic_notice_keeps_the_hours_and_the_post_has_none(via, now, outcome):
    assert _outcome("validation_notice", message={"via": via}, now=now) == outcome


def _contact(at: str, **more: Any) -> dict[str, Any]:
    return {"ts": at, "channel": "email", "outcome": "delivered", "debt_id": "D1", **more}


MASSACHUSETTS: list[tuple[str, dict[str, Any], str]] = [
    ("no contact yet", {}, "allow"),
    ("yesterday", {"history": [_contact("2026-11-22T17:00:00Z")]}, "allow"),
    # Monday 16: Tuesday to Monday are five business days, and it is Monday.
    ("a week ago", {"history": [_contact("2026-11-16T17:00:00Z")]}, "allow"),
    ("Friday of the week before", {"history": [_contact("2026-11-13T17:00:00Z")]}, "block"),
    ("over Veterans Day", {"history": [_contact("2026-11-10T17:00:00Z")],
                           "now": "2026-11-18T17:00:00Z"}, "allow"),
    ("and the day after that", {"history": [_contact("2026-11-10T17:00:00Z")],
                                "now": "2026-11-19T17:00:00Z"}, "block"),
    ("about another debt", {"history": [_contact("2026-11-02T17:00:00Z", debt_id="D2")]}, "allow"),
    ("it bounced", {"history": [_contact("2026-11-02T17:00:00Z", outcome="bounced")]}, "allow"),
    ("they wrote to us", {"history": [_contact("2026-11-02T17:00:00Z", direction="in")]}, "allow"),
    ("noticed", {"history": [_contact("2026-11-02T17:00:00Z")],
                 "flags": {"validation": {"sent_at": "2026-11-05T17:00:00Z"}}}, "allow"),
    ("noticed late, but noticed", {"history": [_contact("2026-11-02T17:00:00Z")],
                                   "flags": {"validation": {"sent_at": "2026-11-20T17:00:00Z"}}},
     "allow"),
    ("to be noticed tomorrow", {"history": [_contact("2026-11-02T17:00:00Z")],
                                "flags": {"validation": {"sent_at": "2026-11-24T17:00:00Z"}}},
     "block"),
    ("the notice", {"history": [_contact("2026-11-02T17:00:00Z")],
                    "message": {"purpose": "validation"}}, "allow"),
    ("thirty days late", {"history": [_contact("2026-11-02T17:00:00Z")], "dpd": 30}, "allow"),
    ("how late is not known", {"history": [_contact("2026-11-02T17:00:00Z")], "dpd": None},
     "block"),
    ("written to before the 31st day alone", {"history": [_contact("2026-11-02T17:00:00Z")],
                                              "dpd": 33}, "allow"),
    ("a business", {"history": [_contact("2026-11-02T17:00:00Z")], "kind": "business"}, "allow"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "more", "outcome"), MASSACHUSETTS, ids=[m[0] for m in MASSACHUSETTS]
)
@pytest.mark.parametrize("channel", ["email", "letter"])
def test_a_creditor_in_massachusetts_validates_within_five_business_days(
    channel, why, more, outcome
):
    assert _outcome(channel, "first", "MA", **{"dpd": 90, **more}) == outcome


def test_elsewhere_a_creditor_validates_nothing():
    late = [_contact("2026-11-02T17:00:00Z")]
    for state in ("OH", "CT", "NY", "ME"):
        assert _outcome("email", "first", state, dpd=90, history=late) == "allow", state


def _rent(fee: float, **more: Any) -> dict[str, Any]:
    return {"due_date": "2026-11-01", "rent": 1_200, "fee": fee, "in_lease": True, **more}


LATE: list[tuple[dict[str, Any], str, str]] = [
    (_rent(50), NOW, "allow"),
    (_rent(50.01), NOW, "block"),
    (_rent(60), NOW, "block"),
    (_rent(40, rent=800), NOW, "allow"),
    (_rent(40.01, rent=800), NOW, "block"),
    (_rent(25, overdue=500), NOW, "allow"),
    (_rent(25.01, overdue=500), NOW, "block"),
    (_rent(50, overdue=5_000, rent=5_000), NOW, "allow"),
    (_rent(50, in_lease=False), NOW, "block"),
    (_rent(50), "2026-11-10T17:00:00Z", "defer"),
    (_rent(50), "2026-11-11T05:00:00Z", "allow"),
]


@pytest.mark.parametrize(("message", "now", "outcome"), LATE)
def test_a_late_fee_in_connecticut_is_the_lesser_of_fifty_dollars_and_five_per_cent(
    message, now, outcome
):
    assert _outcome("late_fee", "first", "CT", message=message, now=now) == outcome


def _surcharge(pct: float, **more: Any) -> dict[str, Any]:
    return {"kind": "surcharge", "card": "credit", "pct": pct, **more}


SURCHARGES: list[tuple[str, dict[str, Any], str]] = [
    ("OK", _surcharge(2.0), "allow"),
    ("OK", _surcharge(2.01), "block"),
    ("OK", _surcharge(3.0), "block"),
    ("OK", _surcharge(1.5, cost_pct=1.5), "allow"),
    ("OK", _surcharge(1.6, cost_pct=1.5), "block"),
    ("OK", _surcharge(2.0, card="debit"), "block"),
    ("CO", _surcharge(2.0), "allow"),
    ("CO", _surcharge(2.5), "block"),
    ("CO", _surcharge(2.5, cost_pct=2.6), "allow"),
    ("NJ", _surcharge(2.9, cost_pct=2.9), "allow"),
    ("NJ", _surcharge(3.0, cost_pct=2.9), "block"),
    ("NY", _surcharge(2.0), "block"),
    ("NY", _surcharge(2.0, cost_pct=2.4), "allow"),
    ("OH", _surcharge(3.0), "allow"),
    ("OH", _surcharge(3.01), "block"),
    ("OH", _surcharge(2.0, cost_pct=1.9), "block"),
    ("OH", _surcharge(2.0, card="prepaid"), "block"),
    ("IL", _surcharge(2.5), "allow"),
    ("PA", _surcharge(2.5), "allow"),
    ("CT", _surcharge(1.0), "block"),
    ("MA", _surcharge(1.0), "block"),
    ("ME", _surcharge(1.0), "block"),
]


@pytest.mark.parametrize(("state", "message", "outcome"), SURCHARGES)
def test_a_creditors_surcharge_is_what_the_state_and_the_networks_leave(state, message, outcome):
    both = {"expressly_authorized_by_agreement": True, "state_law_permits": True}
    assert _outcome("charge_fee", "first", state, message=message | both) == outcome


@pytest.mark.parametrize("state", ["OH", "IL", "PA", "NY", "NJ", "CO", "OK"])
def test_a_creditor_asks_no_clause_where_no_state_says_so(state):
    assert _outcome("charge_fee", "first", state, message={"kind": "convenience"}) == "allow"
    assert _outcome("charge_fee", "third", state, message={"kind": "convenience"}) == "block"


@pytest.mark.parametrize("state", ["CA", "CT", "FL", "MD", "TX"])
def test_where_a_state_says_so_a_creditor_shows_clause_and_law(state):
    clause = {"kind": "convenience", "expressly_authorized_by_agreement": True}
    assert _outcome("charge_fee", "first", state, message=clause) == "block"
    assert _outcome("charge_fee", "first", state, message=clause | {"state_law_permits": True}) == (
        "allow"
    )
    assert _outcome("charge_fee", "first", state, message=clause, kind="business") == "allow"


NEW_YORK: list[tuple[str, dict[str, Any], str]] = [
    ("a consumer's loan", {"industry": "lender"}, "block"),
    ("a consumer's debt of no known kind", {}, "block"),
    ("a tenant's rent", {"industry": "property_management"}, "block"),
    ("agreed in writing", {"consents": AGREED | {"ny_email_written": True}}, "allow"),
    ("agreed, it is not known how", {"consents": AGREED | {"ny_email_written": "yes"}}, "block"),
    ("a business", {"kind": "business"}, "allow"),
    ("a business's loan", {"kind": "business", "industry": "lender"}, "allow"),
    ("a trader's debt of mixed use", {"kind": "business",
                                      "flags": {"sole_prop_mixed_use": True}}, "block"),
    ("a clinic's bill", {"industry": "medical"}, "allow"),
    ("a lawyer's bill", {"industry": "legal"}, "allow"),
    ("a shop's own credit", {"flags": {"seller_credit": True}}, "allow"),
    ("a clinic's bill by text", {"industry": "medical", "channel": "sms"}, "allow"),
    ("a loan by letter", {"industry": "lender", "channel": "letter"}, "allow"),
    ("the creditor itself", {"role": "first"}, "allow"),
    ("the lender itself", {"role": "first", "industry": "lender"}, "allow"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "more", "outcome"), NEW_YORK, ids=[n[0] for n in NEW_YORK])
def test_new_yorks_written_agreement_is_for_collectors_of_consumers_loans(why, more, outcome):
    given = dict(more)
    channel, role = given.pop("channel", "email"), given.pop("role", "third")
    assert _outcome(channel, role, "NY", **given) == outcome

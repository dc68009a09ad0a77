"""What a billing system tells over HTTPS, called as the gateway calls it: signed, once each, held
to the contract in docs/billing-openapi.yaml, and in force before a touch that is due.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dunlin.adapters.memory.clock import FixedClock
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.imports.billing_words import CHANNELS, FIELDS, LISTS, MOST_CHANGES
from dunlin.domain.imports.delta_file import read_delta
from dunlin.domain.money import Money
from dunlin.domain.payments.billing_keys import BillingKeys, rotated
from dunlin.runtime import wiring
from functions.change_balance.handler import handler as change_balance
from functions.receive_changes.handler import handler
from tests.contact.test_last_moment import DueDebt
from tests.functions.metrics import counted
from tests.functions.wire import wire
from tests.support.builders import NOON
from tests.wiring import stack
from tests.wiring.test_routes import _routes

KEY, OLDER = "key-of-clinic-0002", "key-of-clinic-0001"
CONTRACT = yaml.safe_load((stack.ROOT / "docs/billing-openapi.yaml").read_text())
PATH = "/billing/{creditor}/changes"
REFUSED = "BillingCallsRefused"


class Desk:
    """The billing system of the creditor of one debt whose first touch is due now."""

    def __init__(self) -> None:
        self.debt = DueDebt()
        self.creditor, self.reference = self.debt.account.creditor, self.debt.account.reference

    def post(
        self, body: object, *, key: str = KEY, at: datetime = NOON, creditor: str = ""
    ) -> tuple[int, dict[str, Any]]:
        raw = body if isinstance(body, str) else json.dumps(body)
        seconds = int(at.timestamp())
        mark = hmac.new(key.encode(), f"{seconds}.{raw}".encode(), hashlib.sha256).hexdigest()
        return self.call(raw, f"t={seconds},v1={mark}", creditor or self.creditor)

    @staticmethod
    def call(raw: str, signature: str, creditor: str) -> tuple[int, dict[str, Any]]:
        event = {
            "headers": {"Dunlin-Signature": signature},
            "pathParameters": {"creditor": creditor},
            "body": raw,
        }
        answer = handler(event, None)
        content = json.loads(answer["body"])
        schema = CONTRACT["paths"][PATH]["post"]["responses"][str(answer["statusCode"])]
        _check(schema["content"]["application/json"]["schema"], content)
        return answer["statusCode"], content

    def change(self, kind: str, change_id: str = "c-1", **fields: Any) -> dict[str, Any]:
        return {"change_id": change_id, "kind": kind, "reference": self.reference, **fields}

    def tell(self, kind: str, change_id: str = "c-1", **fields: Any) -> dict[str, Any]:
        """One change that the contract allows; its answer."""
        document = self.change(kind, change_id, **fields)
        _check({"$ref": "#/components/schemas/Change"}, document)
        status, content = self.post(document)
        assert status == 200
        (answer,) = content["changes"]
        return dict(answer)

    @property
    def person(self) -> Any:
        return self.debt.book.consumers[self.debt.account.consumer_id]


def _check(schema: dict[str, Any], content: object) -> None:
    Draft202012Validator({**schema, "components": CONTRACT["components"]}).validate(content)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    debt = desk.debt
    keys = BillingKeys(key=KEY, older=OLDER, made_on=date(2026, 11, 1))
    wire(
        monkeypatch,
        account_book=debt.book,
        sessions=debt.sessions,
        processor=debt.processor,
        waker=debt.waker,
        clock=FixedClock(NOON),
        real_clock=FixedClock(NOON),
        billing_keys={desk.creditor: keys},
    )
    return desk


def test_the_contract_names_the_route_the_kinds_and_the_fields_of_the_code() -> None:
    assert {(path, verb.upper()) for path, item in CONTRACT["paths"].items() for verb in item} == (
        _routes("receive_changes")
    )
    schemas = CONTRACT["components"]["schemas"]
    fields, required = {}, {}
    for each in schemas["Change"]["oneOf"]:
        schema = schemas[each["$ref"].rpartition("/")[2]]
        for kind in schema["properties"]["kind"]["enum"]:
            fields[kind] = set(schema["properties"])
            required[kind] = set(schema["required"])
    every = {"change_id", "kind", "reference"}
    assert required == {kind: every | set(names) for kind, names in FIELDS.items()}
    assert fields == {k: every | set(n) | set(LISTS.get(k, ())) for k, n in FIELDS.items()}
    assert tuple(schemas["Withdrawn"]["properties"]["channel"]["enum"]) == CHANNELS
    body = CONTRACT["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["oneOf"][1]["properties"]["changes"]["maxItems"] == MOST_CHANGES
    assert set(schemas["Answer"]["oneOf"][0]["properties"]["status"]["enum"]) == {*Status}


@pytest.mark.parametrize("kind", ["payment", "credit", "balance", "closed"])
def test_what_is_said_just_before_a_due_touch_sends_nothing(desk: Desk, kind: str) -> None:
    owed = desk.debt.account.balance
    fields: dict[str, Any] = {"amount_minor": owed.minor, "currency": owed.currency}
    if kind == "balance":
        fields = {"balance_minor": 0, "currency": owed.currency}
    answer = desk.tell(kind, **({} if kind == "closed" else fields))
    assert answer["outcome"] == "applied"
    ended = Status.CLOSED if kind == "closed" else Status.SETTLED
    assert desk.debt.account.status is ended
    assert desk.debt.touch() != "email"
    assert not desk.debt.mailbox.sent
    assert desk.debt.account_id in desk.debt.waker.woken


def test_without_a_word_the_touch_goes_out(desk: Desk) -> None:
    desk.debt.touch()
    assert len(desk.debt.mailbox.sent) == 1


def test_a_permission_withdrawn_stops_the_due_touch_and_a_file_does_not_give_it_back(
    desk: Desk,
) -> None:
    assert desk.tell("withdrawn", channel="email")["outcome"] == "applied"
    assert desk.debt.touch() != "email"
    assert not desk.debt.mailbox.sent
    assert desk.person.consent(Channel.EMAIL).state is ConsentState.NONE
    assert "email_denied_by_file" in desk.person.flags
    assert desk.tell("withdrawn", channel="email")["outcome"] == "known"


def test_a_change_is_applied_once_and_its_id_says_one_thing(desk: Desk) -> None:
    fields: dict[str, Any] = {"amount_minor": 100, "currency": "USD"}
    owed = desk.debt.account.balance.minor
    outcomes = [desk.tell("fee", **fields)["outcome"] for _ in range(3)]
    assert outcomes == ["applied", "known", "known"]
    assert desk.debt.account.balance.minor == owed + 100
    other = desk.tell("fee", amount_minor=200, currency="USD")
    assert (other["outcome"], other["field"]) == ("refused", "change_id")
    assert desk.debt.account.balance.minor == owed + 100


def test_a_list_is_answered_one_by_one_and_one_refusal_stops_no_other(desk: Desk) -> None:
    status, content = desk.post(
        {
            "changes": [
                desk.change("payment", "a", amount_minor=100, currency="USD"),
                desk.change("payment", "b", amount_minor="100", currency="USD"),
                "nonsense",
                {**desk.change("closed", "d"), "reference": "NOBODY-9"},
                desk.change("payment", "e", amount_minor=50, currency="USD"),
            ]
        }
    )
    assert status == 200
    assert [(a["change_id"], a["outcome"], a.get("field")) for a in content["changes"]] == [
        ("a", "applied", None),
        ("b", "refused", "amount_minor"),
        ("", "refused", ""),
        ("d", "refused", "reference"),
        ("e", "applied", None),
    ]


def test_a_stated_balance_knows_what_the_billing_system_told_and_not_what_was_paid_here(
    desk: Desk,
) -> None:
    book, owed = desk.debt.book, desk.debt.account.balance.minor
    extras = {**desk.debt.account.extras, "file_balance_minor": str(owed)}
    paid = replace(desk.debt.account, balance=Money(owed - 300, "USD"), extras=extras)
    book.accounts[desk.debt.account_id] = paid
    desk.tell("payment", "p", amount_minor=200, currency="USD")
    desk.tell("fee", "f", amount_minor=50, currency="USD")
    same = desk.tell("balance", "b1", balance_minor=owed - 150, currency="USD")
    assert same["balance_minor"] == owed - 300 - 150
    more = desk.tell("balance", "b2", balance_minor=owed - 50, currency="USD")
    assert more["balance_minor"] == owed - 300 - 50


def test_what_was_closed_goes_on_as_it_stood_and_is_sent_again(desk: Desk) -> None:
    stood = desk.debt.account
    desk.tell("closed", "c")
    assert desk.tell("closed", "c2")["status"] == "closed"
    assert desk.tell("fee", "f", amount_minor=1, currency="USD")["outcome"] == "refused"
    assert desk.tell("reopened", "r")["status"] == "active"
    after = desk.debt.account
    assert (after.rung, after.hold, after.ladder_run) == (stood.rung, None, stood.ladder_run + 1)
    assert desk.debt.touch() == "sent"


def test_nothing_is_reopened_where_nothing_is_owed(desk: Desk) -> None:
    owed = desk.debt.account.balance.minor
    desk.tell("payment", "p", amount_minor=owed, currency="USD")
    assert desk.tell("reopened", "r")["outcome"] == "refused"
    assert desk.tell("balance", "b", balance_minor=700, currency="USD")["status"] == "imported"


def test_contact_points_come_first_replaced_ones_rest_and_lift_what_waited(desk: Desk) -> None:
    old = desk.person.emails[0]
    held = replace(desk.debt.account, hold=Hold.NO_CONTACT_POINT, hold_reason="none")
    desk.debt.book.accounts[desk.debt.account_id] = held
    told_of = desk.tell("contact", emails=["new@example.com"], replaces=[old])
    assert told_of["outcome"] == "applied"
    assert desk.person.emails[0] == "new@example.com"
    assert old in desk.person.resting
    assert desk.debt.account.hold is None
    desk.tell("contact", "c-2", emails=["second@example.com"])
    assert desk.person.emails == ("second@example.com", "new@example.com")


def test_a_permission_for_a_replaced_point_is_none_for_the_new_one(desk: Desk) -> None:
    book, person = desk.debt.book, desk.person
    consent = Consent(state=ConsentState.GRANTED, version=3)
    granted = replace(person, phones=("+12175550101",), consents={Channel.SMS: consent})
    book.consumers[person.consumer_id] = granted
    desk.tell("contact", phones=["+12175550102"], replaces=["+12175550101"])
    assert desk.person.phones == ("+12175550102",)
    assert not desk.person.consent(Channel.SMS).open


@pytest.mark.parametrize(
    ("kind", "fields", "at_fault"),
    [
        ("gift", {}, "kind"),
        ("credit", {"amount_minor": 0, "currency": "USD"}, "amount_minor"),
        ("credit", {"amount_minor": True, "currency": "USD"}, "amount_minor"),
        ("credit", {"amount_minor": 10**13, "currency": "USD"}, "amount_minor"),
        ("credit", {"amount_minor": 5, "currency": "usd"}, "currency"),
        ("credit", {"amount_minor": 5}, "currency"),
        ("credit", {"amount_minor": 5, "currency": "USD", "amount": 5}, "amount"),
        ("credit", {"amount_minor": 5, "currency": "USD", "reference": "\ud800"}, "reference"),
        ("credit", {"amount_minor": 5, "currency": "USD", "change_id": "a b"}, "change_id"),
        ("balance", {"balance_minor": -1, "currency": "USD"}, "balance_minor"),
        ("contact", {}, "emails"),
        ("contact", {"emails": "a@example.com"}, "emails"),
        ("contact", {"emails": ["noemail@noemail.com"]}, "emails"),
        ("contact", {"emails": ["nobody"]}, "emails"),
        ("contact", {"phones": ["217 555 0101"]}, "phones"),
        ("contact", {"emails": ["a@example.com"] * 11}, "emails"),
        ("withdrawn", {"channel": "fax"}, "channel"),
        ("credit", {"amount_minor": 5, "currency": "EUR"}, ""),
    ],
)
def test_a_change_that_cannot_be_made_names_its_field_and_changes_nothing(
    desk: Desk, kind: str, fields: dict[str, Any], at_fault: str
) -> None:
    before, person = desk.debt.account, desk.person
    status, content = desk.post(desk.change(kind) | fields)
    (answer,) = content["changes"]
    assert (status, answer["outcome"], answer["field"]) == (200, "refused", at_fault)
    assert answer["reason"]
    assert (desk.debt.account, desk.person) == (before, person)


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "7", '{"changes": []}', '{"changes": {}}', '{"changes": [1], "more": 1}',
        json.dumps({"changes": [{}] * 501}), '{"changes": [NaN]}', "[" * 100_000, "x" * 300_001,
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused_whole(desk: Desk, body: str) -> None:
    status, content = desk.post(body)
    assert (status, bool(content["error"])) == (400, True)


def test_half_a_character_among_contact_points_is_refused_and_its_list_goes_on(
    desk: Desk,
) -> None:
    fields: dict[str, Any] = {"emails": ["new@example.com"], "replaces": ["\ud800@example.com"]}
    status, content = desk.post(
        {
            "changes": [
                desk.change("contact", "c-1", **fields),
                desk.change("payment", "c-2", amount_minor=100, currency="USD"),
            ]
        }
    )
    assert status == 200
    assert [(a["outcome"], a.get("field")) for a in content["changes"]] == [
        ("refused", "replaces"),
        ("applied", None),
    ]


def test_who_does_not_sign_with_a_key_in_force_is_told_nothing(desk: Desk) -> None:
    body = desk.change("closed")
    late, now = NOON - timedelta(minutes=6), int(NOON.timestamp())
    answers = [
        desk.post(body, key="another"),
        desk.post(body, at=late),
        desk.post(body, at=NOON + timedelta(minutes=6)),
        desk.post(body, creditor="other"),
        desk.call(json.dumps(body), "", desk.creditor),
        desk.call(json.dumps(body), f"t={now},v1=00", desk.creditor),
        desk.call("{", "t=1", desk.creditor),
    ]
    assert {(status, content["error"]) for status, content in answers} == {
        (401, "not signed with a key in force")
    }
    assert desk.debt.account.status is Status.ACTIVE


def test_somebody_hears_of_it_where_many_calls_are_refused() -> None:
    wakers = stack.resources("AWS::CloudWatch::Alarm").values()
    heard = [w["Properties"] for w in wakers if w["Properties"].get("MetricName") == REFUSED]
    assert [waker["AlarmActions"] for waker in heard] == [[{"Ref": "AlarmTopic"}]]


def test_both_keys_are_in_force_while_one_replaces_the_other(desk: Desk) -> None:
    body = desk.change("closed")
    assert [desk.post(body, key=k)[0] for k in (OLDER, KEY)] == [200, 200]


def test_keys_are_rotated_one_at_a_time() -> None:
    first = rotated(None, "a", date(2026, 11, 1))
    second = rotated(first, "b", date(2026, 11, 2))
    assert (first.in_force, second.in_force) == (("a",), ("b", "a"))
    with pytest.raises(DomainError, match="end the older one"):
        rotated(second, "c", date(2026, 11, 3))
    assert second.without_older().in_force == ("b",)
    with pytest.raises(DomainError, match="no older one"):
        first.without_older()
    assert "'" not in repr(second).replace("datetime.date", "")


def test_what_cannot_be_reached_is_said_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_account_id: str) -> None:
        raise Unavailable("dynamodb", "throttled")

    with monkeypatch.context() as patch:
        patch.setattr(desk.debt.book, "account", away)
        assert desk.post(desk.change("closed"))[0] == 503
    assert desk.tell("closed")["outcome"] == "applied"


def test_no_log_names_a_person(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.tell("contact", emails=["new@example.com"])
    desk.post(desk.change("contact", "c-3", emails=["broken@"]))
    desk.post(desk.change("closed"), key="another")
    written = capsys.readouterr().out
    assert "BalanceChanges" in written
    assert "example.com" not in written
    assert "broken" not in written
    assert wiring.billing_keys()[desk.creditor].key not in written


CHANGES = (
    "change_id,kind,reference,amount_minor,currency,balance_minor,emails,replaces,channel\n"
    "a,payment,{0},2500,USD,,,,\n"
    "b,contact,{0},,,,new@example.com other@example.com,,\n"
    "c,withdrawn,{0},,,,,,sms\n"
    "d,fee,{0},lots,USD,,,,\n"
    "e,closed,NOBODY-1,,,,,,\n"
)


def test_a_refused_change_is_counted_where_its_alarm_looks(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = stack.resources("AWS::CloudWatch::Alarm")["ChangesRefusedAlarm"]["Properties"]
    watched = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
    desk.post({"changes": [{"change_id": "x", "kind": "closed", "reference": "NOBODY"}]})
    (line,) = counted(alarm["MetricName"], capsys)
    (declared,) = line["_aws"]["CloudWatchMetrics"]
    assert declared["Dimensions"] == [[*watched]]
    assert {name: line[name] for name in watched} == watched
    assert line[alarm["MetricName"]] == [1.0] > [float(alarm["Threshold"])]


def test_a_delta_file_says_the_same_words_with_the_same_answers(desk: Desk) -> None:
    read = read_delta("\ufeff" + CHANGES.format(desk.reference))
    assert [change.row for change in read] == [2, 3, 4, 5, 6]
    changes = [change.document for change in read]
    in_json = json.dumps({"changes": changes})
    in_lines = "\n".join(json.dumps(change) for change in changes)
    in_cells = "sep=;\n" + CHANGES.format(desk.reference).replace(",", ";")
    for text in (in_json, in_lines, in_cells):
        assert [change.document for change in read_delta(text)] == changes
    event = {"creditor": desk.creditor, "changes": changes}
    answers = change_balance(event, None)["changes"]
    assert [a["outcome"] for a in answers] == ["applied"] * 3 + ["refused"] * 2
    assert [a["field"] for a in answers[3:]] == ["amount_minor", "reference"]
    assert desk.person.emails[:2] == ("new@example.com", "other@example.com")
    status, content = desk.post({"changes": changes})
    assert status == 200
    assert [a["outcome"] for a in content["changes"]] == ["known"] * 3 + ["refused"] * 2
    assert change_balance(event, None)["changes"] == content["changes"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("kind,reference\n", "change_id is missing"), ("change_id,amount\n", "'amount' is none"),
     ('[{"a"', "no JSON"), ('{"amount_minor": NaN}', "no JSON"),
     ('{"amount_minor": 1}\n{"amount_minor": -Infinity}\n', "no JSON"),
     ('{"changes": 3}', "is a list")],
)  # fmt: skip
def test_a_delta_file_that_cannot_be_read_is_refused_whole(text: str, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        read_delta(text)


@pytest.mark.parametrize("changes", [[], [{}] * 501, "all"])
def test_a_list_for_change_balance_is_as_long_as_the_endpoints(desk: Desk, changes: Any) -> None:
    answer = change_balance({"creditor": desk.creditor, "changes": changes}, None)
    assert answer == {"outcome": "refused", "reason": "'changes' is a list of 1 to 500"}


def test_what_is_said_of_one_person_is_applied_in_its_order(desk: Desk) -> None:
    """Also in a list that is long enough to be applied side by side."""
    figures = [100 * n for n in range(1, 41)]
    changes = [
        desk.change("balance", f"c-{minor}", balance_minor=minor, currency="USD")
        for minor in figures
    ]
    _, content = desk.post({"changes": changes})
    assert [a["balance_minor"] for a in content["changes"]] == figures

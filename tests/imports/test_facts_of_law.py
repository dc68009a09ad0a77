"""What a file says that the law asks: points at work, notices, applications, appeals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.rulebook import decide
from dunlin.service.contact.gate import contact_facts
from dunlin.service.staff.facts import set_fact
from tests.imports.place import Office
from tests.imports.reading import read
from tests.support.builders import NOON

BOOK = load_rulebook()
HOME, WORK = "+12175550111", "+12175550122"


def result(office: Office, reference: str, channel: str, rule: str) -> str:
    account = office.account(reference)
    facts = contact_facts(
        office.book.facts(account.account_id),
        channel=Channel("email" if channel == "call" else channel),
        template="reminder", purpose="", now=NOON,
    )  # fmt: skip
    verdict = decide(BOOK, replace(facts, channel=channel), NOON)
    return next(r.result for r in verdict.results if r.id == rule)


def person_of(office: Office, reference: str) -> Consumer:
    person = office.book.consumer(office.account(reference).consumer_id)
    assert person is not None
    return person


POINTS = (
    "Invoice,Customer,State,ZIP,Work Phone,Home Phone,Work Email,Email,SMS consent,Balance,"
    "Due date\n"
    "K-1,Bo Sample,IL,62701,(217) 555-0122,(217) 555-0111,bo@work.example.com,bo@example.com,yes,"
    "120.00,2026-09-01\n"
    "K-2,Cy Sample,IL,62701,(217) 555-0133,,cy@work.example.com,,yes,80.50,2026-09-02\n"
    "K-3,Di Sample,IL,62701,(217) 555-0144,(217) 555-0144,di@example.com,di@example.com,yes,70.50,"
    "2026-09-02\n"
)


def test_what_is_at_work_comes_last_and_is_closed() -> None:
    office = Office()
    office.drop("open.csv", POINTS)
    bo = person_of(office, "K-1")
    assert bo.phones == (HOME, WORK)
    assert bo.emails == ("bo@example.com", "bo@work.example.com")
    for channel, rule in (
        ("sms", "PLAT-WORK"), ("call", "PLAT-WORK"), ("email", "US-REGF-WORKEMAIL"),
    ):  # fmt: skip
        assert result(office, "K-1", channel, rule) == "pass"
        assert result(office, "K-2", channel, rule) == "block"
        # The same number under two headings is the person's own.
        assert result(office, "K-3", channel, rule) == "pass"


def test_the_same_file_again_is_no_news() -> None:
    office = Office()
    office.drop("open.csv", POINTS)
    before = person_of(office, "K-2")
    office.drop(
        "open.csv", POINTS + "K-4,Ed Sample,IL,62701,,,,ed@example.com,yes,9.00,2026-09-02\n"
    )
    assert person_of(office, "K-2") == before


def test_a_firm_is_reached_where_it_works() -> None:
    firm = POINTS.replace("Cy Sample", "Cy Sample LLC").replace("K-2", "K-9")
    office = Office()
    office.drop("open.csv", firm)
    assert "work_phone" not in person_of(office, "K-9").flags


MEDICAL = (
    "Invoice,Patient,State,ZIP,Email,Balance,Due date,{heading}\n"
    "K-1,Bo Sample,{state},{zip},bo@example.com,120.00,2026-09-01,{cell}\n"
)
WHERE = {"IL": "62701", "CO": "80202", "NY": "11201", "CA": "90012"}


@pytest.mark.parametrize(
    ("heading", "cell", "fact", "value"),
    [
        ("PPDR Open", "Y", "ppdr_open", "yes"),
        ("PPDR Open", "no", "ppdr_open", "no"),
        ("Insurance Appeal Pending", "yes", "insurance_appeal_pending", "yes"),
        ("Appeal Decision Date", "2026-11-02", "insurance_appeal_ended_at", "2026-11-02"),
        ("Financial Assistance Application", "pending", "fap_application_pending", "yes"),
        ("First Post Discharge Bill Date", "2026-06-01", "first_post_discharge_bill_at",
         "2026-06-01"),
        ("Validation Notice Date", "2026-10-01", "validation_sent_at", "2026-10-01"),
        ("Time Barred", "Y", "time_barred", "yes"),
        ("Co-debtor Stay", "Y", "codebtor_stay", "yes"),
        ("Mixed Use", "Y", "sole_prop_mixed_use", "yes"),
        ("Charity Care Screened", "Y", "assistance_screened", "yes"),
        ("Uninsured", "Y", "uninsured", "yes"),
    ],
)  # fmt: skip
def test_a_column_of_the_law_is_what_the_gate_knows_of_the_debt(
    heading: str, cell: str, fact: str, value: str
) -> None:
    office = Office()
    text = MEDICAL.format(heading=heading, state="IL", zip="62701", cell=cell)
    assert read(text)["decisions_needed"] == []
    office.drop("open.csv", text)
    assert office.account("K-1").extras[f"file_said_{fact}"] == value
    newer = text.replace("120.00", "110.00").replace(f",{cell}\n", ",no\n")
    if value == "yes":
        office.drop("open.csv", newer)
        assert office.account("K-1").extras[f"file_said_{fact}"] == "no"


@pytest.mark.parametrize(
    ("heading", "cell", "state", "rule", "verdict"),
    [
        ("Time Barred", "Y", "CA", "ST-TIMEBARRED", "block"),
        ("Time Barred", "N", "CA", "ST-TIMEBARRED", "pass"),
        ("Co-debtor Stay", "Y", "IL", "US-BK-STAY", "block"),
        ("Co-debtor Stay", "N", "IL", "US-BK-STAY", "pass"),
    ],
)
def test_and_the_rules_mind_it(
    heading: str, cell: str, state: str, rule: str, verdict: str
) -> None:
    office = Office()
    office.drop(
        "open.csv",
        MEDICAL.format(heading=heading, state=state, zip=WHERE[state], cell=cell),
    )
    assert result(office, "K-1", "email", rule) == verdict


PERSONAL = (
    "Invoice,Customer,State,ZIP,Phone,Email,SMS consent,Balance,Due date,Employer Prohibits,"
    "Shared Phone\n"
    "K-1,Bo Sample,IL,62701,(217) 555-0111,bo@example.com,yes,120.00,2026-09-01,{},{}\n"
    "K-2,Cy Sample,IL,62701,(217) 555-0112,cy@example.com,yes,80.50,2026-09-02,no,no\n"
)


def test_what_a_file_says_of_the_person_and_their_telephone_binds_the_person() -> None:
    office = Office()
    office.drop("open.csv", PERSONAL.format("yes", "Y"))
    bo = person_of(office, "K-1")
    assert bo.flags["employer_prohibits"].detail["value"] is True
    assert "file_said_shared_phone" not in office.account("K-1").extras
    assert result(office, "K-1", "sms", "US-REGF-THIRDPARTY") == "block"
    assert result(office, "K-2", "sms", "US-REGF-THIRDPARTY") == "pass"
    assert not {"employer_prohibits", "shared_phone"} & person_of(office, "K-2").flags.keys()
    office.drop("open.csv", PERSONAL.format("yes", "Y") + "\n")
    assert person_of(office, "K-1") == bo, "the same again is no news"
    office.drop("open.csv", PERSONAL.format("no", "no"))
    assert not {"employer_prohibits", "shared_phone"} & person_of(office, "K-1").flags.keys()


def test_what_staff_said_of_the_person_outlives_a_file() -> None:
    office = Office()
    office.drop("open.csv", PERSONAL.format("no", "no"))
    set_fact(
        office.account("K-1").account_id, "employer_prohibits", "yes", by="desk-1",
        evidence="call-1", book=office.book, waker=office.waker, now=office.now,
    )  # fmt: skip
    office.drop("open.csv", PERSONAL.format("no", "no").replace("120.00", "119.00"))
    assert person_of(office, "K-1").flags["employer_prohibits"].detail["value"] is True


def test_the_last_payment_that_a_file_tells_of_is_kept_for_the_age_of_the_debt() -> None:
    office = Office()
    head = "Invoice,Customer,Email,State,Balance,Original amount,Last payment date,Due date\n"
    office.drop("open.csv", head + "K-1,Bo Sample,bo@example.com,CA,60,100,2020-05-01,2026-09-01\n")
    account = office.account("K-1")
    facts = office.book.facts(account.account_id)
    read = contact_facts(facts, channel=Channel.EMAIL, template="reminder", purpose="", now=NOON)
    assert read.flags["owed_since"] == "2020-05-01"

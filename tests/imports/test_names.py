"""People and firms: whoever could be a person is one, and only a person's name is turned round."""

from __future__ import annotations

import pytest

from dunlin.domain.imports.names import read_name
from tests.imports import reading
from tests.imports.hard_names import FIRMS, PEOPLE, names_in

HEADER = "Invoice,Customer,Email,Due Date,Balance\n"


@pytest.mark.parametrize("name", names_in(PEOPLE))
def test_a_name_that_may_be_a_persons_is_a_persons(name: str) -> None:
    assert not read_name(name).company


@pytest.mark.parametrize(
    ("name", "company"),
    [
        ("The Estate of Christian School", False),
        ("Estate of Tyler Church", False),
        ("Heirs of Ada Abbott", False),
        ("Estate of Abbott Plumbing LLC", True),
    ],
)
def test_an_estate_is_what_the_name_behind_it_is(name: str, company: bool) -> None:
    assert read_name(name) == (name, "", "", "", company, "")


@pytest.mark.parametrize("name", names_in(FIRMS))
def test_a_firms_name_is_kept_whole(name: str) -> None:
    read = read_name(name)
    assert read.company
    assert read.display == name


@pytest.mark.parametrize(
    ("text", "display", "given_name", "family"),
    [("Sa, Ana", "Ana Sa", "Ana", "Sa"), ("Church, Frank", "Frank Church", "Frank", "Church"),
     ("Abbott, Ada M.", "Ada M. Abbott", "Ada M.", "Abbott"),
     ("Van der Berg, Jan", "Jan Van der Berg", "Jan", "Van der Berg"),
     ("Jan van der Berg", "Jan van der Berg", "Jan", "van der Berg"),
     ("Garcia Lopez, Maria Jose", "Maria Jose Garcia Lopez", "Maria Jose", "Garcia Lopez"),
     ("Jose Ortega y Gasset", "Jose Ortega y Gasset", "Jose", "Ortega y Gasset"),
     ("Smith, John & Mary", "John & Mary Smith", "John & Mary", "Smith"),
     ("Ben and Bea Barker", "Ben and Bea Barker", "Ben and Bea", "Barker"),
     ("Juan y Maria Garcia", "Juan y Maria Garcia", "Juan y Maria", "Garcia"),
     ("10017 Ada Abbott", "Ada Abbott", "Ada", "Abbott"),
     ("Ada Abbott (C2587)", "Ada Abbott", "Ada", "Abbott"),
     ("Ada Abbott #C2587", "Ada Abbott", "Ada", "Abbott"),
     ("Ada Abbott - # 10017", "Ada Abbott", "Ada", "Abbott"),
     ("Abbott, Ada [10017]", "Ada Abbott", "Ada", "Abbott"),
     ("Thi Mai Do", "Thi Mai Do", "Thi Mai", "Do"),
     ("Maria Hall, DDS", "Maria Hall DDS", "Maria", "Hall")],
)  # fmt: skip
def test_one_persons_name_is_split(text: str, display: str, given_name: str, family: str) -> None:
    read = read_name(text)
    assert (read.display, read.given, read.family) == (display, given_name, family)


@pytest.mark.parametrize(
    "text",
    ["Ben Barker, Bea Barker", "John Smith, Jane Doe", "Kim & Lee",
     "Smith, Jones, Brown", "Paris, Texas", "Estate of Sample, Bo", "Sample, Bo (deceased)",
     "Bo Sample c/o Attorney Jane Roe", "Mr. & Mrs. Smith"],
)  # fmt: skip
def test_what_is_not_one_persons_last_and_first_name_stays_as_written(text: str) -> None:
    read = read_name(text)
    assert (read.display, read.given, read.company) == (text, "", False)


@pytest.mark.parametrize(
    ("text", "display", "job"),
    [("Hobbs, Hal:Kitchen", "Hal Hobbs", "Kitchen"),
     ("Abbott Supply LLC:Site 4:Roof", "Abbott Supply LLC", "Site 4, Roof"),
     ("Ada Abbott: Garage", "Ada Abbott", "Garage"), ("Attn: Ada Abbott", "Ada Abbott", "")],
)  # fmt: skip
def test_what_follows_a_colon_is_a_job(text: str, display: str, job: str) -> None:
    read = read_name(text)
    assert (read.display, read.job) == (display, job)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Ada & Ben Abbott", "consumer"), ("Grace Church", "consumer"), ("Jose Co", "consumer"),
     ("Abbott Supply LLC", "business"), ("Talleres Ruiz S.L.", "business"),
     ("Siemens Technik AG", "business")],
)  # fmt: skip
def test_whose_kind_of_debt_follows_the_name(name: str, kind: str) -> None:
    document = reading.read(f'{HEADER}1001,"{name}",a@example.com,2026-01-15,100.00\n')
    assert document["rows"][0]["account"]["debt_kind"] == kind


@pytest.mark.parametrize(
    ("text", "display"),
    [("Vogel Logistik AG (C2591)", "Vogel Logistik AG"),
     ("MARSH, REED AND TEAL PC", "MARSH, REED AND TEAL PC")],
)  # fmt: skip
def test_a_firm_beside_its_number_or_in_capitals_is_a_firm(text: str, display: str) -> None:
    read = read_name(text)
    assert (read.company, read.display) == (True, display)


def test_a_couple_in_capitals_is_no_firm() -> None:
    assert not read_name("SMITH, JOHN AND MARY PA").company


@pytest.mark.parametrize("name", ["Kuhn Logistik AG #C3833", "Haven Roofing Inc - #10017"])
def test_a_number_behind_a_firms_name_is_none_of_its_words(name: str) -> None:
    read = read_name(name)
    assert read.company
    assert "#" not in read.display

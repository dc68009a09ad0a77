"""Hostile files through the stages of the cloud: refused with a reason, and kept where they lie."""

from __future__ import annotations

import gzip

import pytest

from tests.imports.place import BO, CREDITOR, HEADER, Office

_MB = 1 << 20


def _bomb() -> bytes:
    return gzip.compress(b"0" * (80 * _MB), 9)


HOSTILE = {
    "one endless line": (lambda: b"Invoice,Balance\n" + b"x" * (12 * _MB), "never ends"),
    "an endless quote": (
        lambda: b'Invoice,Balance\n"' + (b"a," * 500 + b"\n") * (12 << 10),
        "quote|never ends",
    ),
    "ten thousand columns": (lambda: b",".join(b"c%d" % n for n in range(10_000)) + b"\n1\n", "10"),
    "NUL bytes": (lambda: f"{HEADER}\n{BO}\n".encode().replace(b"Bo", b"\0\0"), "NUL"),
    "an archive that unpacks without end": (_bomb, "unpacks"),
    "an archive inside an archive": (lambda: gzip.compress(gzip.compress(b"a,b\n")), "inside"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(1, 32)) * 50, "no text|picture|table"),
    "nothing": (lambda: b"", "empty"),
}


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason_and_kept(office: Office, name: str) -> None:
    make, reason = HOSTILE[name]
    content = make()
    report = office.drop("odd.csv", content)
    assert report["state"] == "rejected"
    assert any(word in report["reason"] for word in reason.split("|")), report["reason"]
    assert report["next_step"].startswith("Nothing was imported")
    (line,) = office.report("odd.report.csv")
    assert line["outcome"] == "rejected"
    assert line["what_to_do"] == report["reason"]
    assert office.box.files[f"drop/{CREDITOR}/odd.csv"] == content
    assert not office.book.accounts

"""Hostile files through the stages of the cloud: refused with a reason, and kept where they lie."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable

import pytest

from tests.imports.place import BO, CREDITOR, HEADER, Office
from tests.imports.test_workbook import DEBTS, workbook

_MB = 1 << 20


def _bomb() -> bytes:
    return gzip.compress(b"0" * (80 * _MB), 9)


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _changed(part: str, change: Callable[[bytes], bytes], **more: bytes) -> Callable[[], bytes]:
    """A workbook of two debts, one part of which is not as it was written."""

    def make() -> bytes:
        with zipfile.ZipFile(io.BytesIO(workbook(DEBTS))) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        return _zipped({**parts, part: change(parts[part]), **more})

    return make


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped() -> bytes:
    """A zip file whose packed bytes were damaged on the way."""
    rows = "".join(f"{n},{random.Random(n).random()}\n" for n in range(2_000))
    content = bytearray(_zipped({"open.csv": rows.encode()}))
    for at in range(200, 260):
        content[at] ^= 0x5A
    return bytes(content)


SHEET, TYPES = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
_STRINGS_LIE_THERE = (
    b'<Override PartName="/xl/worksheets/s.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/>'
)
HOSTILE = {
    "half a sheet": (_changed(SHEET, _half), "damaged"),
    "half a workbook": (_changed("xl/workbook.xml", _half), "damaged"),
    "half a style": (_changed("xl/styles.xml", _half), "damaged"),
    "a cell of no column": (
        _changed(SHEET, lambda c: c.replace(b'r="A2"', b'r="ZZZZZZ2"')),
        "damaged",
    ),
    "a figure that is none": (
        _changed(SHEET, lambda c: c.replace(b"<v>20</v>", b"<v>nan</v>")),
        "damaged",
    ),
    "an entity of entities": (
        _changed(SHEET, lambda c: b'<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;">]>' + c[:200]),
        "damaged",
    ),
    "a flood of strings under another name": (
        _changed(
            TYPES,
            lambda c: c.replace(b"</Types>", _STRINGS_LIE_THERE + b"</Types>"),
            **{"xl/worksheets/s.xml": b"".join(b"<si><t>%040d</t></si>" % n for n in range(10**6))},
        ),
        "too large",
    ),
    "damaged packing": (_flipped, "damaged"),
    "fifty thousand files": (
        lambda: _zipped({f"{n:050}": b"" for n in range(50_000)}),
        "too many files",
    ),
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

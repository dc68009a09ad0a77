"""Files that are no tables, and tables in a wrapping: a clear no, or the table."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from collections.abc import Iterable

import pytest

from dunlin.domain.imports.foreign import ENCRYPTED, junk, unfinished
from tests.imports.reading import read
from tests.imports.test_workbook import DEBTS, workbook

TABLE = (
    b"Invoice,Customer,Email,Due Date,Balance\n"
    b"1,Ann Lee,ann@example.com,2026-03-14,10.00\n"
    b"2,Bo Cy,bo@example.com,2026-03-15,20.00\n"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def packed(*members: tuple[str, bytes], flags: int = 0, mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            part = zipfile.ZipInfo(name)
            part.external_attr = mode << 16
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, content)
    data = bytearray(out.getvalue())
    if flags:  # the bit in the local and the central header of the first member
        data[6] |= flags
        data[data.rindex(b"PK\x01\x02") + 8] |= flags
    return bytes(data)


NO: dict[str, tuple[bytes, str, str]] = {
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf", "export the list as CSV"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture", "picture"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "picture", "picture"),
    "locked xlsx": (OLE + ENCRYPTED, "password", "password"),
    "xls": (OLE + "Workbook".encode("utf-16-le"), "old_workbook", "save it as .xlsx"),
    "doc": (OLE + "WordDocument".encode("utf-16-le"), "document", "Word"),
    "docx": (packed(("[Content_Types].xml", b"x"), ("word/document.xml", b"x")), "document",
             "Word"),
    "xlsb": (packed(("[Content_Types].xml", b"x"), ("xl/workbook.bin", b"x")), "not_a_workbook",
             ".xlsb"),
    "ods": (packed(("mimetype", b"x"), ("content.xml", b"x")), "not_a_workbook", "LibreOffice"),
    "locked zip": (packed(("a.csv", TABLE), flags=1), "password", "password"),
    "two files": (packed(("a.csv", TABLE), ("b.csv", TABLE)), "several_files", "a.csv, b.csv"),
    "no file": (packed(("__MACOSX/._a.csv", b"x"), (".DS_Store", b"x")), "empty_file", "no file"),
    "zip in zip": (packed(("a.zip", packed(("a.csv", TABLE)))), "packed_twice", "archive"),
    "gzip in zip": (packed(("a.csv.gz", gzip.compress(TABLE))), "packed_twice", "archive"),
    "pdf in zip": (packed(("a.pdf", b"%PDF-1.7")), "pdf", "PDF"),
    "pdf in gzip": (gzip.compress(b"%PDF-1.7"), "pdf", "PDF"),
    "cut zip": (packed(("a.csv", TABLE))[:60], "broken_archive", "cut short"),
    "climbing": (packed(("../../etc/a.csv", TABLE)), "unsafe_archive", "outside"),
    "absolute": (packed(("/etc/a.csv", TABLE)), "unsafe_archive", "outside"),
    "windows": (packed(("..\\a.csv", TABLE)), "unsafe_archive", "outside"),
    "link": (packed(("a.csv", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "unsafe_archive",
             "outside"),
    "zip bomb": (packed(("a.csv", b"0" * (80 << 20))), "zip_bomb", "unpacks"),
    "rar": (b"Rar!\x1a\x07\0", "archive", "unpack it"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "archive", "unpack it"),
    "nothing": (b"", "empty_file", "empty"),
    "music": (b"ID3\x04\0\0\0\0\0\0" * 30, "binary_file", "no text table"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO)
def test_what_is_no_table_gets_a_clear_no(name: str) -> None:
    content, code, says = NO[name]
    document = read(content)
    assert document["state"] == "rejected"
    assert document["refused"]["code"] == code
    assert says in document["refused"]["why"]


MONEY = "change_id,kind,reference,amount_minor,currency"
CHANGES: dict[str, str] = {
    "payments": f"{MONEY}\nb-1,payment,K-1,4000,USD\nb-2,charge,K-3,4000,USD\n",
    "in another order": "reference;Kind;Change_ID;balance_minor;currency\nK-1;balance;b-1;0;USD\n",
    "closed": "change_id,kind,reference\nb-1,closed,K-1\n",
    "contact": "change_id,kind,reference,emails\nb-1,contact,K-1,ann@example.com\n",
    "lines": '{"change_id": "b-1", "kind": "closed", "reference": "K-1"}\n' * 2,
    "a list": '{"changes": [{"change_id": "b-1", "kind": "closed", "reference": "K-1"}]}',
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_billing_system_tells_is_never_read_as_debts(name: str) -> None:
    document = read(CHANGES[name])
    assert (document["state"], document["refused"]["code"]) == ("rejected", "billing_changes")
    assert "dunlin billing tell" in document["refused"]["why"]
    assert document["totals"] == {}


def test_a_list_of_debts_with_a_kind_and_a_reference_is_one() -> None:
    head = b"Change,Kind,Reference,Customer,Email,Due Date,Balance\n"
    rows = TABLE.split(b"\n", 1)[1].replace(b"1,Ann", b"x,invoice,1,Ann")
    document = read(head + rows.replace(b"2,Bo", b"y,invoice,2,Bo"))
    assert document["totals"]["USD"]["balance_minor"] == 3000


YES: dict[str, Iterable[tuple[str, bytes]]] = {
    "csv": [("export/open.csv", TABLE)],
    "with what macOS adds": [
        ("open.csv", TABLE), ("__MACOSX/._open.csv", b"\0\5\x16\7"), (".DS_Store", b"\0\0\0\1Bud1"),
    ],
    "utf-16": [("open.txt", TABLE.decode().encode("utf-16"))],
    "workbook": [("open.xlsx", workbook(DEBTS))],
}  # fmt: skip


@pytest.mark.parametrize("name", YES)
def test_a_zip_archive_of_one_file_is_that_file(name: str) -> None:
    document = read(packed(*YES[name]))
    assert document["outcomes"]["created"] == 2
    assert document["totals"]["USD"]["balance_minor"] == 3000


def test_a_gzip_file_is_the_file_in_it() -> None:
    assert read(gzip.compress(TABLE))["outcomes"]["created"] == 2


@pytest.mark.parametrize(
    "name", [".DS_Store", "x/.DS_Store", "._open.csv", "__MACOSX/open.csv", "a/__MACOSX/b",
             "Thumbs.db", "desktop.ini", "~$open.xlsx", ".~lock.open.csv#"]
)  # fmt: skip
def test_what_a_computer_leaves_by_itself_is_known(name: str) -> None:
    assert junk(name)


@pytest.mark.parametrize("name", ["open.csv", "DS_Store.csv", ".open.csv", "a_.csv", "macosx.csv"])
def test_what_a_person_dropped_is_not_taken_for_that(name: str) -> None:
    assert not junk(name)


def test_a_download_that_had_not_ended_is_known() -> None:
    assert unfinished("open.csv.crdownload")
    assert unfinished("open.csv.part")
    assert not unfinished("partial.csv")


@pytest.mark.parametrize(
    "headings",
    ["Family,Email,Payment 1 Date,Payment 1,Payment 2 Date,Payment 2",
     "Name,Email,1st Installment Date,1st Installment,2nd Installment Date,2nd Installment",
     "Kunde,E-Mail,Fällig 1,Rate 1,Fällig 2,Rate 2",
     "Cliente,Correo,Vencimiento 1,Cuota 1,Vencimiento 2,Cuota 2"],
)  # fmt: skip
def test_instalments_side_by_side_get_a_clear_no(headings: str) -> None:
    row = "Ada Abbott,ada@example.com,2026-09-01,100.00,2026-10-01,100.00"
    document = read(f"{headings}\n{row}\n")
    assert document["state"] == "rejected"
    assert "instalments" in document["why"]


def test_payments_beside_a_balance_are_no_instalments() -> None:
    document = read(
        "Name,Email,Due Date,Balance,Payment 1 Date,Payment 1,Payment 2 Date,Payment 2\n"
        "Ada Abbott,ada@example.com,2026-09-01,50.00,2026-10-01,100.00,,\n"
    )
    assert document["state"] != "rejected"

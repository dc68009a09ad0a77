"""Files that would break a reader: each is refused with a reason, early and in little memory."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from dunlin.domain.imports.profile import read_profile
from tests.imports.reading import read

HEADER = b"Invoice,Customer,Email,Due Date,Balance\n"
ROW = b"1,Ann Lee,ann@example.com,2026-03-04,10.00\n"


class Endless:
    """A stream of one piece, over and over, that counts what was read of it."""

    def __init__(self, start: bytes, piece: bytes, size: int) -> None:
        self._parts = self._all(start, piece, size)
        self.taken = 0

    @staticmethod
    def _all(start: bytes, piece: bytes, size: int) -> Iterator[bytes]:
        yield start
        block = piece * (65536 // len(piece))
        for _ in range(size // len(block)):
            yield block

    def read(self, size: int = -1, /) -> bytes:
        data = next(self._parts, b"")
        self.taken += len(data)
        return data


@pytest.mark.parametrize(
    ("start", "piece", "code"),
    [
        (HEADER + ROW, b"x", "line_too_long"),
        (HEADER + ROW + b'2,"', b"x", "line_too_long"),
        (HEADER + ROW + b'2,"', b"x\n", "value_too_long"),
        (HEADER + ROW, b"\0", "binary_file"),
        (b"x", b"x", "value_too_long"),
        (HEADER + ROW + b"2", b",", "line_too_long"),
    ],
    ids=["line of 1 GB", "quoted line", "endless quote", "NULs", "nothing but a line", "commas"],
)
def test_a_gigabyte_is_refused_after_a_fraction_of_it(
    start: bytes, piece: bytes, code: str
) -> None:
    stream = Endless(start, piece, 1 << 30)
    profile = read_profile(stream)
    assert profile.refusal is not None
    assert profile.refusal.code == code
    assert stream.taken < 2 << 20


def test_ten_thousand_columns_are_refused() -> None:
    wide = ",".join(f"c{n}" for n in range(10_000)) + "\n"
    got = read(wide + wide)
    assert got["refused"]["code"] == "too_many_columns"
    assert got["rows"] == []


def test_a_wide_row_below_a_good_header_is_refused() -> None:
    got = read(HEADER + ROW * 3000 + b"," * 20_000 + b"\n")
    assert got["refused"]["code"] == "too_many_columns"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "picture"),
        (b"%PDF-1.7\n1 0 obj\n", "pdf"),
        (bytes(range(1, 32)) * 40, "binary_file"),
        (b'{"a": [1, 2]}\n', "not_a_table"),
        (b"<!doctype html><html><table></table></html>", "not_a_table"),
        (HEADER, "no_rows"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old_workbook"),
        (gzip.compress(gzip.compress(HEADER + ROW)), "packed_twice"),
        (gzip.compress(HEADER + ROW)[:-20] + b"broken" * 9, "broken_archive"),
        (b"PK\x03\x04 but no archive", "broken_archive"),
        (b"Invoice Number,Due Date,Balance\n1,2026-03-04,10\n", "no_contact_column"),
        (b"Invoice,Customer,Email,Due Date\n1,Ann,a@example.com,2026-03-04\n", "no_balance_column"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_debts_is_refused_with_a_reason(content: bytes, code: str) -> None:
    got = read(content)
    assert got["refused"]["code"] == code
    assert got["refused"]["why"]
    assert got["rows"] == []
    assert got["outcomes"]["created"] == 0


def gzip_bomb(megabytes: int) -> bytes:
    """Rows that pack a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [packer.compress(HEADER)]
    block = ROW * ((1 << 20) // len(ROW))
    out += [packer.compress(block) for _ in range(megabytes)]
    return b"".join(out) + packer.flush()


def large_bomb() -> bytes:
    """A bomb of 200 MB."""
    return gzip_bomb(200)


def workbook_bomb() -> bytes:
    """A workbook whose strings unpack to 200 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/sharedStrings.xml", "w") as part:
            for _ in range(200):
                part.write(b"<si>" + b"a" * (1 << 20))
    return out.getvalue()


def test_a_gzip_bomb_is_refused() -> None:
    assert read(gzip_bomb(80))["refused"]["code"] == "zip_bomb"


@pytest.mark.slow
def test_a_workbook_bomb_is_refused() -> None:
    assert read(workbook_bomb())["refused"]["code"] == "zip_bomb"


MEASURED = """
import json, sys
from pathlib import Path
from tests.imports import test_hostile as corpus
from tests.imports.reading import read
got = read(getattr(corpus, sys.argv[1])())
# The peak of this program alone: `ru_maxrss` also remembers the one that started it.
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0])
print(json.dumps({"mb": peak // 1024, "refused": got.get("refused", {}).get("code")}))
"""


def wild_rows() -> bytes:
    """Thirty thousand rows that are all different debts of different people."""
    rows = (
        f"{n},Person {n},p{n}@example.com,2026-03-04,{n % 900}.10\n".encode() for n in range(30_000)
    )
    return HEADER + b"".join(rows)


def one_debt() -> bytes:
    """Sixty thousand lines of one invoice."""
    rows = (f"1,Ann,a@example.com,2026-03-04,{n}.00\n".encode() for n in range(60_000))
    return HEADER + b"".join(rows)


def fat_rows() -> bytes:
    """Three hundred rows whose every text is sixty thousand characters long."""
    fat = "x" * 60_000
    rows = (f"{n}{fat},N{n} {fat},p{n}@example.com,2026-03-04,1\n".encode() for n in range(300))
    return HEADER + b"".join(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "code"),
    [("large_bomb", "zip_bomb"), ("workbook_bomb", "zip_bomb"),
     ("wild_rows", None), ("one_debt", None), ("fat_rows", None)],
)  # fmt: skip
def test_no_input_takes_more_than_400_megabytes(make: str, code: str | None) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, make], capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)
    assert measured["refused"] == code
    assert measured["mb"] < 400

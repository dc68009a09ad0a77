"""How days, money and cells stand in a file."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",  # noqa: E501
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",  # noqa: E501
}


class Minor(int):
    """Money in minor units, to be written as the file writes money."""


Value = str | Minor | dt.date | None
Cell = Value

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$", "CAD": "$", "MXN": "$"}


@dataclass(slots=True, kw_only=True)
class Style:
    """How a file is written.

    `money`: `1234.56`, `1,234.56`, `1.234,56`, `1234,56`, `1 234,56`, `1234` shows the marks of
    thousands and decimals; `sign` where the currency's mark stands: none, before, apart, after,
    code; `negative`: minus, brackets, after, cr. `day` is a strftime pattern, where `%B` and `%b`
    are months in the file's language, and `%-d` a day without a zero.
    """

    lang: str = "en"
    currency: str = "USD"
    day: str = "%m/%d/%Y"
    money: str = "1234.56"
    sign: str = "none"
    negative: str = "minus"
    empty: str = ""
    """What stands in cells without a value, in columns of words."""
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\r\n"
    quoted: bool = False
    declared: bool = False
    """Begins with `sep=`, as some spreadsheets have it."""


def money(value: int, style: Style) -> str:
    """An amount as the file writes it."""
    whole, cents = divmod(abs(value), 100)
    thousands, point = {
        "1234.56": ("", "."),
        "1,234.56": (",", "."),
        "1.234,56": (".", ","),
        "1234,56": ("", ","),
        "1 234,56": ("\u202f", ","),
        "1'234.56": ("'", "."),
    }[style.money]
    text = f"{whole:,}".replace(",", thousands) + f"{point}{cents:02}"
    sign = SIGNS[style.currency]
    text = {
        "none": text,
        "before": sign + text,
        "apart": f"{sign} {text}",
        "after": f"{text} {sign}",
        "code": f"{text} {style.currency}",
    }[style.sign]
    if value >= 0:
        return text
    return {
        "minus": f"-{text}",
        "brackets": f"({text})",
        "after": f"{text}-",
        "cr": f"{text} CR",
    }[style.negative]


def day(value: dt.date, style: Style) -> str:
    """A day as the file writes it."""
    month = MONTHS[style.lang].split()[value.month - 1]
    pattern = style.day.replace("%-d", str(value.day)).replace("%-m", str(value.month))
    pattern = pattern.replace("%B", month)
    pattern = pattern.replace("%b", month[:3] if style.lang == "en" else month[:4])
    if value.year < 1971:
        pattern = pattern.replace("%y", "%Y")  # a year that is none shows itself
    if pattern == "serial":
        return str((value - dt.date(1899, 12, 30)).days)
    return value.strftime(pattern)


def cell(value: Cell, style: Style) -> str:
    """Any cell as the file writes it."""
    if value is None:
        return style.empty
    if isinstance(value, Minor):
        return money(value, style)
    if isinstance(value, dt.date):
        return day(value, style)
    return value


def content(rows: list[list[str]], style: Style) -> bytes:
    """The file. A row whose first cell begins with NUL is written as it stands, without quoting."""
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=style.delimiter,
        quoting=csv.QUOTE_ALL if style.quoted else csv.QUOTE_MINIMAL,
        lineterminator=style.newline,
    )
    if style.declared:
        out.write(f"sep={style.delimiter}{style.newline}")
    for row in rows:
        if row and row[0].startswith("\0"):
            out.write(style.delimiter.join(row)[1:] + style.newline)
        else:
            writer.writerow(row)
    text = out.getvalue()
    if not style.encoding.startswith("utf"):
        text = text.replace("\u202f", "\xa0")
    return text.encode(style.encoding, "replace")


def packed(data: bytes, container: str) -> bytes:
    """The file as it is, or packed the same at each call."""
    if container == "gz":
        return gzip.compress(data, mtime=0)
    if container == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("open.csv"), data)
        return out.getvalue()
    return data


def workbook(rows: Sequence[Sequence[Value]], container: str) -> bytes:
    """A workbook with the rows on a sheet, and a sheet of words where the container says so."""
    book = openpyxl.Workbook()
    sheet = book.active or book.create_sheet()
    if container == "xlsx, words first":
        words, sheet = sheet, book.create_sheet("Open")
        words.append(["How to read this list"])
    for row in rows:
        sheet.append([float(v) / 100 if isinstance(v, Minor) else v for v in row])
    if container == "xlsx, words last":
        book.create_sheet("Notes").append(["How to read this list"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

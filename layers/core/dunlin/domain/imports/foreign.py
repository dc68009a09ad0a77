"""Files that are no tables: what one is, told by its first bytes or its name, and what to do."""

from __future__ import annotations

import re

from dunlin.domain.imports.records import FileRefused

_DO = "export the list as CSV or .xlsx and drop that"
_LEADS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "pdf", f"a PDF is for reading, not for importing: {_DO}"),
    (b"{\\rtf", "document", f"the file is a text document: {_DO}"),
    (b"\x89PNG", "picture", f"the file is a picture: {_DO}"),
    (b"\xff\xd8\xff", "picture", f"the file is a picture: {_DO}"),
    (b"GIF8", "picture", f"the file is a picture: {_DO}"),
    (b"II*\0", "picture", f"the file is a picture: {_DO}"),
    (b"MM\0*", "picture", f"the file is a picture: {_DO}"),
    (b"Rar!", "archive", "the file is a .rar archive: unpack it and drop the table itself"),
    (b"7z\xbc\xaf", "archive", "the file is a .7z archive: unpack it and drop the table itself"),
    (b"BZh", "archive", "the file is a .bz2 archive: unpack it and drop the table itself"),
    (b"\xfd7zXZ", "archive", "the file is an .xz archive: unpack it and drop the table itself"),
    (b"SQLite format 3", "binary_file", f"the file is a database: {_DO}"),
)
"""(first bytes, code, why): ISO 32000 for PDF, W3C for PNG, the others by their makers."""

_PICTURES = re.compile(rb"RIFF....WEBP|....ftyp(?:heic|heix|mif1|avif)", re.DOTALL)
_JUNK = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|~\$.*|\.~lock\..*#", re.IGNORECASE)
_UNFINISHED = re.compile(r".*\.(?:crdownload|part|partial|tmp|download)", re.IGNORECASE)

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream that holds a workbook with a password (MS-OFFCRYPTO 1.3.2)."""
_OLD_DOCUMENT = "WordDocument".encode("utf-16-le")
LOCKED = "the file is locked with a password: save it without one and drop that"


def refuse_foreign(lead: bytes) -> None:
    """Raises `FileRefused` where the first bytes say that the file is no table."""
    for start, code, why in _LEADS:
        if lead.startswith(start):
            raise FileRefused(code, why)
    if _PICTURES.match(lead):
        raise FileRefused("picture", f"the file is a picture: {_DO}")


def refuse_old_office(content: bytes) -> None:
    """Raises `FileRefused` for a file of old Office programs, which a locked .xlsx is too."""
    if ENCRYPTED in content:
        raise FileRefused("password", LOCKED)
    if _OLD_DOCUMENT in content:
        raise FileRefused("document", f"the file is a Word document: {_DO}")
    raise FileRefused("old_workbook", "an .xls file: save it as .xlsx or CSV and drop that")


def office_kind(names: frozenset[str]) -> FileRefused | None:
    """Why a zip file of these members is no table, None where it may hold one."""
    folders = {name.split("/", 1)[0] for name in names}
    if "xl/workbook.bin" in names:
        return FileRefused("not_a_workbook", "an .xlsb file: save it as .xlsx and drop that")
    if "word" in folders and "[Content_Types].xml" in names:
        return FileRefused("document", f"the file is a Word document: {_DO}")
    if "ppt" in folders and "[Content_Types].xml" in names:
        return FileRefused("document", f"the file is a set of slides: {_DO}")
    if "mimetype" in names and "content.xml" in names:
        return FileRefused(
            "not_a_workbook", "a LibreOffice file: save it as .xlsx or CSV and drop that"
        )
    return None


def junk(name: str) -> bool:
    """True for what a computer leaves in folders by itself, and nobody meant to drop."""
    base = name.rsplit("/", 1)[-1]
    return bool(_JUNK.fullmatch(base)) or name.startswith("__MACOSX/") or "/__MACOSX/" in name


def unfinished(name: str) -> bool:
    """True for a download or a copy that had not ended."""
    return bool(_UNFINISHED.fullmatch(name))

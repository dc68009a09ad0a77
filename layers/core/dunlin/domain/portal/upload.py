"""A file that a person sends: known by its content, never by its name."""

from __future__ import annotations

from dataclasses import dataclass

FILE_LIMIT = 4_000_000  # bytes; what one request may carry through the API, less its frame
FILES_A_DAY = 10  # about one account, whichever way they come
_KINDS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A PDF, JPEG or PNG of a size that we take."""

    content: bytes
    content_type: str


def read_upload(content: bytes | None) -> Upload | str:
    """The file, or what is wrong with it: file_missing, file_large, file_kind."""
    if not content:
        return "file_missing"
    if len(content) > FILE_LIMIT:
        return "file_large"
    kind = next((name for start, name in _KINDS if content.startswith(start)), "")
    return Upload(content=content, content_type=kind) if kind else "file_kind"

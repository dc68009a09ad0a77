"""The words of an HTML mail, as plain text with the habits of plain mail: a quotation is marked
with `>`. Standard parser alone; what is hidden from the reader is left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LONGEST_HTML = 200_000  # characters; a person's own words stand at the start
_UNREAD = frozenset({"script", "style", "title", "template", "noscript"})
_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "hr"}
    | {f"h{level}" for level in range(1, 7)}
)
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DEEPEST = 200  # elements open at a time; what lies deeper is read as if it lay there
# What opens a tag that is closed; the standard parser takes quadratic time over the others.
_DECLARATION = re.compile(r"<[!?][^<>]{0,1000}>")
_NO_TAG = re.compile(r"<(?!/?[a-z][^<>]{0,4000}>)", re.IGNORECASE)


def html_text(html: str) -> str:
    """The text that a mail program would show. Never raises: outside data has any shape."""
    reader = _ShownWords()
    try:
        reader.feed(_tags_alone(html[:LONGEST_HTML]))
        reader.close()
    except (AssertionError, ValueError):
        pass  # what was read until then
    return reader.text()


def _tags_alone(html: str) -> str:
    """Without comments and declarations; a `<` that opens no tag is a character."""
    kept = []
    while html:
        text, opened, html = html.partition("<!--")
        kept.append(text)
        if opened:
            _, closed, html = html.partition("-->")
            html = html if closed else ""
    return _NO_TAG.sub("&lt;", _DECLARATION.sub("", "".join(kept)))


class _ShownWords(HTMLParser):
    """Collects lines with the depth of quotation that they stand in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []  # (element, whether it hides what it holds)
        self._hiding = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self._end_line()
        if tag in _EMPTY or len(self._open) >= _DEEPEST:
            return
        style = next((value for name, value in attrs if name == "style" and value), "")
        hides = tag in _UNREAD or bool(_HIDDEN.search(style))
        self._open.append((tag, hides))
        self._hiding += hides
        self._quoted += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self._end_line()
        if tag not in {name for name, _ in self._open}:
            return
        while self._open:
            name, hid = self._open.pop()
            self._hiding -= hid
            self._quoted -= name == "blockquote"
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._hiding:
            self._line.append(data)

    def _end_line(self) -> None:
        line = " ".join("".join(self._line).split())
        self._line.clear()
        self._lines.append(f"{'> ' * min(self._quoted, 5)}{line}" if line else "")

    def text(self) -> str:
        """The lines so far, with no more than one empty line between two."""
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

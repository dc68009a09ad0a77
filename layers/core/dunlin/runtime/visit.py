"""The edge of the portal: a request as a visit, and an answer as a response.

Cookies: the session is `SameSite=Lax`, because `Strict` would leave it at home on the way back
from the checkout and from a mail program's link. Lax sends it on such a top-level GET, and GET
changes nothing; every POST needs the session's nonce too.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote

from chalice.app import Request, Response

from dunlin.domain.portal.page import Download, GoTo, Page
from dunlin.domain.portal.upload import FILE_LIMIT
from dunlin.ports.portal import Session
from dunlin.views.portal.jinja_pages import LANGUAGES, PortalPages

SESSION_COOKIE, LANGUAGE_COOKIE = "__Host-dunlin", "language"
_BODY_LIMIT, _FIELD_LIMIT = 20_000, 40
_FILE_FRAME = 20_000  # what a form with a file may weigh besides the file
_YEAR = 31_536_000
# Where the page of a form can be fetched again, for the language links.
_FORM_OF = {
    "/pay": "/account",
    "/take-back": "/account",
    "/m/{token}/code": "/m/{token}",
    "/m/{token}/new": "/m/{token}",
    "/m/{token}/not-me": "/m/{token}",
    "/signout": "/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request. `now` is the field's time, `wall` real time; `here` the route to come back
    to. `language` is "" where the request names none that we speak. `visitor` stands for the
    network address, for limits; `file` is what a form brought along."""

    post: bool
    form: Mapping[str, str]
    query: Mapping[str, str]
    cookie: str
    language: str
    picked: bool
    here: str
    cross_site: bool
    visitor: str
    now: datetime
    wall: datetime
    file: bytes | None = None

    @classmethod
    def of(cls, request: Request, *, now: datetime, wall: datetime) -> Visit:
        cookies = _cookies(request.headers.get("cookie", ""))
        query = dict(request.query_params or {})
        picked = query.get("lang", "")
        named = [picked, cookies.get(LANGUAGE_COOKIE, "")]
        spoken = [*named, *_accepted(request.headers.get("accept-language", ""))]
        params = {k: quote(v, safe="") for k, v in (request.uri_params or {}).items()}
        form, file = _typed(request) if request.method == "POST" else ({}, None)
        return cls(
            post=request.method == "POST",
            form=form,
            file=file,
            visitor=_visitor(request),
            query=query,
            cookie=cookies.get(SESSION_COOKIE, ""),
            language=next((code for code in spoken if code in LANGUAGES), ""),
            picked=picked in LANGUAGES,
            here=_FORM_OF.get(request.path, request.path).format(**params),
            # Sent by every browser in use; mail programs and others send none.
            cross_site=request.headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"),
            now=now,
            wall=wall,
        )

    def may(self, session: Session) -> bool:
        """True where a POST carries the nonce of its session."""
        given = self.form.get("nonce", "")
        return not self.post or hmac.compare_digest(given.encode(), session.csrf.encode())


def _typed(request: Request) -> tuple[dict[str, str], bytes | None]:
    """The fields of a form, and the file it brought along, if any."""
    raw = request.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return _parts(raw, kind) if len(raw) <= FILE_LIMIT + _FILE_FRAME else ({}, None)
    if len(raw) > _BODY_LIMIT:
        return {}, None
    try:
        fields = parse_qsl(
            raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELD_LIMIT
        )
    except ValueError:
        return {}, None
    return dict(fields), None


def _parts(raw: bytes, kind: str) -> tuple[dict[str, str], bytes | None]:
    """A form of several parts (RFC 7578), read as a message of them."""
    if not kind.isascii() or any(c in kind for c in "\r\n"):
        return {}, None
    whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw)
    fields: dict[str, str] = {}
    file: bytes | None = None
    for part in list(whole.iter_parts())[:_FIELD_LIMIT] if whole.is_multipart() else []:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is not None:
            file = content or None
        elif len(content) <= _BODY_LIMIT:
            fields[name] = content.decode("utf-8", "replace")
    return fields, file


def _visitor(request: Request) -> str:
    """The network address as a hash: it is counted for a day and never kept as it is."""
    context = request.context if isinstance(request.context, dict) else {}
    address = str((context.get("identity") or {}).get("sourceIp") or "")
    return hashlib.sha256(f"address|{address}".encode()).hexdigest()[:32] if address else ""


def _cookies(header: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _accepted(header: str) -> list[str]:
    """Languages of an Accept-Language header, best first, without their regions."""
    wanted = []
    for place, part in enumerate(header[:200].split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        if weight > 0:
            wanted.append((-weight, place, name.split("-")[0].lower()))
    return [name for _, _, name in sorted(wanted)]


def answer(result: Page | GoTo | Download, visit: Visit, pages: PortalPages) -> Response:
    """A use case's result as a response with every header a page carries."""
    headers: dict[str, Any] = dict(pages.headers)
    if isinstance(result, Download):
        headers["Content-Type"] = result.content_type
        headers["Content-Disposition"] = f'attachment; filename="{result.filename}"'
        return Response(body=result.text, status_code=200, headers=headers)
    chosen = result.language if isinstance(result, Page) else ""
    chosen = chosen or (visit.language if visit.picked else "")
    headers["Set-Cookie"] = _set_cookies(result.session, chosen, pages.base)
    if isinstance(result, GoTo):
        place = result.place
        headers["Location"] = pages.base + place if place.startswith("/") else place
        return Response(body="", status_code=303, headers=headers)
    language = chosen or visit.language or result.their_language
    if language not in LANGUAGES:
        language = LANGUAGES[0]
    headers["Content-Language"] = language
    kept = visit.form.get("text", "") if result.name in ("signed_out", "stale") else ""
    body = pages.render(result, language=language, here=visit.here, kept=kept)
    return Response(body=body, status_code=result.status, headers=headers)


def _set_cookies(session: str | None, language: str, base: str) -> list[str]:
    cookies = []
    if session is not None:
        ends = "" if session else "; Max-Age=0"
        cookies.append(f"{SESSION_COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=Lax{ends}")
    if language:
        cookies.append(
            f"{LANGUAGE_COOKIE}={language}; Path={base or '/'}; Max-Age={_YEAR}; "
            "Secure; HttpOnly; SameSite=Lax"
        )
    return cookies

"""Portal: every page that a person sees. A view parses the request and calls one use case."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice.app import Chalice, Response

from dunlin.domain.errors import Conflict, Defect, DomainError, Unavailable
from dunlin.domain.page import Download, GoTo, Page
from dunlin.ports import Session
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.runtime.visit import Visit, answer
from dunlin.service.portal import GONE, REFUSED, SIGNED_OUT, TROUBLE

app = Chalice(app_name="portal")
_FORMS = ["application/x-www-form-urlencoded"]
_ANY_FORM = [*_FORMS, "multipart/form-data"]  # both are one-click posts (RFC 8058, 3.2)

Answered = Page | GoTo | Download
View = Callable[..., Answered]


def _visit() -> Visit:
    request = app.current_request
    if request is None:
        raise Defect("a view was called without a request")
    return Visit.of(request, now=wiring.clock().now(), wall=wiring.real_clock().now())


def page(path: str, *, methods: list[str], open_to_any: bool = False) -> Callable[[View], View]:
    """Register a view. Domain errors become pages here: an exception in a view is a 500 before
    any middleware sees it. `open_to_any` posts come from mail programs, without a cookie."""

    def register(view: View) -> View:
        @wraps(view)
        def respond(**params: str) -> Response:
            visit = _visit()
            try:
                if visit.post and visit.cross_site and not open_to_any:
                    return answer(REFUSED, visit, wiring.pages())
                return answer(view(visit, **params), visit, wiring.pages())
            except DomainError:
                return answer(GONE, visit, wiring.pages())
            except (Conflict, Unavailable) as failure:
                logger.warning("page failed", extra={"error": type(failure).__name__})
            except Exception as failure:  # noqa: BLE001 - the person gets a page, staff the alarm
                count("PortalErrors")
                logger.error("page failed", extra={"error": type(failure).__name__, "route": path})
            return answer(TROUBLE, visit, wiring.pages())

        types = _ANY_FORM if open_to_any else _FORMS
        for method in methods:
            kinds = types if method == "POST" else ["application/json"]
            app.route(path, methods=[method], content_types=kinds)(respond)
        return view

    return register


def inside(view: Callable[..., Answered]) -> View:
    """For a signed-in person only; a POST must carry the nonce of the session."""

    @wraps(view)
    def entered(visit: Visit, **params: str) -> Answered:
        session = wiring.portal().session(visit.cookie, wall=visit.wall)
        if session is None:
            return SIGNED_OUT
        if not visit.may(session):
            return REFUSED
        return view(visit, session, **params)

    return entered


@page("/", methods=["GET"])
def home(_visit: Visit) -> Answered:
    return Page(name="home")


@page("/m/{token}", methods=["GET", "POST"])
def link(visit: Visit, token: str) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return portal.identify(
            token, visit.form, now=visit.now, wall=visit.wall, language=visit.language
        )
    if "sent" in visit.query:
        return portal.code_sent(token, now=visit.now)
    return portal.arrive(token, now=visit.now)


@page("/m/{token}/code", methods=["POST"])
def code(visit: Visit, token: str) -> Answered:
    return wiring.portal().send_code(token, now=visit.now, wall=visit.wall)


@page("/m/{token}/not-me", methods=["POST"])
def not_me(visit: Visit, token: str) -> Answered:
    return wiring.portal().not_me(token, now=visit.now)


@page("/u/{token}", methods=["GET", "POST"], open_to_any=True)
def unsubscribe(visit: Visit, token: str) -> Answered:
    portal = wiring.portal()
    return portal.stop(token, now=visit.now) if visit.post else portal.stop_form(token)


@page("/account", methods=["GET"])
@inside
def account(visit: Visit, session: Session) -> Answered:
    return wiring.portal().account(session, now=visit.now)


@page("/pay", methods=["POST"])
@inside
def pay(visit: Visit, session: Session) -> Answered:
    language = visit.language or session.language
    return wiring.portal().pay(session, visit.form, now=visit.now, language=language)


@page("/return", methods=["GET"])
@inside
def returned(visit: Visit, session: Session) -> Answered:
    return wiring.portal().returned(session, now=visit.now)


@page("/receipt/{reference}", methods=["GET"])
@inside
def receipt(visit: Visit, session: Session, reference: str) -> Answered:
    return wiring.portal().receipt(session, reference, now=visit.now)


@page("/dispute", methods=["GET", "POST"])
@inside
def dispute(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return portal.dispute(session, visit.form, now=visit.now)
    return portal.form("dispute", session, now=visit.now)


@page("/question", methods=["GET", "POST"])
@inside
def question(visit: Visit, session: Session) -> Answered:
    return _message("question", visit, session)


@page("/hardship", methods=["GET", "POST"])
@inside
def hardship(visit: Visit, session: Session) -> Answered:
    return _message("hardship", visit, session)


@page("/represented", methods=["GET", "POST"])
@inside
def represented(visit: Visit, session: Session) -> Answered:
    return _message("represented", visit, session)


def _message(kind: str, visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return portal.message(kind, session, visit.form, now=visit.now)
    return portal.form(kind, session, now=visit.now)


@page("/promise", methods=["GET", "POST"])
@inside
def promise(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return portal.promise(session, visit.form, now=visit.now)
    return portal.form("promise", session, now=visit.now)


@page("/plan", methods=["GET", "POST"])
@inside
def plan(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return portal.plan(session, visit.form, now=visit.now)
    return portal.form("plan", session, now=visit.now)


@page("/data", methods=["GET"])
@inside
def own_data(visit: Visit, session: Session) -> Answered:
    return wiring.portal().own_data(session, now=visit.now)


@page("/stop", methods=["GET", "POST"])
@inside
def stop(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return portal.stop_all(session, now=visit.now)
    return portal.form("stop_all", session, now=visit.now)


@page("/signout", methods=["POST"])
@inside
def sign_out(visit: Visit, _session: Session) -> Answered:
    return wiring.portal().sign_out(visit.cookie)


@app.route("/site.css", methods=["GET"])
def stylesheet() -> Any:
    """The one stylesheet; its address changes with its content, so it may be kept."""
    request = app.current_request
    query = request.query_params if request else None
    accent = query["a"] if query and "a" in query else ""
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/css; charset=utf-8",
        "Cache-Control": "public, max-age=86400",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body=wiring.pages().stylesheet(accent), headers=headers)

"""Portal: every page that a person sees. A view parses the request and calls one use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from chalice.app import Chalice, Response

from dunlin.domain.errors import Conflict, Defect, DomainError, Unavailable
from dunlin.domain.portal.page import Download, GoTo, Page
from dunlin.ports.portal import Session
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.runtime.visit import Visit, answer
from dunlin.service.portal import (
    GONE,
    REFUSED,
    SIGNED_OUT,
    TROUBLE,
    arranging,
    identity,
    money,
    promises,
    records,
    taking_back,
    way_back,
    wishes,
    words,
)
from dunlin.service.portal.inside import Inside
from dunlin.service.portal.pages import Done, HomePage

app = Chalice(app_name="portal")
_FORMS = ["application/x-www-form-urlencoded"]
_FILES = ["multipart/form-data"]
_ANY_FORM = [*_FORMS, *_FILES]  # both are one-click posts (RFC 8058, 3.2)

Answered = Page | GoTo | Download
View = Callable[..., Answered]
Act = Callable[..., Answered]  # (portal, session, form, now): a form that was handed in
# Forms whose answers come back after a session has ended; every form below joins them.
_KEPT = {"/account", "/plan"}
Fits = Callable[[Inside], bool]


def _visit() -> Visit:
    request = app.current_request
    if request is None:
        raise Defect("a view was called without a request")
    return Visit.of(request, now=wiring.clock().now(), wall=wiring.real_clock().now())


def page(
    path: str, *, methods: list[str], types: list[str] | None = None, open_to_any: bool = False
) -> Callable[[View], View]:
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

        posted = types or (_ANY_FORM if open_to_any else _FORMS)
        for method in methods:
            kinds = posted if method == "POST" else ["application/json"]
            app.route(path, methods=[method], content_types=kinds)(respond)
        return view

    return register


def inside(view: Callable[..., Answered]) -> View:
    """For a signed-in person only; a POST must carry the nonce of the session."""

    @wraps(view)
    def entered(visit: Visit, **params: str) -> Answered:
        portal = wiring.portal()
        session = portal.session(visit.cookie, wall=visit.wall)
        if session is None:
            saved = visit.here in _KEPT and portal.keep_draft(
                visit.cookie, visit.here, visit.form, wall=visit.wall
            )
            return replace(SIGNED_OUT, content=Done(saved=saved))
        if not visit.may(session):
            return portal.inside(session, now=visit.now).page("stale", Done(), status=403)
        if visit.post:
            portal.drafts.drop_draft(session.account_id)
        return view(visit, session, **params)

    return entered


def form(name: str, act: Act, *, shows: str = "", open_if: Fits | None = None) -> None:
    """Register a form of the account: GET shows it, with what was typed before the last session
    ended; POST hands it in."""

    _KEPT.add(f"/{name}")

    @page(f"/{name}", methods=["GET", "POST"])
    @inside
    def view(visit: Visit, session: Session) -> Answered:
        portal = wiring.portal()
        if visit.post:
            return act(portal, session, visit.form, now=visit.now)
        known = portal.inside(session, now=visit.now)
        if open_if is not None and not open_if(known):
            return GONE
        typed = portal.draft(session, f"/{name}", wall=visit.wall)
        return portal.form(shows or name, known, typed)


@page("/", methods=["GET", "POST"])
def home(visit: Visit) -> Answered:
    if visit.post:
        return way_back.ask(wiring.portal(), visit.form, wall=visit.wall, visitor=visit.visitor)
    return Page(name="home", content=HomePage())


@page("/m/{token}", methods=["GET", "POST"])
def link(visit: Visit, token: str) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return identity.identify(
            portal,
            token,
            visit.form,
            visitor=visit.visitor,
            now=visit.now,
            wall=visit.wall,
            language=visit.language,
        )
    if "sent" in visit.query:
        return identity.code_sent(portal, token, now=visit.now)
    return identity.arrive(portal, token, now=visit.now, by=visit.query.get("by", ""))


@page("/m/{token}/code", methods=["POST"])
def code(visit: Visit, token: str) -> Answered:
    return identity.send_code(
        wiring.portal(), token, visitor=visit.visitor, now=visit.now, wall=visit.wall
    )


@page("/m/{token}/new", methods=["POST"])
def new_link(visit: Visit, token: str) -> Answered:
    return way_back.ask_again(wiring.portal(), token, wall=visit.wall, visitor=visit.visitor)


@page("/m/{token}/not-me", methods=["POST"])
def not_me(visit: Visit, token: str) -> Answered:
    return identity.not_me(wiring.portal(), token, now=visit.now)


@page("/u/{token}", methods=["GET", "POST"], open_to_any=True)
def unsubscribe(visit: Visit, token: str) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return identity.stop(portal, token, now=visit.now)
    return identity.stop_form(portal, token)


@page("/account", methods=["GET"])
@inside
def account(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    typed = portal.draft(session, "/account", wall=visit.wall)
    return portal.account(portal.inside(session, now=visit.now), form=typed)


@page("/pay", methods=["POST"])
@inside
def pay(visit: Visit, session: Session) -> Answered:
    language = visit.language or session.language
    return money.pay(wiring.portal(), session, visit.form, now=visit.now, language=language)


@page("/take-back", methods=["POST"])
@inside
def take_back(visit: Visit, session: Session) -> Answered:
    return taking_back.take_back(wiring.portal(), session, visit.form, now=visit.now)


@page("/return", methods=["GET"])
@inside
def returned(visit: Visit, session: Session) -> Answered:
    return money.returned(wiring.portal(), session, now=visit.now)


@page("/receipt/{reference}", methods=["GET"])
@inside
def receipt(visit: Visit, session: Session, reference: str) -> Answered:
    return money.receipt(wiring.portal(), session, reference, now=visit.now)


form("dispute", words.dispute)
form("question", partial(words.message, "question"))
form("hardship", partial(words.message, "hardship"))
form("represented", words.represented)
form("paid", words.paid)
form("insurance", words.insurance, open_if=words.insurable)
form("contact", words.contact)
form("messages", words.rate)
form("promise", promises.promise)
form("preferences", wishes.preferences)
form("channels", wishes.channels)
form("snooze", wishes.snooze)
form("stop", wishes.stop_all, shows="stop_all")


@page("/plan", methods=["GET", "POST"])
@inside
def plan(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        language = visit.language or session.language
        return arranging.act(portal, session, visit.form, now=visit.now, language=language)
    if "method" in visit.query:
        return arranging.method(portal, session, now=visit.now)
    typed = portal.draft(session, "/plan", wall=visit.wall)
    anew = "new" in visit.query
    return arranging.plan(portal, session, now=visit.now, anew=anew, form=typed)


@page("/plan/returned", methods=["GET"])
@inside
def plan_returned(visit: Visit, session: Session) -> Answered:
    return arranging.returned(wiring.portal(), session, now=visit.now)


@page("/statement", methods=["GET"])
@inside
def statement(visit: Visit, session: Session) -> Answered:
    number = visit.query.get("page", "1")
    return records.statement(wiring.portal(), session, number, now=visit.now)


@page("/documents", methods=["GET", "POST"], types=_ANY_FORM)
@inside
def documents(visit: Visit, session: Session) -> Answered:
    portal = wiring.portal()
    if visit.post:
        return records.send_file(
            portal, session, visit.form, visit.file, now=visit.now, wall=visit.wall
        )
    return portal.form("documents", portal.inside(session, now=visit.now), {})


@page("/accounts", methods=["GET", "POST"])
@inside
def accounts(visit: Visit, session: Session) -> Answered:
    if visit.post:
        return records.change_account(wiring.portal(), session, visit.form)
    return records.accounts(wiring.portal(), session, now=visit.now)


@page("/data", methods=["GET", "POST"])
@inside
def own_data(visit: Visit, session: Session) -> Answered:
    if visit.post:
        return words.message("delete", wiring.portal(), session, visit.form, now=visit.now)
    return records.own_data(wiring.portal(), session, now=visit.now)


@page("/data/file", methods=["GET"])
@inside
def data_file(visit: Visit, session: Session) -> Answered:
    return records.data_file(wiring.portal(), session, now=visit.now)


@page("/signout", methods=["POST"])
@inside
def sign_out(visit: Visit, _session: Session) -> Answered:
    return identity.sign_out(wiring.portal(), visit.cookie)


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

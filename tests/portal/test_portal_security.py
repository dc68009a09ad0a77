"""The portal's routes as API Gateway calls them, over ports in memory: security."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from tests.portal.answers import day, snapshot
from tests.portal.harness import NOW, ROOT, Answer, Browser, PortalHarness, load_app


def inner_routes() -> list[tuple[str, str]]:
    app = load_app().app
    public = (
        "/", "/m/{token}", "/m/{token}/code", "/m/{token}/new", "/m/{token}/not-me",
        "/u/{token}", "/site.css",
    )  # fmt: skip
    return [
        (method, route.replace("{reference}", "AAAA-BBBB-CCCC"))
        for route, methods in app.routes.items()
        if route not in public
        for method in methods
    ]


@pytest.mark.parametrize(("method", "route"), inner_routes())
@pytest.mark.parametrize("cookie", ["", "a" * 22, "../../etc", "x; y"])
def test_nothing_inside_without_a_session(
    harness: PortalHarness, method: str, route: str, cookie: str
) -> None:
    harness.debt(harness.person())
    before = snapshot(harness)
    answer = harness.call(
        method,
        route,
        body="reason=other&text=lost+words" if method == "POST" else None,
        headers={
            "Cookie": f"__Host-dunlin={cookie}",
            "Content-Type": "application/x-www-form-urlencoded" if method == "POST" else "",
        } if method == "POST" else {"Cookie": f"__Host-dunlin={cookie}"},
    )  # fmt: skip
    assert answer.status == 403
    assert "You are signed out" in answer.text
    assert ("lost words" in answer.body) is (method == "POST")
    assert snapshot(harness) == before


@pytest.mark.parametrize(("method", "route"), [(m, r) for m, r in inner_routes() if m == "POST"])
@pytest.mark.parametrize("nonce", ["", "wrong", "a" * 22, "é"])
def test_every_post_inside_needs_its_own_sessions_nonce(
    harness: PortalHarness, method: str, route: str, nonce: str
) -> None:
    browser, other = Browser(harness), Browser(harness)
    browser.sign_in(harness.debt(harness.person()))
    theirs = other.sign_in(harness.debt(harness.person())).field("nonce")
    before = snapshot(harness)
    form = {"reason": "other", "text": "x", "form_id": "1"}
    for given in (nonce, theirs):
        answer = browser.post(route, {**form, "nonce": given})
        assert answer.status == 403
        assert "nothing was done" in answer.text
    assert snapshot(harness) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(
    harness: PortalHarness, browser: Browser, site: str
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    form = {"nonce": page.field("nonce")}
    assert browser.post("/pay", form, Sec_Fetch_Site=site).status == 403
    assert harness.processor.opened == []


def test_a_session_ends_after_thirty_idle_minutes_and_lives_while_it_is_used(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    for minutes in (20, 40, 60):
        harness.wall.at = NOW + timedelta(minutes=minutes)
        assert browser.get("/account").status == 200
    harness.wall.at += timedelta(minutes=30)
    answer = browser.get("/account")
    assert answer.status == 403
    assert "$" not in answer.text
    assert any("Max-Age=0" in cookie for cookie in answer.cookies)


def test_signing_out_ends_the_session_itself(harness: PortalHarness, browser: Browser) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    kept = dict(browser.jar)
    answer = browser.post("/signout", {"nonce": page.field("nonce")})
    assert "Thank you for your visit" in answer.text
    browser.jar = kept
    assert browser.get("/account").status == 403


def test_a_session_reaches_its_own_account_whatever_the_request_says(
    harness: PortalHarness,
) -> None:
    mine, theirs = Browser(harness), harness.debt(harness.person(name="Bo Reed"))
    page = mine.sign_in(harness.debt(harness.person()))
    form = {
        "nonce": page.field("nonce"),
        "account_id": theirs.account_id,
        "account": theirs.account_id,
        "consumer_id": theirs.consumer_id,
    }
    assert "Bo Reed" not in mine.get(f"/account?account_id={theirs.account_id}").text
    mine.post("/pay", form)
    assert theirs.consumer_id not in harness.sessions.payments


@pytest.mark.parametrize("path", ["/", "/m/x", "/u/x", "/account", "/site.css"])
def test_every_answer_carries_its_headers(
    harness: PortalHarness, browser: Browser, path: str
) -> None:
    answer = browser.get(path)
    assert answer.header("x-content-type-options") == "nosniff"
    if path == "/site.css":
        assert answer.header("content-type").startswith("text/css")
        return
    policy = answer.header("content-security-policy")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cache-control") == "no-store"
    assert "noindex" in answer.header("x-robots-tag")


def test_an_error_of_ours_is_a_page_without_a_trace_and_a_log_without_the_token(
    harness: PortalHarness, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    token = harness.link(harness.debt(harness.person()))
    with patch.object(harness.sessions, "link", side_effect=RuntimeError("secret detail")):
        answer = browser.get(f"/m/{token}")
    log = repr([record.__dict__ for record in caplog.records])
    assert "/m/{token}" in log, "the route"
    assert token not in log
    assert "secret" not in log
    assert answer.status == 503
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.body


def test_large_and_broken_bodies_are_harmless(harness: PortalHarness, browser: Browser) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    for body in (
        b"nonce=" + page.field("nonce").encode() + b"&x=" + b"a" * 30_000,
        b"&".join(b"f%d=1" % n for n in range(100)),
        b"\xff\xfe\x00=%zz&&&==",
    ):
        answer = harness.call(
            "POST",
            "/dispute",
            body=body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"__Host-dunlin={browser.jar['__Host-dunlin']}",
            },
        )
        assert answer.status == 403


def weights(harness: PortalHarness) -> Iterator[tuple[str, Answer]]:
    """Every page of a person with a long history and a long plan."""
    browser = Browser(harness)
    token = harness.link(harness.debt(harness.person()))
    yield "identity", browser.get(f"/m/{token}")
    account = harness.debt(harness.person(), industry="healthcare")
    lines = harness.book.ledgers[account.account_id]
    some = next(iter(lines.values()))
    for number in range(300):
        lines[f"ent_{number:032x}"] = replace(some, entry_id=f"ent_{number:032x}", kind="payment")
    browser.sign_in(account)
    for route, methods in sorted(load_app().app.routes.items()):
        if "GET" in methods and "{" not in route and route not in ("/", "/site.css", "/data/file"):
            yield route, browser.get(route)
    nonce = browser.get("/account").field("nonce")
    own = {"step": "check", "offer": "own", "by": "count", "count": "156", "often": "weekly"}
    yield "check", browser.post("/plan", own | day(7) | {"nonce": nonce})


def test_every_page_with_its_stylesheet_weighs_under_30_kb(harness: PortalHarness) -> None:
    css = len(harness.call("GET", "/site.css?a=1f5f4a").body.encode())
    seen = 0
    for name, answer in weights(harness):
        assert answer.status == 200, name
        assert len(answer.body.encode()) + css < 30_000, (name, len(answer.body.encode()), css)
        seen += 1
    assert seen > 20


def test_a_long_statement_is_read_page_by_page_to_the_balance(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    lines = harness.book.ledgers[account.account_id]
    some = next(iter(lines.values()))
    for number in range(100):
        lines[f"ent_{number:032x}"] = replace(
            some, entry_id=f"ent_{number:032x}", amount=replace(some.amount, minor=-1)
        )
    browser.sign_in(account)
    assert "Page 2" in browser.get("/statement").text
    assert "then owed: $481.50" in browser.get("/statement?page=2").text
    assert browser.get("/statement?page=99").text == browser.get("/statement?page=2").text
    assert browser.get("/statement?page=²").status == 200


def test_the_template_has_exactly_the_routes_of_the_app() -> None:
    class Loader(yaml.SafeLoader):
        """Reads the short forms of intrinsic functions as plain values."""

    def intrinsic(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node)
        assert isinstance(node, yaml.MappingNode)
        return loader.construct_mapping(node)

    Loader.add_multi_constructor("!", intrinsic)
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    api = template["Resources"]["PortalApi"]["Properties"]
    assert api["TracingEnabled"] is False, "a trace keeps the path and its token"
    paths = api["DefinitionBody"]["paths"]
    deployed = {
        (path, method.upper())
        for path, methods in paths.items()
        for method in methods
        if method != "parameters" and not path.startswith(("/webhooks/", "/billing/"))
    }
    app = load_app().app
    assert deployed == {(path, m) for path, methods in app.routes.items() for m in methods}

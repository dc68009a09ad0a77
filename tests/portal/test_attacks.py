"""Attacks on the portal: guesses, noise on every route, injection through every field."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunlin.adapters.randomness import new_token
from dunlin.domain.tokens import token_hash
from dunlin.service.portal import identity
from tests.portal.house import NOW, Browser, House, load_app

MEANT = {200, 303, 403, 404, 405, 409, 415, 422}
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "\r\nSet-Cookie: evil=1",
            "{{7*7}}${7*7}",
            "' OR 1=1 --",
            "../../../etc/passwd",
            "\x00\ud7ff\u202e",
            "a" * 5_000,
            "%0d%0aLocation: //evil.example.org",
            "//evil.example.org",
        ]
    ),
)
FIELDS = st.dictionaries(
    st.sampled_from(
        [
            "nonce", "form_id", "reason", "text", "original", "amount", "choice", "often", "day",
            "month", "year", "zip", "code", "account_id", "lang",
        ]
    ),
    HOSTILE,
    max_size=8,
)  # fmt: skip
ROUTES = sorted(
    (route, method) for route, methods in load_app().app.routes.items() for method in methods
)


def test_a_hundred_thousand_guessed_tokens_open_nothing() -> None:
    house = House()
    token = house.link(house.debt(house.person()))
    shown = {identity.arrive(house.portal, new_token(), now=NOW).name for _ in range(100_000)}
    assert shown == {"gone"}
    assert identity.arrive(house.portal, token, now=NOW).name == "identity"


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from(ROUTES),
    part=HOSTILE,
    query=FIELDS,
    form=FIELDS,
    inside=st.booleans(),
    honest=st.booleans(),
    header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
)
def test_noise_on_every_route_is_answered_with_a_page_and_never_runs(
    *,
    place: tuple[str, str],
    part: str,
    query: dict[str, str],
    form: dict[str, str],
    inside: bool,
    honest: bool,
    header: str,
) -> None:
    route, method = place
    house = House()
    account = house.debt(house.person())
    stranger = house.debt(house.person(name="Stranger Danger"))
    browser = Browser(house, accepts=header)
    if inside:
        nonce = browser.sign_in(account).field("nonce")
        form = {**form, "nonce": nonce} if honest else form
    filled = quote(part.encode("utf-8", "replace"), safe="") or "x"
    path = route.replace("{token}", filled).replace("{reference}", filled)
    sent = urlencode({k: v.encode("utf-8", "replace") for k, v in query.items()})
    path = f"{path}?{sent}" if sent else path
    if method == "POST":
        body = {k: v.encode("utf-8", "replace").decode() for k, v in form.items()}
        answer = browser.post(path, body)
    else:
        answer = browser.get(path)
    assert answer.status in MEANT, (answer.status, answer.body[:300])
    assert "<script" not in answer.body
    assert "Stranger Danger" not in answer.body
    if answer.status == 303:
        place_to_go = answer.header("location")
        assert place_to_go.startswith(("/live/", "https://checkout.example.com/"))
    assert "evil" not in str(answer.headers)
    assert stranger == house.book.accounts[stranger.account_id]


def test_nothing_secret_is_ever_stored_or_shown() -> None:
    house = House()
    browser = Browser(house)
    account = house.debt(house.person())
    token = house.link(account)
    page = browser.sign_in(account)
    cookie = browser.jar["__Host-dunlin"]
    stored = repr((house.door.links, house.door.sessions, house.book.chains, house.signals))
    assert token not in stored
    assert cookie not in stored
    assert token_hash(cookie) in stored
    assert token not in page.body
    assert cookie not in page.body

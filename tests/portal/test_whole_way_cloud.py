"""The whole way on the deployed stack: an e-mail's link, identity, a test card, a settled ladder
and silence after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel
from local.local_stack import LocalStack
from local.outside import OutsideWorld
from local.timelapse import TimeLapse
from tests.support import builders
from tests.support.launch import launch

pytestmark = [pytest.mark.cloud, pytest.mark.browser]

CARD = {"email": "ada@example.com", "card_number": "4242 4242 4242 4242", "card_expiry": "04 / 34",
        "card_cvc": "123", "card_name": "Ada Example", "postal_code": "62701"}  # fmt: skip


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    yield context.new_page()
    context.close()


def activated(stack: LocalStack, lapse: TimeLapse, name: str) -> Account:
    """One account of a person of that name, its ladder started and its first message sent."""
    from dunlin.runtime import wiring

    book, creditors = wiring.account_book(), wiring.creditors()
    person = builders.consumer(name)
    account = builders.account(f"INV-{name}", consumer_id=person.consumer_id)
    builders.store(book, creditors, account, person=person, at=lapse.now)
    assert launch(stack)["started"] == 1
    lapse.run(lapse.now + timedelta(hours=2))  # starts are spread over the first hour
    return account


def now(account: Account) -> Account:
    from dunlin.runtime import wiring

    current = wiring.account_book().account(account.account_id)
    assert current is not None
    return current


def sent_to(stack: LocalStack, address: str) -> list[str]:
    return [e.message_id for e in OutsideWorld(cloud=stack.cloud).emails() if address in e.to]


def enter(page: Page, stack: LocalStack, address: str) -> None:
    """From the mailbox page through the link in the newest e-mail, past the identity check."""
    page.goto(f"{stack.people_url}/mailbox/{quote(address)}")
    page.locator(".inbox a").first.click()
    link = page.frame_locator("iframe").locator(f"a[href^='{stack.portal_url}/m/']").first
    page.goto(str(link.get_attribute("href")))
    for name, value in {"month": "5", "day": "17", "year": "1980"}.items():
        page.fill(f"[name={name}]", value)
    page.click("form:has([name=year]) button")
    page.wait_for_url(f"{stack.portal_url}/account")


def test_a_person_pays_and_hears_nothing_more(page: Page, stack: LocalStack) -> None:
    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "payer")
    assert len(sent_to(stack, "payer@example.com")) == 1
    enter(page, stack, "payer@example.com")
    assert "$125.00" in page.inner_text(".amount")
    page.click("text=Pay $125.00 now")
    page.wait_for_url(f"{stack.stripe_url}/**")
    for name, value in CARD.items():
        page.fill(f"#{name}", value)
    page.click("button[type=submit]")
    page.wait_for_url(f"{stack.portal_url}/return*")
    assert "Your payment went through" in page.inner_text("h1")

    stack.cloud.settle(120)
    assert (now(account).balance.minor, now(account).status) == (0, Status.SETTLED)
    page.goto(f"{stack.portal_url}/account")
    assert "Nothing left to pay" in page.inner_text("main")
    ladder = stack.cloud.client("stepfunctions")
    (run,) = [
        r
        for r in ladder.list_executions(stateMachineArn=stack.outputs["LadderMachineArn"])[
            "executions"
        ]
        if r["name"] == f"{account.account_id}-1"
    ]
    assert run["status"] == "SUCCEEDED"
    history = ladder.get_execution_history(executionArn=run["executionArn"], maxResults=1000)
    entered = [
        e["stateEnteredEventDetails"]["name"]
        for e in history["events"]
        if "stateEnteredEventDetails" in e
    ]
    assert entered[-1] == "Settled"
    # The receipt is the last they hear.
    messages = sent_to(stack, "payer@example.com")
    assert len(messages) == 2
    lapse.run(lapse.now + timedelta(days=60))
    assert sent_to(stack, "payer@example.com") == messages


def test_a_dispute_and_an_opt_out_stop_the_ladder(page: Page, stack: LocalStack) -> None:
    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "doubter")
    enter(page, stack, "doubter@example.com")
    page.click("text=This is wrong")
    page.check("#reason-amount_wrong")
    page.fill("#text", "Half of it was paid in cash.")
    page.click("text=Send the dispute")
    assert "We have your dispute" in page.inner_text("h1")
    stack.cloud.settle(120)
    assert now(account).hold is Hold.DISPUTE

    from dunlin.runtime import wiring

    page.goto(f"{stack.portal_url}/stop")
    page.click("main form button")
    assert "All messages stop" in page.inner_text("h1")
    person = wiring.account_book().consumer(account.consumer_id)
    assert person is not None
    assert not any(person.consent(channel).open for channel in Channel)
    stack.cloud.settle(120)
    messages = sent_to(stack, "doubter@example.com")
    lapse.run(lapse.now + timedelta(days=60))
    assert sent_to(stack, "doubter@example.com") == messages


def test_a_person_pays_in_parts_chooses_their_times_and_sends_a_file(
    page: Page, stack: LocalStack
) -> None:
    from dunlin.runtime import wiring

    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "planner")
    enter(page, stack, "planner@example.com")
    page.goto(f"{stack.portal_url}/plan")
    page.check("#offer")
    page.click("form:has(#offer) button")
    page.check("[value=autopay]")
    page.click("text=I agree to this plan")
    page.wait_for_url(f"{stack.stripe_url}/**")
    for name, value in CARD.items():
        page.fill(f"#{name}", value)
    page.click("button[type=submit]")
    page.wait_for_url(f"{stack.portal_url}/plan/returned*")
    assert "4242" in page.inner_text("main")
    stack.cloud.settle(120)  # the processor's own word takes it up
    page.reload()
    assert "Saved. We use Visa 4242 from now on." in page.inner_text("main")
    standing = wiring.account_book().arrangement(account.account_id)
    assert standing is not None
    assert (standing.in_force, standing.autopays) == (True, True)
    assert now(account).hold is Hold.ARRANGEMENT

    page.goto(f"{stack.portal_url}/preferences")
    page.check("[value=evening]")
    page.check("[value=es]")
    page.click("main form button")
    assert "Guardado" in page.inner_text("h1")
    person = wiring.account_book().consumer(account.consumer_id)
    assert person is not None
    assert (person.language, person.preferences.hours) == ("es", (17, 21))
    assert "inconvenient" in person.flags

    page.goto(f"{stack.portal_url}/documents")
    page.check("[value=other]")
    content = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 800
    page.set_input_files(
        "#file", files={"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": content}
    )
    page.click("form:has(#file) button")
    assert "Tenemos su archivo" in page.inner_text("h1")
    store, bucket = stack.cloud.client("s3"), stack.outputs["DropBucketName"]
    prefix = f"evidence/{account.creditor}/"
    kept = store.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    bodies = [store.get_object(Bucket=bucket, Key=k["Key"])["Body"].read() for k in kept]
    assert content in bodies, "byte for byte"


def test_wrong_answers_lock_and_the_front_page_sends_another_link(
    page: Page, stack: LocalStack
) -> None:
    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "guessed")
    page.goto(f"{stack.people_url}/mailbox/guessed%40example.com")
    page.locator(".inbox a").first.click()
    link = page.frame_locator("iframe").locator(f"a[href^='{stack.portal_url}/m/']").first
    page.goto(str(link.get_attribute("href")))
    for day in (1, 2, 3, 4, 5, 17):
        for name, value in {"month": "5", "day": str(day), "year": "1980"}.items():
            page.fill(f"[name={name}]", value)
        page.click("form:has([name=year]) button")
        assert "could not match" in page.inner_text(".alert")
    case = now(account).case
    assert case is not None
    assert case.kind == "locked_out"
    before = len(sent_to(stack, "guessed@example.com"))
    page.goto(f"{stack.portal_url}/")
    page.fill("#contact", "guessed@example.com")
    page.click("main form button")
    assert "a new link is on its way" in page.inner_text("main")
    lapse.run(lapse.now + timedelta(minutes=10))
    assert len(sent_to(stack, "guessed@example.com")) == before + 1

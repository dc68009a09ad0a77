"""`dunlin rules preview`: what an edition would do before it is switched on."""

import copy
import gzip
import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from dunlin.adapters.files import rulebook_files
from dunlin.adapters.files.rulebook_files import compiled_text, load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.domain.accounts.consumer import Flag
from dunlin.domain.rulebook.changes import place_changes
from dunlin.domain.rulebook.reads import facts_read
from dunlin.ports.accounts import Reply
from dunlin.runtime import wiring
from dunlin.service.reports.rule_preview import preview
from tests.support import builders, ground
from tests.support.deployment import LAPTOP

NOON = builders.NOON
BOOK = load_rulebook()
runner = CliRunner()


def _edition(tmp_path, *, rules=lambda documents: None, zones=lambda tables: None) -> str:
    """An edition's file with other rules or places than this one's."""
    compiled = json.loads(compiled_text())
    compiled["version"] = "next"
    rules({d["id"]: d for d in compiled["rules"]})
    places = json.loads((rulebook_files._folder() / "zones.json").read_text(encoding="utf-8"))
    zones(places)
    path = tmp_path / "next.json.gz"
    whole = {"rulebook": compiled, "zones": places}
    path.write_bytes(gzip.compress(json.dumps(whole).encode()))
    return str(path)


@pytest.fixture
def stored(monkeypatch) -> tuple[MemoryBook, list[str]]:
    """Ada in Springfield, Bob with an attorney in Chicago; both are written to at noon."""
    book, ids = MemoryBook(), []
    for name, place in (
        ("ada", {"state": None, "zip": "62701", "phones": ()}),
        ("bob", {"state": "IL", "zip": "60601", "flags": {"attorney": Flag(at=NOON, by="staff")}}),
    ):
        account = ground.active(name, due_at=NOON)
        person = builders.consumer(name, **place)
        builders.store(book, book.creditors, account, person=person)
        ids.append(account.account_id)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "account_book", lambda: book)
    monkeypatch.setattr(wiring, "creditors", lambda: book.creditors)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    return book, ids


def _run(*words: str) -> str:
    result = runner.invoke(app, ["rules", "preview", *words])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def _to_guam(tables) -> None:
    tables["zip3"]["627"] = next(
        letter for letter, name in zip("abcdefghijklmnopqrstuvwxyz", tables["names"], strict=False)
        if name == "Pacific/Guam"
    )  # fmt: skip


def test_new_places_show_whose_touch_they_move_and_change_nothing(tmp_path, stored):
    book, ids = stored
    before = copy.deepcopy((book.accounts, book.consumers, book.touches, book.chains))
    shown = _run(_edition(tmp_path, zones=_to_guam))
    assert "places: zones of three-digit ZIP codes: 1 otherwise (627)" in shown
    assert "0 changes of rules and tables, 2 accounts looked at" in shown
    assert ids[0] in shown
    assert ids[1] not in shown
    assert "allow e-mail after defer until 23 Nov 2026 22:00 rules PLAT-TIME" in shown
    assert "1 account: the next touch changes outcome. 1 account by PLAT-TIME" in shown
    assert (book.accounts, book.consumers, book.touches, book.chains) == before


def test_a_fact_that_no_rule_read_before_is_named_with_how_many_have_it(tmp_path, stored):
    book, ids = stored
    person = book.consumer(book.account(ids[0]).consumer_id)
    person.flags["on_leave"] = Flag(at=NOON, by="staff")

    def reads(documents):
        documents["US-CANSPAM"]["constraint"] = [
            {"kind": "flag_block", "barred_when": {"holds": "flags.on_leave"}, "because": "Away."}
        ]

    shown = _run(_edition(tmp_path, rules=reads))
    assert "read anew: flags.on_leave, on file for 1" in shown
    assert "1 account by US-CANSPAM" in shown


def test_a_reply_that_the_lists_of_today_hear_as_a_stop_is_shown(stored):
    book, ids = stored
    for number, (text, labels) in enumerate(
        [
            ("STOP", ("opt_out",)),
            ("Stop texting me.", ()),
            ("", ("opt_out",)),
            ("Thank you!", ()),
        ]
    ):
        account = book.account(ids[0])
        book.replies[f"r{number}"] = Reply(
            reply_id=f"r{number}", account_id=ids[0], consumer_id=account.consumer_id,
            channel="sms", at=NOON - timedelta(hours=9 - number), text=text, labels=labels,
        )  # fmt: skip
    ahead = preview(ids, old=BOOK, new=BOOK, book=book, now=NOON)
    assert [(r.before, r.after) for r in ahead.replies] == [("nothing", "stop")]
    assert ahead.replies[0].at == NOON - timedelta(hours=8)
    assert (ahead.effects, ahead.facts, ahead.places, ahead.changes) == ((), (), (), ())


def test_the_edition_in_force_has_nothing_before_it_and_what_is_none_is_refused(tmp_path, stored):
    same = runner.invoke(app, ["rules", "preview", BOOK.version])
    assert same.exit_code == 2
    assert "name the edition before it" in " ".join(same.output.split())
    (tmp_path / "torn.json.gz").write_bytes(gzip.compress(b"{}")[:-4])
    for wrong in ("1999.1.1+000000000000", str(tmp_path / "torn.json.gz")):
        refused = runner.invoke(app, ["rules", "preview", wrong])
        assert refused.exit_code == 2, refused.output
        assert "no rulebook can be read there" in " ".join(refused.output.split())


def test_a_creditor_of_an_older_edition_sees_its_accounts_alone(stored):
    [older] = [v for v in rulebook_files.editions() if v.startswith("2026.11.3")]
    shown = _run(BOOK.version, "--from", older, "--creditor", "nobody")
    assert "0 accounts looked at" in shown
    assert "read anew: flags.hospital, on file for 0" in shown


def test_what_rules_read_is_found_in_every_kind_of_condition():
    read = facts_read(BOOK.documents)
    assert {"flags.attorney", "consents.sms", "message.due_date", "policy.b2b_hours",
            "message.threat_arrest", "flags.inconvenient", "flags.validation"} <= read  # fmt: skip
    assert place_changes(BOOK, BOOK) == []

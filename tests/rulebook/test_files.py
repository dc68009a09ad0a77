"""The rulebook's files: what the loader refuses, the compiled form, the operator's commands."""

import copy
import gzip
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.adapters.files import rulebook_files
from dunlin.adapters.files.rulebook_files import check_rulebook, compile_rulebook, load_rulebook
from dunlin.cli.main import app
from dunlin.domain.rulebook import Rulebook, RuleError, checks, decide
from dunlin.domain.rulebook.checks import check_rules, overdue_reviews
from dunlin.domain.rulebook.conditions import Setting

CASES = Path(__file__).parent / "cases"
CALLS_TO_LOAD = 16_000
FOLDER = Path(rulebook_files.__file__).parents[2] / "rulebook"


def _documents():
    return copy.deepcopy(list(load_rulebook().documents))


def _problems(change, rule="US-REGF-7IN7", **kwargs):
    documents = _documents()
    change(next(d for d in documents if d["id"] == rule))
    return check_rules(documents, load_rulebook().tables, **kwargs)


def test_the_compiled_form_is_what_the_files_compile_to():
    on_disk = json.loads((FOLDER / "rulebook.json").read_text(encoding="utf-8"))
    assert on_disk == compile_rulebook()


def test_every_rule_of_the_book_has_one_file_named_after_it():
    files = rulebook_files.rule_files()
    assert sorted(p.stem.upper() for p in files) == sorted(d["id"] for d in _documents())


def test_the_rulebook_that_ships_has_no_problems():
    ids = [
        json.loads(line)["id"]
        for path in CASES.glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    ]
    assert check_rulebook(test_ids=ids) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(extra=1), "unknown key extra"),
        (lambda d: d.update(loosenable={"by": "creditor"}), "loosened by nobody alone"),
        (lambda d: d.update(authority=[]), "no authority"),
        (lambda d: d.update(tests=[]), "no tests"),
        (lambda d: d.update(effective={"from": None, "to": None}), "no effective date"),
        (lambda d: d.update(status={}), "next review"),
        (lambda d: d.update(tier="X"), "tier 'X'"),
        (lambda d: d.update(explain=" "), "explain is empty"),
        (lambda d: d.update(lifted_by="magic"), "lifted_by"),
        (lambda d: d.update(on_fail="block"), "on_fail is block"),
        (lambda d: d["constraint"].update(kind="guess"), "no constraint kind"),
        (lambda d: d["constraint"].update(limit=3), "knows no limit"),
        (lambda d: d["constraint"].pop("window_seconds"), "cannot be read"),
        (lambda d: d.update(applies_when={"weather": "fine"}), "knows no 'weather'"),
        (lambda d: d["constraint"].update(when={"mood": 1}), "know no 'mood'"),
    ],
)
def test_a_faulty_rule_is_refused_with_its_reason(change, says):
    assert any(says in p and p.startswith("US-REGF-7IN7") for p in _problems(change))


def test_a_rule_is_off_only_where_its_source_was_not_read_and_it_can_be_switched_on():
    off = [d["id"] for d in load_rulebook().documents if "switched" in d]
    assert off == ["NH-358C-WORK", "ST-SURCHARGE-COST", "WA-CHARITY"]
    says = _problems(lambda d: d.update(switched="off"), rule="MA-940-VALIDATION")
    assert "MA-940-VALIDATION: its sources were read, so it is not off" in says
    assert "MA-940-VALIDATION: it is off and cannot be switched on" in says
    assert _problems(lambda d: d.update(switched="maybe"), rule="WA-CHARITY")


def test_the_rules_are_counted_by_whether_their_sources_were_read():
    documents = _documents()
    counted = Counter(checks.reading(d) for d in documents)
    assert set(counted) == {"read", "read in part", "not read"}
    assert checks.readings(documents) == (
        f"{len(documents)} rules: {counted['read']} read in their sources,"
        f" {counted['read in part']} in part, {counted['not read']} not; 3 off by default."
    )
    # Who read a source says so, and nobody says so without a day.
    for document in documents:
        for source in document["authority"]:
            assert bool(source["read_on"]) is bool(source["read_by"]), document["id"]


def test_a_test_that_does_not_exist_and_a_carried_rule_that_does_not_are_refused():
    assert _problems(lambda _d: None, test_ids=["US-REGF-7IN7/1"])
    problems = _problems(lambda d: d["constraint"].update(of=["NOPE"]), rule="SOLAR-LOAN")
    assert "SOLAR-LOAN: carries NOPE, which does not exist" in problems


def test_overlapping_versions_are_refused_and_following_ones_are_not():
    documents = _documents()
    first = next(d for d in documents if d["id"] == "US-REGF-7IN7")
    second = copy.deepcopy(first) | {"version": 2, "effective": {"from": "2027-01-01", "to": None}}
    tables = load_rulebook().tables
    assert any("versions overlap" in p for p in check_rules([*documents, second], tables))
    first["effective"]["to"] = "2027-01-01"
    assert check_rules([*documents, second], tables) == []


def test_the_version_in_force_at_the_instant_decides():
    documents = _documents()
    first = next(d for d in documents if d["id"] == "US-REGF-7IN7")
    second = copy.deepcopy(first) | {"version": 2, "effective": {"from": "2026-11-20", "to": None}}
    second["constraint"]["max"] = 2
    first["effective"]["to"] = "2026-11-20"
    whole = load_rulebook()
    book = Rulebook(
        {"version": "t", "tables": whole.tables, "rules": [*documents, second]}, whole.zones
    )
    from dunlin.cli.judge import case_facts

    calls = [
        {"ts": f"2026-11-1{n}T15:00:00Z", "channel": "call", "outcome": "no_answer"} for n in (7, 8)
    ]
    given = {
        "now_utc": "2026-11-19T17:00:00Z", "channel": "call", "debt_role": "third",
        "consumer": {"state": "OH", "zip": "43215", "flags": {"validation": {}}},
        "history": calls,
    }  # fmt: skip
    facts, now = case_facts(given)
    assert decide(book, facts, now).outcome == "allow"
    facts, now = case_facts({**given, "now_utc": "2026-11-20T17:00:00Z"})
    assert decide(book, facts, now).blocked_by == ("US-REGF-7IN7",)


def test_a_review_that_is_due_is_named():
    from datetime import date

    assert overdue_reviews(_documents(), date(2026, 11, 21)) == []
    assert len(overdue_reviews(_documents(), date(2027, 6, 1))) == len(_documents())


def test_a_file_under_another_name_is_refused(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "rulebook")
    folder = tmp_path / "rulebook"
    (folder / "rules/federal/us-minor.yaml").rename(folder / "rules/federal/us-major.yaml")
    assert check_rulebook(folder) == ["us-major: the file holds US-MINOR"]
    with pytest.raises(RuleError):
        compile_rulebook(folder)


def test_a_changed_file_that_was_not_compiled_is_noticed(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "rulebook")
    path = tmp_path / "rulebook/rules/federal/us-minor.yaml"
    path.write_text(path.read_text().replace("version: 2", "version: 9"))
    assert check_rulebook(tmp_path / "rulebook") == [
        "rulebook.json is not what the files compile to"
    ]


def _copy(tmp_path):
    folder = tmp_path / "rulebook"
    shutil.copytree(FOLDER, folder)
    return folder


@pytest.mark.slow
def test_the_version_names_everything_a_verdict_depends_on(tmp_path, monkeypatch):
    folder = _copy(tmp_path)
    versions = [compile_rulebook(folder)["version"]]
    zones = json.loads((folder / "zones.json").read_text(encoding="utf-8"))
    zones["zip5"]["43215"] = "e"
    (folder / "zones.json").write_text(json.dumps(zones), encoding="utf-8")
    versions.append(compile_rulebook(folder)["version"])
    monkeypatch.setattr(rulebook_files, "federal_holidays", lambda year: frozenset())
    versions.append(compile_rulebook(folder)["version"])
    assert len(set(versions)) == 3
    assert versions[0] == load_rulebook().version


def test_the_edition_in_force_is_kept_and_judges_as_it_did(tmp_path, monkeypatch):
    folder = _copy(tmp_path)
    first = load_rulebook()
    path = folder / "rules/federal/us-minor.yaml"
    path.write_text(path.read_text().replace("version: 2", "version: 9"))
    rulebook_files.write_compiled(folder)
    assert check_rulebook(folder) == []
    assert first.version in rulebook_files.editions(folder)
    monkeypatch.setattr(rulebook_files, "_folder", lambda: folder)
    rulebook_files.load_rulebook.cache_clear()
    rulebook_files.edition.cache_clear()
    try:
        assert load_rulebook().version != first.version
        kept = rulebook_files.edition(first.version)
        assert kept is not None
        assert kept.documents == first.documents
        assert rulebook_files.edition("1999.1.1+000000000000") is None
    finally:
        rulebook_files.load_rulebook.cache_clear()
        rulebook_files.edition.cache_clear()


def test_a_kept_edition_that_was_changed_or_lost_is_noticed(tmp_path):
    folder = _copy(tmp_path)
    name = load_rulebook().version
    file = folder / "editions" / f"{name}.json.gz"
    kept = json.loads(gzip.decompress(file.read_bytes()))
    kept["rulebook"]["rules"][0]["plain"] = "Everything is allowed."
    file.write_bytes(gzip.compress(json.dumps(kept).encode()))
    assert check_rulebook(folder) == [f"edition {name} is not what was in force under that name"]
    file.unlink()
    assert check_rulebook(folder) == [f"edition {name} is not kept"]


def test_the_clocks_come_from_the_pinned_package_and_are_named():
    import zoneinfo

    import tzdata

    assert load_rulebook().tzdata == tzdata.IANA_VERSION
    assert zoneinfo.TZPATH == ()


@pytest.mark.slow
def test_the_rules_of_a_past_day_are_listed_and_shown():
    def output_of(*words: str) -> str:
        result = CliRunner().invoke(app, ["rules", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "NYC-SHIELD-3IN7" in output_of("list")
    assert "NYC-SHIELD-3IN7" not in output_of("list", "--as-of", "2026-08-20")
    assert "NYC-LEGACY-2IN7" in output_of("list", "--as-of", "2026-12-31")
    assert "NYC-LEGACY-2IN7" not in output_of("list", "--as-of", "2027-01-02")
    assert "Massachusetts" in output_of("show", "ma-940-time", "--edition", load_rulebook().version)
    assert f"{load_rulebook().version}  in force" in output_of("editions")
    for wrong in (["show", "NYC-SHIELD-3IN7", "--as-of", "2026-08-20"],
                  ["list", "--as-of", "yesterday"], ["list", "--edition", "none"]):  # fmt: skip
        assert CliRunner().invoke(app, ["rules", *wrong]).exit_code != 0


def test_why_a_rule_does_not_apply_is_said():
    setting = Setting(
        channels=frozenset({"email"}), debt_role="first", consumer_debt=True, industry="generic",
        states=frozenset({"OH"}), presumed=frozenset(), nyc=False, military=False,
        profile="baseline", several_zones=False,
    )  # fmt: skip
    results = {r.id: r.because for r in load_rulebook().plan(setting).results}
    assert results["US-REGF-7IN7"] == "Applies only where the role is third."
    assert results["MA-940-2IN7"] == "Applies only where the state is MA."


def test_the_rulebook_loads_from_its_compiled_form_within_its_budget():
    """Counted in calls of functions, which no busy machine makes more of."""
    compiled = json.loads((FOLDER / "rulebook.json").read_text(encoding="utf-8"))
    zones = json.loads((FOLDER / "zones.json").read_text(encoding="utf-8"))
    calls = Counter[str]()
    sys.setprofile(lambda _frame, event, _given: calls.update([event]))
    try:
        Rulebook(compiled, zones)
    finally:
        sys.setprofile(None)
    assert calls["call"] < CALLS_TO_LOAD


def test_judge_answers_line_by_line_and_says_which_it_cannot_read():
    sample = (Path(__file__).parent / "sample_cases.jsonl").read_text(encoding="utf-8")
    first, second = sample.split("\n")[:2]
    text = f"{first}\n{{broken\n[]\n{second}\n"
    result = CliRunner().invoke(app, ["judge"], input=text)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [a["id"] for a in answers] == [
        json.loads(first)["id"], None, None, json.loads(second)["id"],
    ]  # fmt: skip
    assert set(answers[0]) == {"id", "outcome", "earliest_utc", "rules"}
    assert set(answers[1]) == {"id", "error"}
    assert {tuple(r) for r in answers[0]["rules"]} == {("id", "result", "because")}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"channel": "sms"},
        {"channel": "sms", "now_utc": "yesterday"},
        {"channel": 7, "now_utc": "2026-11-23T17:00:00Z"},
        {"channel": "sms", "now_utc": "2026-11-23T17:00:00Z", "history": []},
        {"channel": "sms", "now_utc": "2026-11-23T17:00:00Z", "consumer": {}},
        {"channel": "sms", "now_utc": "2026-11-23T17:00:00Z", "consumer": {}, "history": {}},
        {"channel": "sms", "now_utc": "2026-11-23T17:00:00Z", "consumer": {}, "history": [{}]},
        {"channel": "sms", "now_utc": "2026-11-23T17:00:00Z", "consumer": []},
    ],
)
def test_a_case_without_what_it_needs_is_an_error_not_an_answer(given):
    line = json.dumps({"id": "x", "given": given})
    result = CliRunner().invoke(app, ["judge"], input=line + "\n")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["id"] == "x"
    assert answer["error"]


def test_judge_runs_without_the_libraries_of_aws():
    code = (
        "import sys; from dunlin.cli import judge; "
        "print([m for m in ('boto3', 'botocore', 'yaml', 'pynamodb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rules_check_judges_the_cases_it_is_given(tmp_path):
    lines = (CASES / "local.jsonl").read_text(encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(lines.replace('"outcome": "block"', '"outcome": "allow"'))
    for path in CASES.glob("*.jsonl"):
        if path.name != "local.jsonl":
            shutil.copy(path, tmp_path)
    result = CliRunner().invoke(app, ["rules", "check", "--cases", str(tmp_path)])
    assert result.exit_code == 1
    assert "NYC-MED/1: outcome block, expected allow" in result.output


@pytest.mark.slow
def test_rules_lists_shows_and_checks():
    run = CliRunner().invoke
    listed = run(app, ["rules", "list", "--layer", "local"]).stdout
    assert "NYC-SHIELD-3IN7" in listed
    assert "US-REGF-7IN7" not in listed
    shown = run(app, ["rules", "show", "us-regf-7in7"])
    assert "12 CFR 1006.14" in shown.stdout
    assert "rolling_cap" in shown.stdout
    assert run(app, ["rules", "show", "nothing"]).exit_code == 2
    checked = run(app, ["rules", "check", "--cases", str(CASES)])
    assert checked.exit_code == 0, checked.output

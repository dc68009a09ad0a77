"""docs/faults.md has every case once, and each case a test that is there."""

from __future__ import annotations

import re

from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
CASES = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d+ \|", line)
]


def test_every_case_has_its_row_and_a_test() -> None:
    assert sorted(int(row[0]) for row in CASES) == list(range(1, 43))
    for number, happens, shown, lost, doubled in CASES:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
        assert named, number
        for path, name in named:
            code = (ROOT / path).read_text(encoding="utf-8")
            assert re.search(rf"^ *def {name}\(", code, re.MULTILINE), f"{number}: {path}::{name}"
        assert happens
        # A message in doubt is the only thing that any fault may cost.
        assert lost == "nothing" or re.match("one message in doubt", lost), number
        assert doubled == "nothing", number

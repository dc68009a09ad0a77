"""The README's pictures are there, small, told in words, and each is one that the script draws."""

from __future__ import annotations

import re

import pytest

from tests.docs.markdown import ROOT
from tools.pictures import FOLDER, PICTURES

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r'(?:src|srcset)="(docs/images/[^"]+)"', README)
LARGEST = 200_000


def test_the_readme_shows_what_the_script_draws() -> None:
    drawn = [FOLDER / f"{name}-{scheme}.png" for name in PICTURES for scheme in ("light", "dark")]
    assert {ROOT / name for name in SHOWN} == set(drawn)
    assert {path.stem for path in FOLDER.glob("*.png")} == {path.stem for path in drawn}


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_there_and_small(name: str) -> None:
    content = (ROOT / name).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < LARGEST


def test_each_picture_is_described() -> None:
    images = re.findall(r"<img [^>]*>", README)
    assert len(images) == len(PICTURES)
    assert [image for image in images if len(re.findall(r'alt="([^"]{40,})"', image)) != 1] == []

"""The words model's file, as training wrote it: JSON, never a pickle."""

from __future__ import annotations

import json
from importlib import resources

from dunlin.domain.messages.words_model import WordsModel


def load_words_model() -> WordsModel:
    """The model that ships with the package."""
    folder = resources.files("dunlin") / "words"
    return WordsModel.of(json.loads((folder / "model.json").read_text(encoding="utf-8")))

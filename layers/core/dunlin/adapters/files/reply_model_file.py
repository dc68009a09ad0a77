"""The reply model's file, as training wrote it: JSON, never a pickle."""

from __future__ import annotations

import json
from importlib import resources

from dunlin.domain.replies.model import ReplyModel


def load_reply_model() -> ReplyModel:
    """The model that ships with the package."""
    folder = resources.files("dunlin") / "replies"
    return ReplyModel.of(json.loads((folder / "model.json").read_text(encoding="utf-8")))

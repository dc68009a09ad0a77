"""What a mutation is."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.imports.exports.draft import Draft

Mutation = Callable[[Draft, random.Random], bool]
"""Changes the draft and its truth; False where it finds nothing to do."""

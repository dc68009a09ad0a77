"""Form encoding with brackets, as the SDK writes it: `a[b]=1&c[0][d]=2`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from local.stripe.problems import bad_parameter

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decoded(text: str) -> dict[str, Any]:
    """Nested dicts and lists of text; repeated plain keys keep the last value."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True, max_num_fields=2000):
        match = _KEY.fullmatch(key)
        if not match:
            raise bad_parameter(f"Invalid request: malformed parameter name {key!r}", key)
        parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise bad_parameter(f"Invalid request: {key} is both text and hash", key)
        last = parts[-1] or str(len(node))
        node[last] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(name.isdigit() for name in node):
        return [_listed(node[name]) for name in sorted(node, key=int)]
    return {name: _listed(value) for name, value in node.items()}

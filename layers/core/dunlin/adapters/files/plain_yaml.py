"""YAML as people write it: names and values alone, for every document that somebody drops.

An anchor, an alias or a tag is refused: a short file could unfold to gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterable

import yaml


class PlainLoader(yaml.SafeLoader):
    """A safe loader that says no to what no person writes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        # A `*alias` is an event with an anchor too.
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            no = "an anchor, an alias or a tag: write the value itself"
            raise yaml.composer.ComposerError(None, None, no, event.start_mark)
        return super().compose_node(parent, index)


def read_as(
    loader: type[PlainLoader], *, but: Iterable[str] = (), only: Iterable[str] = ()
) -> None:
    """Which plain words a loader takes for more than text, by YAML's names of kinds: all `but`
    some, or `only` some."""
    without, alone = set(but), set(only)
    loader.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in without and (not alone or tag in alone)
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

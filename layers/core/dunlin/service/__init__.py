"""Use cases: one verb-phrase function each, over ports."""

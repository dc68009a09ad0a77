"""What staff look up, decide and change."""

"""Ports in memory, under the same contract suites as the real ones."""

"""Builders of domain values that tests start from."""

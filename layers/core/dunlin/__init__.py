"""Dunlin recovers overdue balances without harming the people who owe them."""

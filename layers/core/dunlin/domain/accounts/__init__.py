"""Accounts and the people who owe them: state, ledger, touches, signals and what they do."""

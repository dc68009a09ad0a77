"""A creditor's strategy: ladders, terms and limits, read from a document."""

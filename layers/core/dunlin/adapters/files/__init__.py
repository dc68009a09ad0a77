"""Documents and data files that ship with the code or that people write."""

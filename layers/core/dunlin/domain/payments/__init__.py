"""Money that comes in, and how it is laid over what is owed."""

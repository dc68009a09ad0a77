"""The audit log: one chain of entries a subject, and the daily roots over all of them."""

"""The operator's command `dunlin`."""

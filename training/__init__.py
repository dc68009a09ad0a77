"""Training: how the shipped models are made. Runs on a developer's machine, never in production."""

"""E-mails and text messages, rendered and checked."""

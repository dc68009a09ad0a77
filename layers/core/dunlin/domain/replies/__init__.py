"""Replies: what a person wrote back, by text, e-mail or the portal, and what it asks of us."""

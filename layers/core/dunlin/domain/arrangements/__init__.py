"""Arrangements: what may be agreed, and what has been."""

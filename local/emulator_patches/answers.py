"""What the emulator's handlers answer: status, headers and body."""

from __future__ import annotations

Response = tuple[int, dict[str, str], bytes]

# Copied into each answer: upstream writes into the headers it sends.
JSON_HEADERS = {"Content-Type": "application/json"}

"""What waits for a person at the creditor, and what other systems are told."""

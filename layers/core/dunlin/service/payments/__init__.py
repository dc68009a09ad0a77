"""Money: what the processor tells, posted once, corrected, given back, reconciled."""

"""The pure part: plain values and decisions. No clock, no environment, no AWS."""

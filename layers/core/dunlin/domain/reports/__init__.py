"""Figures: what contact brought, for whom, and what the rules refused."""

"""Figures and dossiers drawn from the books and the audit log."""

"""Pilots started, grown and halted; rehearsals on a virtual clock."""

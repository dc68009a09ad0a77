"""Writing an account with its audit entry, and acting on it as staff."""

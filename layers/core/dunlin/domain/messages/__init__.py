"""What messages say: templates, their words, and the checks they must pass."""

"""Review of what is about to be said."""

"""Words and tracker to commands."""

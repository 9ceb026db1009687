"""Risk: one decision in milliseconds, with reasons, before each change of money or data."""

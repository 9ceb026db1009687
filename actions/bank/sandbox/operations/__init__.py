"""Changes the bank can carry out, one small function each, joined in a table."""

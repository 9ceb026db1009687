"""The six sample customers and their history, the same on every machine."""

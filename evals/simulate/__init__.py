"""Simulated customers, and seeded faults: what was told, held against the bank's books."""

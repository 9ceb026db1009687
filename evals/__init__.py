"""Measures the assistant as a customer meets it."""

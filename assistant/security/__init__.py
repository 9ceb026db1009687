"""Assurance, step-up and redaction."""

"""Concrete stores, locks and models behind the ports."""

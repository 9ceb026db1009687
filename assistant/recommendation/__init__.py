"""Segments, suitability, ranking and the proof of each."""

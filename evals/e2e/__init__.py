"""Conversations written in Rasa's e2e YAML: read, run, judged, reported."""

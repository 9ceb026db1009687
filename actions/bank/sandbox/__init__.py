"""A core bank to try things on: its own process, its own database, planned faults."""

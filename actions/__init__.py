"""What the assistant can ask the bank to do."""

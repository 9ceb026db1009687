"""HTTP routes of the sandbox core bank, one module for each group of callers."""

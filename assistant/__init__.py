"""The engine: pure dialogue logic and the ports it needs. Imports no sibling package."""

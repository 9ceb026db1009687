"""Commands and flows to next steps: the stack, the runner, the repairs."""

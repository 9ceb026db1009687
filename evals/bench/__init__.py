"""The project measured against its own budgets (docs/architecture.md, "Performance")."""

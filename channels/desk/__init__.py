"""The colleagues' desk."""

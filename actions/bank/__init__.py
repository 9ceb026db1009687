"""The bank as the actions see it: a port, its HTTP adapter, and a sandbox core bank."""

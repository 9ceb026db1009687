"""The ways in and out: web, desk and the command line."""

"""Calls: one call is one conversation of the channel `voice`, whatever carries its sound."""

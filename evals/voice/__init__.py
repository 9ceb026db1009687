"""Spoken wishes and banking words with their readings; `guitai bench voice` measures with them."""

"""Attacks on the running assistant, judged by the bank's books and by what was shown."""

"""Response keys and facts to channel-neutral reply parts."""

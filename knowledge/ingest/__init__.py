"""From files as they come to Markdown that can be cut, cited and trusted to be only data."""

"""Real calls on this machine: an Asterisk in a folder, telephones that are programs, our server."""

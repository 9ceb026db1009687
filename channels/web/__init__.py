"""The web channel: HTTP, WebSocket and the pages."""

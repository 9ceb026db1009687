"""Where a page may come from: our own host, or an origin the bank listed."""

from __future__ import annotations

from urllib.parse import urlsplit

from channels.settings import Settings


def allowed(origin: str, host: str | None, settings: Settings) -> bool:
    """Whether a page from this origin may call.

    Args:
        origin: The `Origin` header; `null` for pages that hide it.
        host: The `Host` header of the same request.
        settings: Those of the deployment.
    """
    if origin.lower().rstrip("/") in {each.lower() for each in settings.allowed_origins}:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"}
    return is_web and host is not None and parts.netloc.lower() == host.lower()

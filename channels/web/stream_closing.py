"""Why a connection is closed.

Source of the codes 44xx: the public contract; of 1012 "service restart" and 1013 "try again
later": the IANA registry of WebSocket close codes.
"""

from __future__ import annotations

from typing import Final

BAD_FRAME: Final = 4400
AUTH: Final = 4401
ORIGIN: Final = 4403
IDLE: Final = 4408
SUPERSEDED: Final = 4409
TOO_LARGE: Final = 4413
RATE: Final = 4429
GOING_AWAY: Final = 1012
TRY_LATER: Final = 1013


class Closing(Exception):  # noqa: N818 - a state, not a fault
    """The connection is to be closed.

    Attributes:
        code: Close code.
        reason: What `bye` says.
    """

    def __init__(self, code: int, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.code = code
        self.reason = reason

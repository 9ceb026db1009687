"""How tasks go from one channel to another, joined with the database."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from assistant.adapters.moves import SqlMoves
from assistant.continuity import Continuity
from assistant.turn import Assistant
from channels.settings import Settings

_PAGE: Final = "/#go_on="
"""Of the customers' page; a fragment is sent to nobody."""


def task_moves(settings: Settings, engine: AsyncEngine) -> SqlMoves:
    """Open tasks and tokens; links only where customers can reach a page of ours."""
    base = (settings.public_url or "").rstrip("/")
    return SqlMoves(engine, f"{base}{_PAGE}" if base else "")


def make_continuity(assistant: Assistant) -> Continuity:
    """What channels ask when a token is brought to them."""
    ports = assistant.ports
    return Continuity(moves=ports.moves, clock=ports.clock, answer=assistant.handle)

"""What is to be told at a later time, kept outside the process that noted it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import ActionName, ConversationId, FrameId


class WakeUp(Frozen):
    """One thing to come back to.

    Attributes:
        id: The same for the same deed, so that noting it twice is noting it once.
        action: What was done, whose policy names the instant.
        frame_id: Frame that did it.
        due_at: When, UTC.
        fence: Counts claims: who claimed it last may end it.
    """

    id: str
    conversation_id: ConversationId
    action: ActionName
    frame_id: FrameId
    due_at: datetime
    fence: int = 0


class WakeUpStore(Protocol):
    """Keeps wake-ups across restarts and hands each to one process. Raises StoreUnavailable."""

    async def note(self, wake_up: WakeUp) -> None:
        """Keep it; a second time changes nothing."""
        ...

    async def claim(self, now: datetime, lease_s: int) -> Sequence[WakeUp]:
        """Take what is due; nobody else gets it until the lease is over."""
        ...

    async def postpone(self, wake_up: WakeUp, until: datetime) -> bool:
        """Put it off; False when somebody else has claimed it since."""
        ...

    async def end(self, wake_up: WakeUp, at: datetime) -> bool:
        """It is over; False when somebody else has claimed it since."""
        ...


class NoWakeUps:
    """Implements WakeUpStore where nothing is to be told later."""

    async def note(self, wake_up: WakeUp) -> None:
        """See the port."""

    async def claim(self, now: datetime, lease_s: int) -> Sequence[WakeUp]:
        """See the port."""
        return ()

    async def postpone(self, wake_up: WakeUp, until: datetime) -> bool:
        """See the port."""
        return False

    async def end(self, wake_up: WakeUp, at: datetime) -> bool:
        """See the port."""
        return False

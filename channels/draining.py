"""Work under way when a process is to stop: awaited for a while, then cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any


async def drained(tasks: AbstractSet[asyncio.Task[Any]], patience_s: float) -> int:
    """Wait for tasks to end; cancel those that have not after so many seconds.

    Returns:
        How many were cut off.
    """
    if not tasks:
        return 0
    _, late = await asyncio.wait(tasks, timeout=patience_s)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
    return len(late)

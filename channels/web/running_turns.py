"""Turns that run to their end, whoever stops listening."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from assistant.errors import AssistantError
from channels.draining import drained

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class RunningTurns:
    """The turns under way in this process."""

    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def run(self, turn: Coroutine[Any, Any, T]) -> T:
        """Wait for a turn; when the waiting is cancelled the turn goes on."""
        return await asyncio.shield(self._start(turn))

    def start(
        self,
        turn: Coroutine[Any, Any, T],
        *,
        failed: Callable[[AssistantError | None], None],
    ) -> None:
        """Let a turn run by itself.

        Args:
            turn: What to run.
            failed: When it did not end well, called with our own error, or with None for a defect.
        """

        def tell(task: asyncio.Task[T]) -> None:
            error = None if task.cancelled() else task.exception()
            if task.cancelled() or error is not None:
                failed(error if isinstance(error, AssistantError) else None)

        self._start(turn).add_done_callback(tell)

    async def drain(self, patience_s: float) -> None:
        """Wait for the turns to end; those that do not in time are cancelled."""
        late = await drained(self._tasks, patience_s)
        if late:
            _log.warning("turns cut off at shutdown: %d", late)

    def _start(self, turn: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(turn)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, AssistantError):
            _log.error("turn met a defect of type %s at %s", type(error).__name__, _place(error))


def _place(error: BaseException) -> str:
    """Module and line that raised; the text of an error may hold what a customer said."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"

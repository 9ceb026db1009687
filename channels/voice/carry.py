"""Carries one call: reads its connection, sends every 20 ms, ends when either side has enough."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from channels.voice.pacing import FRAME_MS
from channels.voice.session import Call
from channels.voice.wire import BadFrame, CallEnded, CallStarted, Message, Wire

_log = logging.getLogger(__name__)

_START_S: Final = 10.0
"""How long a gateway may take to say which call it is."""

_SLOW_S: Final = 5.0
"""How long the far end may refuse to take what we send."""

Open = Callable[[CallStarted], Awaitable[Call]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connection, whatever it is made of.

    Attributes:
        receive: The next message; None when the far end is gone.
        send: Sends one; raises `ConnectionError` when the far end is gone.
    """

    receive: Callable[[], Awaitable[Message | None]]
    send: Callable[[Message], Awaitable[None]]


async def carry(line: Line, wire: Wire, open_call: Open) -> str:
    """Serve one call to its end.

    Args:
        line: Its connection; closed by whoever made it.
        wire: Its protocol.
        open_call: Joins the call with a conversation.

    Returns:
        Why it ended, a stable code.
    """
    try:
        async with asyncio.timeout(_START_S):
            started = await _started(line, wire)
        if started is None:
            return "hung_up"
        call = await open_call(started)
        return await serve(line, wire, call)
    except BadFrame as error:
        _log.info("a call sent what is no frame: %s", error.detail)
        return "bad_frame"
    except TimeoutError:
        return "too_slow"
    except ConnectionError:
        return "gone"


async def serve(line: Line, wire: Wire, call: Call) -> str:
    """Serve a call that is open.

    Raises:
        BadFrame: The far end sent what is none.
        TimeoutError: It took nothing any more.
        ConnectionError: It is gone.
    """
    tasks = [
        asyncio.create_task(each)
        for each in (call.run(), call.follow(), _listen(line, wire, call), _send(line, call))
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return "ended"


async def _started(line: Line, wire: Wire) -> CallStarted | None:
    while (message := await line.receive()) is not None:
        for signal in wire.received(message):
            if isinstance(signal, CallStarted):
                return signal
            if isinstance(signal, CallEnded):
                return None
    return None


async def _listen(line: Line, wire: Wire, call: Call) -> None:
    while not call.ended:
        message = await line.receive()
        if message is None:
            return
        for signal in wire.received(message):
            call.take(signal)


async def _send(line: Line, call: Call) -> None:
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    while not call.ended:
        messages = call.tick()
        if messages:
            async with asyncio.timeout(_SLOW_S):
                for message in messages:
                    await line.send(message)
        due_s = max(due_s + FRAME_MS / 1000, loop.time())
        await asyncio.sleep(due_s - loop.time())

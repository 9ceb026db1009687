"""The default engines as this process sees them: a worker that is started, watched, replaced.

The queue is bounded, each request has a deadline, and a worker that dies or hangs is ended and
started anew at the next request; what waited for it is refused, never lost silently.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

from assistant.model.spoken import SpokenWords
from channels.voice.engines.frames import HEAD, packed
from channels.voice.engines.prompt import prompt_of
from channels.voice.speech import Guess, Heard, SpeechUnavailable

_MODULE: Final = "channels.voice.engines.worker"
_START_S: Final = 60.0
"""How long a worker may load its models; longer only where one answer may take longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How the worker runs.

    Attributes:
        folder: Of the models, as `models.fetch` leaves it.
        threads: Cores one request may use.
        at_once: Requests that may wait; more are refused.
        deadline_s: Longest wait for one answer; a worker that takes four times as long is ended.
        beam: Readings the recogniser follows.
        window_s: Shortest window the recogniser encodes; its cost grows with it.
        module: What is run; a test runs its own.
    """

    folder: Path
    threads: int = 2
    at_once: int = 16
    deadline_s: float = 8.0
    beam: int = 5
    window_s: float = 10.0
    module: str = _MODULE


@dataclass(slots=True)
class _Running:
    process: asyncio.subprocess.Process
    listening: asyncio.Task[None]
    waiting: dict[int, asyncio.Future[tuple[dict[str, Any], bytes]]] = field(default_factory=dict)


class SpeechProcess:
    """Recogniser and synthesiser in one worker process. One object for each assistant process."""

    def __init__(
        self, settings: WorkerSettings, words: SpokenWords, sentences: Sequence[str] = ()
    ) -> None:
        """Start nothing yet; the first request does.

        Args:
            settings: How the worker runs.
            words: How the release speaks and is spoken to.
            sentences: What customers say, for second hearings; without, there is none.
        """
        self._settings, self._words, self._sentences = settings, words, sentences
        self._running: _Running | None = None
        self._starting = asyncio.Lock()
        self._numbers = count(1)

    async def recognise(self, pcm: bytes, rate: int, expected: Sequence[str] = ()) -> Heard:
        """The words of one utterance; see `Recogniser`."""
        prompt = prompt_of(self._words, expected)
        answer, _ = await self._ask({"do": "hear", "rate": rate, "prompt": prompt}, pcm)
        return Heard(answer["text"], answer["score"], answer["no_speech"], tuple(answer["others"]))

    async def listen_again(
        self, pcm: bytes, rate: int, expected: Sequence[str] = ()
    ) -> tuple[Guess, ...]:
        """An open request once more; see `SecondHearing`."""
        prompt = prompt_of(self._words, expected)
        answer, _ = await self._ask({"do": "again", "rate": rate, "prompt": prompt}, pcm)
        return tuple(Guess(text, weight) for text, weight in answer["texts"])

    async def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """The sound of one clause; see `Synthesiser`."""
        asked = {"do": "speak", "clause": clause, "rate": rate, "voice": voice, "speed": speed}
        answer, sound = await self._ask(asked)
        if answer.get("refused"):
            msg = "the clause cannot be spoken"
            raise ValueError(msg)
        return sound

    async def warm_up(self) -> None:
        """Start the worker and wait until its models are loaded."""
        await self._started()

    async def close(self) -> None:
        """End the worker."""
        await self._end("closed")

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker while there is one."""
        return self._running.process.pid if self._running else None

    async def _ask(
        self, request: dict[str, Any], sound: bytes = b""
    ) -> tuple[dict[str, Any], bytes]:
        running = await self._started()
        if len(running.waiting) >= self._settings.at_once:
            raise SpeechUnavailable(reason="overloaded")
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        running.waiting[number] = answer
        try:
            stdin = running.process.stdin
            assert stdin is not None  # noqa: S101 - opened as a pipe
            stdin.write(packed({**request, "id": number}, sound))
            await stdin.drain()
            async with asyncio.timeout(self._settings.deadline_s):
                return await asyncio.shield(answer)
        except asyncio.CancelledError:
            self._forget(running, number, answer)
            raise
        except TimeoutError as error:
            self._watch(running, number, answer)
            raise SpeechUnavailable(reason="too_late") from error
        except (BrokenPipeError, ConnectionResetError) as error:
            raise SpeechUnavailable(reason="crashed") from error
        finally:
            if answer.done():
                running.waiting.pop(number, None)

    def _forget(self, running: _Running, number: int, answer: asyncio.Future[Any]) -> None:
        """Nobody waits any more: what the worker has not begun it leaves."""
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        stdin = running.process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(packed({"do": "forget", "id": number}))

    def _watch(self, running: _Running, number: int, answer: asyncio.Future[Any]) -> None:
        """An answer that never comes is a worker that hangs: end it."""

        def over() -> None:
            running.waiting.pop(number, None)
            if not answer.done():
                answer.cancel()
                if running.process.returncode is None:
                    running.process.kill()

        asyncio.get_running_loop().call_later(3 * self._settings.deadline_s, over)
        answer.add_done_callback(lambda _: running.waiting.pop(number, None))

    async def _started(self) -> _Running:
        async with self._starting:
            running = self._running
            if running is not None and running.process.returncode is None:
                return running
            if running is not None:
                await self._end("crashed")
            return await self._start()

    async def _start(self) -> _Running:
        settings = self._settings
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", settings.module,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        ready = asyncio.get_running_loop().create_future()
        running = _Running(process, asyncio.create_task(_nothing()), {0: ready})
        running.listening = asyncio.create_task(self._listen(running))
        setup = {
            "folder": str(settings.folder),
            "threads": settings.threads,
            "reading": {"beam": settings.beam, "least_s": settings.window_s},
            "pronunciations": dict(self._words.pronunciations),
            "sentences": list(self._sentences),
        }
        assert process.stdin is not None  # noqa: S101 - opened as a pipe
        process.stdin.write(packed(setup))
        self._running = running
        try:
            async with asyncio.timeout(max(_START_S, settings.deadline_s)):
                await process.stdin.drain()
                await ready
        except (TimeoutError, BrokenPipeError, ConnectionResetError) as error:
            await self._end("not_started")
            raise SpeechUnavailable(reason="not_started") from error
        return running

    async def _listen(self, running: _Running) -> None:
        stdout = running.process.stdout
        assert stdout is not None  # noqa: S101 - opened as a pipe
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                words, size = HEAD.unpack(await stdout.readexactly(HEAD.size))
                message = _parsed(await stdout.readexactly(words))
                sound = await stdout.readexactly(size)
                waiting = running.waiting.pop(int(message["id"]), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result((message, sound))
        await running.process.wait()
        for waiting in list(running.waiting.values()):
            if not waiting.done():
                waiting.set_exception(SpeechUnavailable(reason="crashed"))
        running.waiting.clear()

    async def _end(self, reason: str) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        for waiting in list(running.waiting.values()):
            if not waiting.done():
                waiting.set_exception(SpeechUnavailable(reason=reason))
                waiting.exception()  # those who still wait see it; nobody else has to
        if running.process.returncode is None:
            running.process.kill()
        await running.listening


async def _nothing() -> None:
    return


def _parsed(words: bytes) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(words)
    return message

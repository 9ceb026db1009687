"""Recognition and synthesis by servers that speak OpenAI's audio protocol.

`POST {base}/audio/transcriptions` takes a recording and gives its words, `POST {base}/audio/speech`
takes words and gives a recording: what OpenAI documents and vLLM, FunASR's and others' servers
offer too. One utterance or clause is one request; nothing is kept here.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from assistant.model.spoken import SpokenWords
from channels.voice.engines.prompt import prompt_of
from channels.voice.engines.script import simplified
from channels.voice.engines.wav import as_wav, from_wav
from channels.voice.resample import as_float, as_pcm, resample
from channels.voice.speech import Heard, SpeechUnavailable

_UNSPEAKABLE: Final = re.compile(r"[0-9A-Za-z]")
_WORDS: Final = re.compile(r"\w")
_UNLIMITED: Final = httpx.Timeout(None)
"""The deadline of a request is over the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server is and how it is asked.

    Attributes:
        client: With the base address and, where there is one, the key.
        model: The model's name there.
        deadline_s: Longest wait for one answer.
    """

    client: httpx.AsyncClient
    model: str
    deadline_s: float

    async def post(self, path: str, **request: Any) -> httpx.Response:
        """Ask once.

        Raises:
            SpeechUnavailable: `too_late`, `not_reached`, `overloaded` or `refused`.
        """
        try:
            async with asyncio.timeout(self.deadline_s):
                answer = await self.client.post(path, **request)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise SpeechUnavailable(reason="too_late") from error
        except httpx.HTTPError as error:
            raise SpeechUnavailable(reason="not_reached") from error
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise SpeechUnavailable(reason="overloaded")
        if answer.is_server_error:
            raise SpeechUnavailable(reason="not_reached")
        if not answer.is_success:
            raise SpeechUnavailable(reason="refused")
        return answer


def connect(base_url: str, key: str | None) -> httpx.AsyncClient:
    """A client for one server; whoever opens it closes it."""
    headers: Mapping[str, str] = {"Authorization": f"Bearer {key}"} if key else {}
    base = base_url.rstrip("/") + "/"
    return httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=_UNLIMITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRecogniser:
    """Implements `Recogniser`.

    Attributes:
        words: Its opening sentence biases recognition.
    """

    server: Server
    words: SpokenWords

    async def recognise(self, pcm: bytes, rate: int, expected: Sequence[str] = ()) -> Heard:
        """The words of one utterance; see `Recogniser`."""
        answer = await self.server.post(
            "audio/transcriptions",
            data={
                "model": self.server.model,
                "language": "zh",
                "prompt": prompt_of(self.words, expected),
                "response_format": "json",
                "temperature": "0",
            },
            files={"file": ("utterance.wav", as_wav(pcm, rate), "audio/wav")},
        )
        return Heard(simplified(_text(answer)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedSynthesiser:
    """Implements `Synthesiser`."""

    server: Server

    async def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """The sound of one clause; see `Synthesiser`."""
        if _UNSPEAKABLE.search(clause) or not _WORDS.search(clause):
            msg = "the clause cannot be spoken"
            raise ValueError(msg)
        answer = await self.server.post(
            "audio/speech",
            json={
                "model": self.server.model,
                "input": clause,
                "voice": voice,
                "response_format": "wav",
                "speed": speed,
            },
        )
        try:
            pcm, given = from_wav(answer.content)
        except ValueError as error:
            raise SpeechUnavailable(reason="refused") from error
        return as_pcm(resample(as_float(pcm), given, rate))


def _text(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except json.JSONDecodeError as error:
        raise SpeechUnavailable(reason="refused") from error
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise SpeechUnavailable(reason="refused")
    return text

"""Recognition by a FunASR server over its WebSocket protocol.

Each utterance is a connection of its own: a frame of settings, the sound at 16 kHz, a frame that
says it is over. Turn-taking is ours, so the server is asked for its offline pass only. Its two
servers disagree about `is_final` (one sends it with each segment, one only after the end), hence
segments are taken by their `mode`, and the answer is complete when the server acknowledges the
end, hangs up, or adds nothing for a moment.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from assistant.model.spoken import SpokenWords
from channels.voice.engines.script import simplified
from channels.voice.resample import as_float, as_pcm, resample
from channels.voice.speech import Heard, SpeechUnavailable

RATE: Final = 16_000
"""The Python server uses `audio_fs` for durations only: other rates would be heard too fast."""
_PIECE: Final = 2 * RATE * 6 // 10
"""Bytes of one binary frame: 600 ms, ten of the 60 ms steps the server works in."""
_CHUNKS: Final = [5, 10, 5]
_WEIGHT: Final = 20
_HOT_WORDS: Final = 100
_TAG: Final = re.compile(r"<\|[^|>]*\|>")
"""Language and emotion, as SenseVoice writes them before the words."""
_WHOLE: Final = frozenset({"offline", "2pass-offline"})
_LARGEST: Final = 1 << 20
_BINARY: Final = Subprotocol("binary")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunAsr:
    """Implements `Recogniser`.

    Attributes:
        url: `ws://` or `wss://`.
        words: The bank's terms become hot words behind those the step expects.
        deadline_s: Longest wait for one utterance.
        settle_s: How long a further segment may take after one that came when all was said.
    """

    url: str
    words: SpokenWords
    deadline_s: float
    settle_s: float = 0.3

    async def recognise(self, pcm: bytes, rate: int, expected: Sequence[str] = ()) -> Heard:
        """The words of one utterance; see `Recogniser`."""
        sound = as_pcm(resample(as_float(pcm), rate, RATE))
        try:
            async with (
                asyncio.timeout(self.deadline_s),
                connect(self.url, subprotocols=[_BINARY], proxy=None, max_size=_LARGEST) as server,
            ):
                await _say(server, self._settings(expected), sound)
                return Heard(simplified("".join(await self._segments(server))))
        except TimeoutError as error:
            raise SpeechUnavailable(reason="too_late") from error
        except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed) as error:
            raise SpeechUnavailable(reason="not_reached") from error

    def _settings(self, expected: Sequence[str]) -> dict[str, Any]:
        hot = list(dict.fromkeys((*expected, *self.words.terms)))[:_HOT_WORDS]
        return {
            "mode": "offline",
            "wav_name": "call",
            "wav_format": "pcm",
            "is_speaking": True,
            "audio_fs": RATE,
            "chunk_size": _CHUNKS,
            "chunk_interval": 10,
            # A string of JSON within the JSON: that is the protocol.
            "hotwords": json.dumps(dict.fromkeys(hot, _WEIGHT), ensure_ascii=False),
            "itn": True,
        }

    async def _segments(self, server: ClientConnection) -> list[str]:
        segments: list[str] = []
        while True:
            try:
                async with asyncio.timeout(self.settle_s if segments else None):
                    message = _parsed(await server.recv())
            except TimeoutError:
                return segments
            except ConnectionClosed:
                if segments:
                    return segments
                raise
            if message.get("error"):
                raise SpeechUnavailable(reason="refused")
            if message.get("mode") in _WHOLE and isinstance(message.get("text"), str):
                segments.append(_TAG.sub("", message["text"]).strip())
            if message.get("is_end") is True:
                return segments


async def _say(server: ClientConnection, settings: dict[str, Any], sound: bytes) -> None:
    await server.send(json.dumps(settings, ensure_ascii=False))
    for at in range(0, len(sound), _PIECE):
        await server.send(sound[at : at + _PIECE])
    await server.send(json.dumps({"is_speaking": False, "is_end": True}))


def _parsed(message: str | bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(message)
    except ValueError as error:
        raise SpeechUnavailable(reason="refused") from error
    return parsed if isinstance(parsed, dict) else {}

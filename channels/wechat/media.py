"""Voice messages: fetched, decoded and recognised, or not at all.

Platforms offer recognition of their own that is being withdrawn; it is never relied upon. AMR and
speex are decoded by PyAV (`pip install 'guitai[wechat]'`) to 16 kHz, 16 bits, one channel. What is
too large or too long is not decoded.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from channels.voice.speech import Recogniser, SpeechUnavailable
from channels.wechat.client import Client
from channels.wechat.errors import CallRefused, MediaUnusable, NotSent, OutcomeUnknown

_log = logging.getLogger(__name__)

SAMPLE_RATE: Final = 16_000
MAX_BYTES: Final = 2 * 1024 * 1024
"""What the platform itself takes for a voice message."""

MAX_SECONDS: Final = 60
MOST_UTTERANCE_S: Final = 30
"""What a recogniser takes at once."""

_BYTES_PER_SAMPLE: Final = 2
_GET: Final = "/cgi-bin/media/get"
_AUDIO: Final = ("audio/", "application/octet-stream", "voice/")


@dataclass(frozen=True, slots=True)
class Voices:
    """Reads voice messages.

    Attributes:
        client: Of the account the recording was sent to; None for a surface without recordings.
        recogniser: None when this deployment has none.
    """

    client: Client | None = None
    recogniser: Recogniser | None = None

    async def heard(self, media_id: str, media_format: str, media_id_8k: str = "") -> str:
        """The words of a voice message.

        Args:
            media_id: Where the recording is.
            media_format: `amr`, `speex`, …
            media_id_8k: Where the platform keeps it at 8 kHz too, should the first be gone.

        Raises:
            MediaUnusable: It cannot be had, read or recognised here.
            NotSent: The platform could not be reached; try later.
        """
        if self.client is None or self.recogniser is None:
            raise MediaUnusable(reason="no_recogniser")
        try:
            recording = await fetch(self.client, media_id)
        except MediaUnusable as error:
            if not media_id_8k or media_id_8k == media_id:
                raise
            _log.info("the better recording could not be had: %s", error.reason)
            recording = await fetch(self.client, media_id_8k)
        pcm = await asyncio.to_thread(decode, recording, media_format)
        return await _words(self.recogniser, pcm)


async def _words(recogniser: Recogniser, pcm: bytes) -> str:
    """The words of a recording, in utterances a recogniser takes."""
    size = MOST_UTTERANCE_S * SAMPLE_RATE * _BYTES_PER_SAMPLE
    pieces = [pcm[start : start + size] for start in range(0, len(pcm), size)]
    try:
        heard = [await recogniser.recognise(piece, SAMPLE_RATE) for piece in pieces]
    except SpeechUnavailable as error:
        raise MediaUnusable(reason="no_recogniser") from error
    return " ".join(each.text for each in heard if each.understood)


async def fetch(client: Client, media_id: str) -> bytes:
    """A temporary media file.

    Raises:
        MediaUnusable: Gone, too large, or not a recording.
        NotSent: The platform could not be reached.
    """
    try:
        answer = await client.get(_GET, {"media_id": media_id})
    except NotSent:
        raise
    except (CallRefused, OutcomeUnknown) as error:
        raise MediaUnusable(reason="gone") from error
    if answer.status_code != HTTPStatus.OK or len(answer.content) > MAX_BYTES:
        raise MediaUnusable(reason="too_large")
    if not answer.headers.get("content-type", "").startswith(_AUDIO):
        raise MediaUnusable(reason="not_audio")
    return answer.content


def decode(recording: bytes, media_format: str) -> bytes:
    """A recording as samples of `SAMPLE_RATE`, signed 16 bits, one channel.

    Raises:
        MediaUnusable: Not a recording, too long, or there is no decoder here.
    """
    av = _decoder()
    limit = MAX_SECONDS * SAMPLE_RATE * _BYTES_PER_SAMPLE
    samples = bytearray()
    try:
        with av.open(io.BytesIO(recording), format=_container(media_format)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            for frame in container.decode(audio=0):
                for resampled in resampler.resample(frame):
                    samples += bytes(resampled.planes[0])[: resampled.samples * _BYTES_PER_SAMPLE]
                if len(samples) > limit:
                    raise MediaUnusable(reason="too_long")
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise MediaUnusable(reason="not_audio") from error
    if not samples:
        raise MediaUnusable(reason="not_audio")
    return bytes(samples)


def _container(media_format: str) -> str | None:
    return "amr" if media_format == "amr" else None


def _decoder() -> Any:
    """PyAV, which only deployments with voice messages have."""
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise MediaUnusable(reason="no_decoder") from error

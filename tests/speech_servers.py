"""Servers that speak the protocols of FunASR and of OpenAI's audio calls, and hear by loudness.

They keep what they were asked. Sound stands for words as in the tests of calls: one loudness, one
text; a server that is not given 16 kHz, or a WAV that says its rate, hears nothing right.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

import numpy as np
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.asyncio.server import serve

from channels.voice.engines.wav import as_wav, from_wav
from tests.loopback import served

SPEECH_RATE = 24_000


@dataclass
class Heard:
    """What a server does and was asked.

    Attributes:
        texts: Loudness to the words it stands for.
        delay_s: Before each answer.
        status: Answered instead of words, where the protocol has one.
        seconds: Length of each utterance as the server measured it.
        hints: Hot words or prompt of each utterance.
    """

    texts: dict[int, str] = field(default_factory=dict)
    delay_s: float = 0.0
    status: int = 200
    broken: bool = False
    seconds: list[float] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    spoken: list[dict] = field(default_factory=list)

    def words(self, pcm, rate, hint):
        values = np.frombuffer(pcm, "<i2")
        self.seconds.append(len(values) / rate)
        self.hints.append(hint)
        loud = int(np.abs(values[len(values) // 4 : len(values) // 2]).mean().round())
        return self.texts.get(min(self.texts, key=lambda each: abs(each - loud), default=0), "")


@asynccontextmanager
async def funasr(heard, *, cuts=1, acknowledges=True, tag=""):
    """A FunASR server; its address.

    Args:
        heard: What it does.
        cuts: Segments its own detector makes of an utterance.
        acknowledges: Whether it answers `is_end`, as newer ones do.
        tag: Before the words, as SenseVoice has it.
    """

    async def handle(socket):
        settings, sound = json.loads(await socket.recv()), b""
        assert settings["audio_fs"] == 16_000
        assert isinstance(settings["hotwords"], str)
        async for message in socket:
            if isinstance(message, bytes):
                sound += message
                continue
            assert json.loads(message)["is_speaking"] is False
            break
        await asyncio.sleep(heard.delay_s)
        if heard.broken:
            await socket.send("no json")
            return
        text = heard.words(sound, 16_000, settings["hotwords"])
        await socket.send(json.dumps({"mode": "2pass-online", "text": "听", "is_final": False}))
        size = -(-len(text) // cuts) or 1
        for at in range(0, max(1, len(text)), size):
            answer = {"mode": "offline", "text": tag + text[at : at + size], "is_final": True}
            await socket.send(json.dumps(answer, ensure_ascii=False))
            await asyncio.sleep(0.02)
        if acknowledges:
            await socket.send(json.dumps({"is_end": True}))
        await socket.wait_closed()

    async with serve(handle, "127.0.0.1", 0, subprotocols=["binary"]) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def parts_of(content_type, body):
    """The fields of a multipart form, by the standard library's mail parser."""
    parsed = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in parsed.get_payload()
    }


@asynccontextmanager
async def openai_audio(heard, key="key"):
    """A server of OpenAI's audio calls; its base address."""

    async def transcribe(request):
        form = parts_of(request.headers["content-type"], await request.body())
        assert request.headers["authorization"] == f"Bearer {key}"
        assert (form["model"], form["language"]) == (b"whisper-1", b"zh")
        pcm, rate = from_wav(form["file"])
        hint = form["prompt"].decode()
        await asyncio.sleep(heard.delay_s)
        if heard.status != 200:
            return JSONResponse({"error": {"message": "no"}}, heard.status)
        if heard.broken:
            return Response("no json")
        return JSONResponse({"text": heard.words(pcm, rate, hint)})

    async def speak(request):
        asked = await request.json()
        heard.spoken.append(asked)
        await asyncio.sleep(heard.delay_s)
        if heard.status != 200:
            return JSONResponse({"error": {"message": "no"}}, heard.status)
        sound = np.full(int(SPEECH_RATE * len(asked["input"]) / 10), 500, "<i2").tobytes()
        wav = as_wav(sound, SPEECH_RATE)
        # The header of a server that streams does not know the length.
        return Response(b"RIFF" if heard.broken else wav[:40] + b"\xff" * 4 + wav[44:])

    routes = [
        Route("/v1/audio/transcriptions", transcribe, methods=["POST"]),
        Route("/v1/audio/speech", speak, methods=["POST"]),
    ]
    async with served(Starlette(routes=routes)) as address:
        yield f"{address}/v1"

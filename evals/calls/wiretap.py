"""The sound of a call as it passed on the wire, both ways, on one clock.

A caller's own recording leaves out the times in which nothing was sent to it. Packets keep theirs:
each side is laid out from the first packet of the call, so that waiting and stopping can be read.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from channels.voice.sound import from_ulaw, length
from evals.calls.tape import RATE

_FILE_HEADER: Final = 24
_RECORD: Final = struct.Struct("<IIII")
_ETHERNET: Final = 14
_IP: Final = 20
_UDP: Final = 8
_RTP: Final = 12
_SPEECH: Final = 0
_LATE_MS: Final = 60
"""A packet this much behind the end of the sound before it begins anew."""
_READY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call at its caller's end: samples at 8 kHz, both beginning with its first packet.

    Attributes:
        spoke: What the caller sent.
        heard: What was sent to the caller.
    """

    spoke: bytes = b""
    heard: bytes = b""


@asynccontextmanager
async def tapped(file: Path, ports: range) -> AsyncIterator[None]:
    """Write down the packets of these UDP ports of 127.0.0.1 while it lasts."""
    process = await asyncio.create_subprocess_exec(
        "tcpdump", "-i", "lo", "-U", "-n", "-w", str(file),
        f"udp portrange {ports.start}-{ports.stop - 1}",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None  # noqa: S101 - opened as a pipe
    async with asyncio.timeout(_READY_S):
        await process.stderr.readline()
    try:
        yield
    finally:
        process.terminate()
        await process.communicate()


def recorded(file: Path, ports: range) -> Recorded:
    """The first call in a file, whose caller sends from and hears on one of these ports."""
    spoke, heard = _Track(), _Track()
    began_ms: int | None = None
    for at_ms, source, target, kind, codes in _packets(file.read_bytes()):
        if kind != _SPEECH:
            continue
        began_ms = at_ms if began_ms is None else began_ms
        if target in ports:
            heard.add(at_ms - began_ms, codes)
        elif source in ports:
            spoke.add(at_ms - began_ms, codes)
    return Recorded(spoke.sound(), heard.sound())


@dataclass(slots=True)
class _Track:
    """One side."""

    _sound: bytearray = field(default_factory=bytearray)

    def add(self, at_ms: int, codes: bytes) -> None:
        """Put a packet behind what there is, or where it came when that is later."""
        begin = length(at_ms, RATE)
        if begin - len(self._sound) > length(_LATE_MS, RATE):
            self._sound.extend(bytes(begin - len(self._sound)))
        self._sound.extend(from_ulaw(codes))

    def sound(self) -> bytes:
        return bytes(self._sound)


def _packets(data: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
    """Milliseconds, source port, target port, payload type and payload of each RTP packet."""
    at = _FILE_HEADER
    while at + _RECORD.size <= len(data):
        seconds, micros, size, _ = _RECORD.unpack_from(data, at)
        packet = data[at + _RECORD.size : at + _RECORD.size + size]
        at += _RECORD.size + size
        if len(packet) > _ETHERNET + _IP + _UDP + _RTP:
            source, target = struct.unpack_from(">HH", packet, _ETHERNET + _IP)
            rtp = packet[_ETHERNET + _IP + _UDP :]
            yield seconds * 1000 + micros // 1000, source, target, rtp[1] & 0x7F, rtp[_RTP:]

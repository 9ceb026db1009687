"""What a caller of sipp plays: speech and keys in one capture file.

sipp sends the packets of a capture as they are. RTP numbers and time stamps run on over the whole
call: Asterisk takes a key with an older number for a repetition and drops it.

Sources: RFC 3550 §5.1 (RTP), RFC 4733 §2.3 (telephone events), the file format of libpcap.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from channels.voice.sound import to_ulaw

RATE: Final = 8000
_STEP_MS: Final = 20
_STEP: Final = RATE * _STEP_MS // 1000
"""Samples, and bytes of µ-law, in a packet."""
_PRESS_MS: Final = 120
_BETWEEN_MS: Final = 180
_KEYS: Final = "0123456789*#"
_SPEECH, _EVENT = 0, 101
"""RTP payload types: PCMU, and telephone events as the SDP of the caller says."""
_END_BIT: Final = 0x80
_VOLUME: Final = 10
_SOURCE: Final = 0x67756974
_PCAP: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
_ETHERNET: Final = bytes(12) + b"\x08\x00"
_LOOPBACK: Final = b"\x7f\0\0\1"
_UDP: Final = 17
_PORTS: Final = (6000, 6001)
"""Any: sipp puts the call's own in their place."""


@dataclass(slots=True)
class Tape:
    """A caller's side of a call, recorded from its answer on."""

    _packets: list[tuple[int, bytes]] = field(default_factory=list)
    _at_ms: int = 0

    @property
    def ms(self) -> int:
        """How long it is."""
        return self._at_ms

    def silence(self, ms: int) -> Tape:
        """Say nothing; sound flows all the same."""
        return self.speech(bytes(2 * RATE * ms // 1000))

    def speech(self, pcm16: bytes) -> Tape:
        """Say this: samples at 8 kHz."""
        codes = to_ulaw(pcm16)
        for at in range(0, len(codes), _STEP):
            self._add(_SPEECH, codes[at : at + _STEP].ljust(_STEP, b"\xff"), self._at_ms)
            self._at_ms += _STEP_MS
        return self

    def keys(self, digits: str) -> Tape:
        """Press these keys, 120 ms each with 180 ms between."""
        for digit in digits:
            event, began_ms = _KEYS.index(digit), self._at_ms
            for held_ms in range(_STEP_MS, _PRESS_MS + 1, _STEP_MS):
                is_last = held_ms == _PRESS_MS
                end = _END_BIT if is_last else 0
                body = struct.pack(">BBH", event, end | _VOLUME, held_ms * RATE // 1000)
                # The last packet is sent three times: whoever loses one still has the key's end.
                for _ in range(3 if is_last else 1):
                    self._add(_EVENT, body, began_ms, is_first=held_ms == _STEP_MS)
                self._at_ms += _STEP_MS
            self.silence(_BETWEEN_MS)
        return self

    def capture(self) -> bytes:
        """The file."""
        return _PCAP + b"".join(
            struct.pack("<IIII", ms // 1000, ms % 1000 * 1000, len(packet), len(packet)) + packet
            for ms, packet in self._packets
        )

    def _add(self, kind: int, payload: bytes, stamp_ms: int, *, is_first: bool = False) -> None:
        marked = kind | (0x80 if is_first else 0)
        stamp = stamp_ms * RATE // 1000
        rtp = struct.pack(">BBHII", 0x80, marked, len(self._packets) & 0xFFFF, stamp, _SOURCE)
        udp = struct.pack(">HHHH", *_PORTS, 8 + len(rtp) + len(payload), 0)
        whole = 20 + len(udp) + len(rtp) + len(payload)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, whole, 0, 0, 64, _UDP, 0) + _LOOPBACK * 2
        self._packets.append((self._at_ms, _ETHERNET + ip + udp + rtp + payload))

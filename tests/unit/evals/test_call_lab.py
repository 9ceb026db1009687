"""The parts of the call lab that need no Asterisk: tapes, recordings, configuration."""

import struct

import numpy as np
import pytest

from channels.voice.sound import silence
from evals.calls.listening import Span, errors_in, greeting_of, spans, turns_of
from evals.calls.places import TEMPLATES, Places, filled
from evals.calls.tape import RATE, Tape
from evals.calls.wiretap import Recorded, recorded

PORTS = range(6000, 6001)
"""The port a tape's packets come from before sipp puts the call's own in its place."""


def tone(ms):
    return (8_000 * np.sin(np.arange(RATE * ms // 1000))).astype("<i2").tobytes()


def packets(tape):
    """RTP of each packet: milliseconds, marked payload type, number, stamp, payload."""
    data, at = tape.capture(), 24
    while at < len(data):
        seconds, micros, size, _ = struct.unpack_from("<IIII", data, at)
        rtp = data[at + 16 + 42 : at + 16 + size]
        kind, number, stamp = struct.unpack_from(">xBHI", rtp)
        yield seconds * 1000 + micros // 1000, kind, number, stamp, rtp[12:]
        at += 16 + size


def test_keys_of_one_tape_are_presses_that_no_gateway_takes_for_repetitions():
    rows = list(packets(Tape().silence(100).keys("1#")))
    assert [number for _, _, number, _, _ in rows] == list(range(len(rows)))
    presses = {}
    for _, kind, _, stamp, payload in rows:
        if kind & 0x7F == 101:
            presses.setdefault(stamp, []).append((kind >> 7, payload))
    assert [each[0][1][0] for each in presses.values()] == [1, 11]
    for packets_of_one in presses.values():
        assert [marked for marked, _ in packets_of_one] == [1] + [0] * (len(packets_of_one) - 1)
        assert [payload[1] >> 7 for _, payload in packets_of_one][-3:] == [1, 1, 1]
        assert struct.unpack(">H", packets_of_one[-1][1][2:])[0] == 960


def test_what_a_caller_says_is_where_it_was_said_in_the_recording(tmp_path):
    file = tmp_path / "call.pcap"
    file.write_bytes(Tape().silence(1_000).speech(tone(500)).silence(1_000).capture())
    call = recorded(file, PORTS)
    assert spans(call.spoke) == [Span(1_000, 1_500)]
    assert call.heard == b""


def test_turns_tell_how_long_a_caller_waited_and_how_fast_our_words_stopped():
    def sound(*pieces):
        return b"".join(tone(ms) if loud else silence(ms, RATE) for loud, ms in pieces)

    spoke = sound((0, 2_000), (1, 600), (0, 3_400), (1, 600), (0, 3_400))
    heard = sound((1, 1_000), (0, 2_600), (1, 2_600), (0, 1_800), (1, 1_000))
    call = Recorded(spoke, heard)
    assert greeting_of(call) == [Span(0, 1_000)]
    first, second = turns_of(call)
    assert (first.waited_ms, first.stopped_ms) == (1_000, None)
    assert (second.waited_ms, second.stopped_ms) == (1_400, 200)


@pytest.mark.parametrize(
    ("heard", "said", "share"),
    [
        ("您好，我是", "您好，我是智能助手。", 0.0),
        ("你好我是", "您好，我是智能助手。", 0.25),
        ("", "您好", 1.0),
        ("完全不同", "您好", 1.0),
    ],
)
def test_what_was_heard_is_held_against_the_beginning_of_what_was_said(heard, said, share):
    assert errors_in(heard, said) == share


def test_every_value_of_the_configuration_is_filled_in(tmp_path):
    values = Places(folder=tmp_path, port=15_000).values("secret")
    for template in (TEMPLATES / "asterisk").iterdir():
        assert filled(template, values)  # raises where a value is missing
    with pytest.raises(KeyError):
        filled(TEMPLATES / "baresip/config", values)

"""Each protocol reads its golden frames, cut at every byte, and writes what its far end takes."""

import base64
import re

import pytest

from channels.voice.leg_asterisk import AsteriskWire
from channels.voice.leg_audiosocket import AudioSocketWire
from channels.voice.leg_jambonz import JambonzWire
from channels.voice.leg_twilio import TwilioWire
from channels.voice.leg_websocket import PageWire, read_hello
from channels.voice.sound import to_ulaw
from channels.voice.wire import Audio, BadFrame, CallStarted
from tests.unit.channels.voice.golden import (
    ASTERISK,
    AUDIOSOCKET,
    CALL,
    GOLDEN,
    JAMBONZ,
    PCM,
    TWILIO,
    sent,
    socket_frame,
)


def heard(signals):
    """Signals with the pieces of running sound joined."""
    joined = []
    for signal in signals:
        if isinstance(signal, Audio) and joined and isinstance(joined[-1], Audio):
            joined[-1] = Audio(joined[-1].pcm16 + signal.pcm16)
        else:
            joined.append(signal)
    return joined


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_frames_are_read(name):
    wire, frames, signals = GOLDEN[name]
    opened = wire()
    assert [signal for frame in frames for signal in opened.received(frame)] == signals


@pytest.mark.parametrize("at", range(len(AUDIOSOCKET) + 1))
def test_a_tcp_stream_cut_anywhere_is_the_same_call(at):
    wire, _, signals = GOLDEN["audiosocket"]
    opened = wire()
    found = opened.received(AUDIOSOCKET[:at]) + opened.received(AUDIOSOCKET[at:])
    assert heard(found) == signals


def test_a_tcp_stream_byte_by_byte_is_the_same_call():
    opened = AudioSocketWire()
    found = [s for byte in AUDIOSOCKET for s in opened.received(bytes([byte]))]
    assert heard(found) == GOLDEN["audiosocket"][2]


@pytest.mark.parametrize("name", ["asterisk", "jambonz", "page"])
@pytest.mark.parametrize("at", range(1, len(PCM), 7))
def test_binary_sound_cut_anywhere_keeps_its_samples(name, at):
    wire, frames, signals = GOLDEN[name]
    opened, found = wire(), []
    for frame in frames:
        pieces = [frame[:at], frame[at:]] if isinstance(frame, bytes) else [frame]
        found += [signal for piece in pieces for signal in opened.received(piece)]
    assert all(len(s.pcm16) % 2 == 0 for s in found if isinstance(s, Audio))
    assert heard(found) == signals


@pytest.mark.parametrize("name", ["twilio", "asterisk", "jambonz", "page"])
def test_a_text_frame_cut_anywhere_is_refused_by_name(name):
    wire, frames, _ = GOLDEN[name]
    opened = wire()
    for frame in frames:
        if isinstance(frame, str):
            for at in range(len(frame)):
                with pytest.raises(BadFrame):
                    opened.received(frame[:at])
        opened.received(frame)


@pytest.mark.parametrize("wire", [TwilioWire, AsteriskWire, JambonzWire, PageWire])
@pytest.mark.parametrize("bad", ["[]", "null", "5", '"x"', "[" * 100_000, "x" * 70_000])
def test_json_that_is_no_frame_is_refused(wire, bad):
    with pytest.raises(BadFrame):
        wire().received(bad)


def test_sound_of_another_form_is_refused():
    start = TWILIO[1].replace("audio/x-mulaw", "audio/opus")
    with pytest.raises(BadFrame, match="media format"):
        TwilioWire().received(start)
    with pytest.raises(BadFrame, match="media format"):
        AsteriskWire().received(ASTERISK[0].replace("slin16", "opus"))
    with pytest.raises(BadFrame, match="media format"):
        JambonzWire().received(JAMBONZ[0].replace("8000", "11025"))
    wire = AudioSocketWire()
    wire.received(socket_frame(0x01, CALL.bytes))
    with pytest.raises(BadFrame, match="other rate"):
        wire.received(socket_frame(0x12, PCM))
    with pytest.raises(BadFrame, match="binary"):
        TwilioWire().received(PCM)
    with pytest.raises(BadFrame, match="too much"):
        PageWire().received(bytes(8194))


def test_a_tcp_connection_without_a_call_id_is_refused_at_its_header():
    with pytest.raises(BadFrame, match="call id"):
        AudioSocketWire().received(b"GET / HTTP/1.1\r\n")


def test_a_channel_driver_speaks_at_its_codecs_rate():
    wire = AudioSocketWire(rate=16_000)
    wire.received(socket_frame(0x01, CALL.bytes))
    assert wire.received(socket_frame(0x12, PCM)) == [Audio(PCM)]
    assert wire.audio(PCM) == [socket_frame(0x12, PCM)]


def test_what_twilio_is_sent():
    wire = TwilioWire()
    for frame in TWILIO[:2]:
        wire.received(frame)
    (media,) = sent(wire.audio(PCM))
    assert (media["event"], media["streamSid"]) == ("media", "MZ1")
    assert to_ulaw(PCM).hex() == base64.b64decode(media["media"]["payload"]).hex()
    assert sent(wire.mark("c1")) == [{"event": "mark", "streamSid": "MZ1", "mark": {"name": "c1"}}]
    assert sent(wire.clear()) == [{"event": "clear", "streamSid": "MZ1"}]


def test_what_asterisk_is_sent_is_short_enough_to_be_read():
    wire = AsteriskWire()
    (start,) = wire.received(ASTERISK[0])
    assert isinstance(start, CallStarted)
    assert wire.rate == 16_000
    assert sent(wire.mark("m123456")) == [{"command": "MARK_MEDIA", "correlation_id": "m123456"}]
    assert sent(wire.clear()) == [{"command": "FLUSH_MEDIA"}]
    texts = [*wire.mark("m123456"), *wire.clear(), *wire.hand_over("h_00001"), *wire.hang_up()]
    assert all(len(each.encode()) <= 128 for each in texts)


def test_what_jambonz_is_sent():
    wire = JambonzWire()
    wire.received(JAMBONZ[0])
    assert wire.audio(PCM) == [PCM]
    assert sent(wire.mark("m1")) == [{"type": "mark", "data": {"name": "m1"}}]
    assert sent(wire.clear()) == [{"type": "killAudio"}, {"type": "clearMarks"}]


def test_over_tcp_a_call_handed_over_goes_on_in_the_dialplan_and_one_hung_up_does_not():
    wire = AudioSocketWire()
    assert wire.mark("m1") == wire.clear() == wire.tell("transcript", {"text": "x"}) == []
    assert wire.hand_over("h1") == [b"\x00\x00\x00"]
    # Asterisk 22.10.1: after the end the dialplan goes on; another frame ends the call as a fault.
    assert wire.hang_up() == [b"\xff\x00\x00"]


def test_a_page_says_hello_first():
    hello = read_hello('{"v":1,"type":"hello","body":{"ticket":"t1","audio":{"rate":8000}}}')
    assert (hello.ticket, hello.audio.rate, hello.conv) == ("t1", 8000, None)
    for bad in ("{}", '{"v":1,"type":"key","body":{}}', PCM, '{"v":1,"type":"hello","body":{}}'):
        with pytest.raises(BadFrame):
            read_hello(bad)


def test_a_key_in_an_error_or_a_log_shows_no_digit():
    (key,) = TwilioWire().received(TWILIO[3])
    assert "1" not in re.sub("0x[0-9a-f]+", "", repr(key))  # addresses have digits of their own

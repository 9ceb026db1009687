"""Frames of the telephone protocols as their sources give them, byte for byte."""

import base64
import json
import struct
import uuid

from channels.voice.leg_asterisk import AsteriskWire
from channels.voice.leg_audiosocket import AudioSocketWire
from channels.voice.leg_jambonz import JambonzWire
from channels.voice.leg_twilio import TwilioWire
from channels.voice.leg_websocket import PageWire
from channels.voice.sound import from_ulaw
from channels.voice.wire import Audio, CallEnded, CallStarted, Key, Played

ULAW = bytes(range(160))
PCM = struct.pack("<160h", *range(-80, 80))
CALL = uuid.UUID("3f1e9a52-5a3c-4d6b-8f0e-1c2d3e4f5a6b")

TWILIO = [
    '{"event":"connected","protocol":"Call","version":"1.0.0"}',
    '{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1",'
    '"callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw",'
    '"sampleRate":8000,"channels":1},"customParameters":{"t":"one-time"}},"streamSid":"MZ1"}',
    '{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5",'
    '"payload":"' + base64.b64encode(ULAW).decode() + '"},"streamSid":"MZ1"}',
    '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track",'
    '"digit":"1"}}',
    '{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"c12"}}',
    '{"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},'
    '"streamSid":"MZ1"}',
]
ASTERISK = [
    '{"event":"MEDIA_START","connection_id":"bot","channel":"WebSocket/bot/0x1",'
    '"channel_id":"1795325356.4","format":"slin16","optimal_frame_size":640,"ptime":20,'
    '"channel_variables":{"CALLERID":"13800001001"}}',
    PCM,
    '{"event":"DTMF_END","channel_id":"1795325356.4","digit":"8"}',
    '{"event":"MEDIA_MARK_PROCESSED","channel_id":"1795325356.4","correlation_id":"m1"}',
    '{"event":"MEDIA_XOFF","channel_id":"1795325356.4"}',
    '{"event":"QUEUE_DRAINED","channel_id":"1795325356.4"}',
    '{"event":"ERROR","error_text":"x"}',
]
JAMBONZ = [
    '{"sampleRate":8000,"mixType":"mono","callSid":"CS1","from":"13800001001"}',
    PCM,
    '{"event":"dtmf","dtmf":"1","duration":"1600"}',
    '{"type":"mark","data":{"name":"m1","event":"playout"}}',
    '{"type":"mark","data":{"name":"m2","event":"cleared"}}',
]
PAGE = [
    PCM,
    '{"v":1,"type":"key","body":{"digit":"#"}}',
    '{"v":1,"type":"played","body":{"mark":"m1"}}',
    '{"v":1,"type":"cleared","body":{"marks":["m2"],"played_ms":120}}',
    '{"v":1,"type":"bye","body":{}}',
]


def socket_frame(kind, payload=b""):
    return struct.pack(">BH", kind, len(payload)) + payload


AUDIOSOCKET = (
    socket_frame(0x01, CALL.bytes)
    + socket_frame(0x10, PCM)
    + socket_frame(0x03, b"5")
    + socket_frame(0x10, PCM[:160])
    + socket_frame(0x00)
)

GOLDEN = {
    "twilio": (
        TwilioWire,
        TWILIO,
        [
            CallStarted("CA1", {"t": "one-time"}),
            Audio(from_ulaw(ULAW)),
            Key("1"),
            Played("c12"),
            CallEnded("hung_up"),
        ],
    ),
    "asterisk": (
        AsteriskWire,
        ASTERISK,
        [
            CallStarted("1795325356.4", {"CALLERID": "13800001001"}),
            Audio(PCM),
            Key("8"),
            Played("m1"),
            CallEnded("gateway_error"),
        ],
    ),
    "jambonz": (
        JambonzWire,
        JAMBONZ,
        [
            CallStarted(
                "CS1",
                {"sampleRate": "8000", "mixType": "mono", "callSid": "CS1", "from": "13800001001"},
            ),
            Audio(PCM),
            Key("1"),
            Played("m1"),
        ],
    ),
    "page": (PageWire, PAGE, [Audio(PCM), Key("#"), Played("m1"), CallEnded("hung_up")]),
    "audiosocket": (
        AudioSocketWire,
        [AUDIOSOCKET],
        [
            CallStarted(str(CALL)),
            Audio(PCM),
            Key("5"),
            Audio(PCM[:160]),
            CallEnded("hung_up"),
        ],
    ),
}


def sent(messages):
    """Text messages of ours as objects."""
    return [json.loads(each) if isinstance(each, str) else each for each in messages]

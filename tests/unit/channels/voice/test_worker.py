"""The worker of the packaged engines, without its models."""

import io
import threading
from typing import ClassVar

import pytest

from channels.voice.engines import frames

worker = pytest.importorskip(
    "channels.voice.engines.worker",
    reason="the packages of the voice extra are not installed",
    exc_type=ModuleNotFoundError,
)


class BlockedKokoro:
    """A synthesiser that is busy until it is let go."""

    voices = ("one",)
    begun: ClassVar[list[str]] = []
    free: ClassVar[threading.Event] = threading.Event()

    def __init__(self, *_, **__):
        self.begun.clear()
        self.free.clear()

    def speak(self, clause, **_):
        self.begun.append(clause)
        self.free.wait(10)
        return b"\0\0"


def test_the_worker_leaves_what_nobody_waits_for_and_answers_each_request_once(monkeypatch):
    monkeypatch.setattr(worker, "Whisper", lambda *_, **__: None)
    monkeypatch.setattr(worker, "Kokoro", BlockedKokoro)
    out = io.BytesIO()
    setup = {"folder": "", "threads": 1, "reading": {}, "sentences": [], "pronunciations": {}}
    engine = worker.Worker(setup, out)
    said = {"do": "speak", "rate": 8000, "voice": "", "speed": 1.0}
    for number, clause in ((1, "头"), (2, "没人听"), (3, "尾")):
        engine.take({**said, "id": number, "clause": clause}, b"")
    engine.take({"do": "forget", "id": 2}, b"")
    engine.take({"do": "forget", "id": 1}, b"")  # begun: answered as usual
    BlockedKokoro.free.set()
    engine._speaks.shutdown(wait=True)
    assert BlockedKokoro.begun == ["头", "尾"]
    out.seek(0)
    answers = []
    while (message := frames.read(out)) is not None:
        answers.append((message[0]["id"], message[0].get("forgotten", False)))
    assert sorted(answers) == [(0, False), (1, False), (2, True), (3, False)]

"""What evidence costs: sealing and chaining an event, and checking a long log."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.adapters.database import open_engine
from assistant.adapters.event_store import SqlEventStore, sealed_row
from assistant.adapters.numbering import number
from assistant.adapters.roots import RootExport, RootsFolder
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import SystemClock
from assistant.adapters.vault import Cipher
from assistant.adapters.verification import verify
from assistant.model.assurance import Assurance
from assistant.model.events import Event, MessageReceived, Said, SlotSet, TurnFinished
from assistant.model.ids import ConversationId, Fingerprint, MessageId, SlotName
from assistant.model.message import ReplyPart
from assistant.notary.chain import FIRST
from assistant.notary.keys import new_data_key
from assistant.notary.roots import Signer
from evals.bench.measure import Measure, p50, p99, settle

EVENTS: Final = 50_000
_CONVERSATIONS: Final = 500
_WRITES: Final = 5_000
_APPENDS: Final = 60
_TIMES: Final = 3
_AT: Final = datetime(2026, 11, 22, 4, tzinfo=UTC)


async def measure_chain() -> list[Measure]:
    """Chain write, append and verification on SQLite."""
    with tempfile.TemporaryDirectory(prefix="guitai-bench-") as name:
        folder = Path(name)
        engine = open_engine(f"sqlite:///{folder / 'guitai.db'}")
        await upgrade_engine(engine)
        store = SqlEventStore(engine)
        try:
            appends = await _appends(store)
            events = await _fill(store)
            clock = SystemClock()
            roots, signer = RootsFolder(folder / "roots"), Signer.from_hex("11" * 32)
            await RootExport(engine, roots, signer, clock).run()
            rates, waits = [], []
            for _ in range(_TIMES):
                settle()
                started, began = clock.monotonic_ms(), time.process_time()
                report = await verify(engine, roots, (signer.public,))
                rates.append(report.events / (time.process_time() - began))
                waits.append(report.events / (clock.monotonic_ms() - started) * 1000)
        finally:
            await engine.dispose()
    return [
        _writes(),
        Measure(
            name="append of a turn's 4 events",
            unit="ms",
            p50=p50(appends),
            p99=p99(appends),
            note="SQLite, synced to disk; sealed and chained",
        ),
        Measure(
            name="verify-log",
            unit="events/s",
            p50=round(p50(rates)),
            budget_p50=50_000,
            more_is_better=True,
            note=f"a second of processor time; {p50(waits):.0f} a second of this machine's time. "
            f"{events} events of {_CONVERSATIONS} conversations, with keys and roots",
        ),
    ]


def _writes() -> Measure:
    clock = SystemClock()
    cipher = Cipher("k_bench", AESGCM(new_data_key()))
    records = number(_turn("c") * (_WRITES // 4), 0, 0)
    before, micros = FIRST, []
    settle()
    for record in records:
        started = clock.monotonic_ms()
        _, before = sealed_row("c_bench", record, cipher, before)
        micros.append((clock.monotonic_ms() - started) * 1000)
    return Measure(
        name="chain write of an event",
        unit="µs",
        p50=p50(micros),
        p99=p99(micros),
        budget_p50=100,
        note="AES-256-GCM, SHA-256 link; without the commit",
    )


async def _appends(store: SqlEventStore) -> list[float]:
    clock, took = SystemClock(), []
    for each in range(_APPENDS):
        events = _turn(str(each))
        started = clock.monotonic_ms()
        await store.append(ConversationId("c_append"), each * 4, events)
        took.append(clock.monotonic_ms() - started)
    return took


async def _fill(store: SqlEventStore) -> int:
    batch: Sequence[Event] = _turn("fill") * (EVENTS // _CONVERSATIONS // 4)
    for each in range(_CONVERSATIONS):
        await store.append(ConversationId(f"c_{each:04}"), 0, batch)
    return len(batch) * _CONVERSATIONS + _APPENDS * 4


def _turn(message: str) -> list[Event]:
    """The events of one small turn."""
    release = Fingerprint("b" * 16)
    message_id = MessageId(message)
    return [
        MessageReceived(
            at=_AT, turn=1, release=release, message_id=message_id, text="查余额", channel="web"
        ),
        SlotSet(
            at=_AT, turn=1, release=release, slot=SlotName("card"), value="6688", origin="customer"
        ),
        Said(at=_AT, turn=1, release=release, part=ReplyPart(text="您的余额是 12,480.55 元。" * 4)),
        TurnFinished(
            at=_AT, turn=1, release=release, message_id=message_id, level=Assurance.BOUND_CARD
        ),
    ]

"""What durability costs: `python -m tests.contract.measure_append [URL]`.

Appends and loads through the event store and writes one line each to standard output.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from sqlalchemy import event

from assistant.adapters.database import open_engine
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.schema import upgrade
from assistant.adapters.system import RandomIds
from assistant.model.ids import ConversationId
from tests.contract.events import turn

TURNS = 125  # of four events each: 500


def _report(label, times_ms):
    cuts = quantiles(times_ms, n=100)
    sys.stdout.write(f"{label:<34} p50 {cuts[49]:7.2f} ms   p99 {cuts[98]:7.2f} ms\n")


async def _timed(awaitable, times_ms):
    started = time.perf_counter()
    await awaitable
    times_ms.append((time.perf_counter() - started) * 1000)


async def measure(url, label, synchronous=None):
    await upgrade(url)
    engine = open_engine(url)
    if synchronous:

        @event.listens_for(engine.sync_engine, "connect")
        def relax(connection, _):
            connection.cursor().execute(f"PRAGMA synchronous={synchronous}")

    store = SqlEventStore(engine)
    conversation_id = ConversationId(RandomIds().new("c"))
    appends, loads = [], []
    for number in range(TURNS):
        await _timed(store.append(conversation_id, number * 4, turn(number + 1)), appends)
    for _ in range(50):
        await _timed(store.load(conversation_id), loads)
    await engine.dispose()
    _report(f"{label} append of 4 events", appends)
    _report(f"{label} load of {TURNS * 4} events", loads)


async def main(urls):
    for url in urls:
        await measure(url, url.split(":")[0])
    if not urls:
        for synchronous in ("FULL", "NORMAL"):
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                url = f"sqlite:///{folder}/guitai.db"
                await measure(url, f"sqlite {synchronous}", synchronous)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

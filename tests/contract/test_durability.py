"""What was acknowledged is still there when the process is killed, and the log has no holes."""

import asyncio
import subprocess
import sys

import pytest

from assistant.adapters.database import open_engine
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.schema import upgrade_engine
from assistant.model.ids import ConversationId
from tests.architecture.source import ROOT
from tests.contract.events import turn

C1 = ConversationId("c1")
WRITER = """
import asyncio, sys
from assistant.adapters.database import open_engine
from assistant.adapters.event_store import SqlEventStore
from tests.contract.events import turn

async def main():
    store = SqlEventStore(open_engine(sys.argv[1]))
    for number in range(1, 10_000):
        stored = await store.append("c1", (number - 1) * 4, turn(number))
        print(stored[-1].seq, flush=True)

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged_turns", [1, 7, 40])
async def test_a_killed_process_loses_nothing_it_acknowledged(
    sqlite_url, sqlite_engine, acknowledged_turns
):
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, sqlite_url, cwd=ROOT, stdout=subprocess.PIPE
    )
    for _ in range(acknowledged_turns):
        acknowledged = int(await writer.stdout.readline())
    writer.kill()
    rest = (await writer.stdout.read()).split()
    await writer.wait()
    acknowledged = int(rest[-1]) if rest else acknowledged

    loaded = await SqlEventStore(sqlite_engine).load(C1)
    assert len(loaded) in {acknowledged, acknowledged + 4}
    assert [each.seq for each in loaded] == list(range(1, len(loaded) + 1))


async def test_a_burst_of_turns_in_one_process_is_written_without_a_refusal(sqlite_url):
    engine = open_engine(sqlite_url)
    await upgrade_engine(engine)
    store = SqlEventStore(engine)
    burst = [store.append(ConversationId(f"c{n}"), 0, turn(1)) for n in range(200)]
    assert all(len(each) == 4 for each in await asyncio.gather(*burst))
    await engine.dispose()

"""The whole assistant with a Chroma server of its own, damaged while customers ask."""

import asyncio

import chromadb
import httpx
import pytest

from tests.e2e.processes import assistant, free_port, prepare, sandbox
from tests.e2e.test_http_conversations import opened

pytestmark = pytest.mark.timeout(600)

WAIT_S = 60


async def until(found):
    for _ in range(WAIT_S * 50):
        if await found():
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def asked(http, path, number):
    body = {"message_id": f"m-{number}", "text": "借记卡挂失怎么办理？"}
    answer = await http.post(f"{path}/messages", json=body)
    return {event["type"] for event in answer.json()["events"]}


async def test_damage_is_abstained_from_until_the_index_is_built_anew(prepared, tmp_path):
    port = free_port()
    bank = sandbox(tmp_path)
    served = assistant(
        prepare(tmp_path, prepared),
        bank.port,
        GUITAI_CHROMA_PROCESS="1",
        GUITAI_CHROMA_PORT=str(port),
        GUITAI_INDEX_CHECK_S="0.2",
    )
    bank.start()
    try:
        served.start()
        async with served.client() as http:
            path = await opened(http)
            assert "answered" in await asked(http, path, 1)
            client = chromadb.HttpClient(host="127.0.0.1", port=port)
            (name,) = [one.name for one in client.list_collections()]
            collection = client.get_collection(name)

            async def says(state):
                checks = (await http.get("/readyz")).json()["checks"]
                return checks["knowledge"] == state

            collection.delete(ids=collection.get(limit=50)["ids"])
            await until(lambda: says("rebuilding"))
            assert (await http.get("/readyz")).status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert "abstained" in await asked(http, path, 2)
            await until(lambda: says("ok"))
            assert "answered" in await asked(http, path, 3)
    finally:
        served.stop()
        bank.stop()

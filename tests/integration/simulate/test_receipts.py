"""A receipt tells what was asked, read back, confirmed and done, and only its owner gets it."""

import json

import pytest

from assistant.model.ids import CustomerId
from assistant.notary.receipts import read_receipt
from channels.bootstrap import load_release
from channels.composition_keys import signing_keys
from channels.settings import sample_pack
from evals.simulate.episode import CUSTOMER, begin
from evals.simulate.plan import Fault, plan
from evals.simulate.worker import payload_brain
from evals.simulate.world import open_world


@pytest.fixture
async def world(tmp_path):
    folder = tmp_path / "world"
    folder.mkdir()
    async with open_world(folder, payload_brain(load_release(sample_pack()))) as made:
        yield made


async def test_a_receipt_is_made_from_the_log_and_verified_with_the_public_key(world):
    planned = plan(1, 1, Fault.LOST_AFTER)
    episode = await begin(world, planned)
    assert await episode.run() == []
    [effect] = world.books.effects()
    receipts = (await world.alive()).service.receipts
    content = await receipts.issue(CUSTOMER, effect["reference"])
    assert content == await receipts.issue(CUSTOMER, effect["reference"])

    found, problem = read_receipt(content, signing_keys(world.settings, "receipts").trusted)
    assert problem is None
    assert found["done"]["bank_reference"] == effect["reference"] == found["receipt_id"]
    assert found["done"]["key"] == effect["idempotency_key"]
    assert found["done"]["reconciled"] is True
    assert found["done"]["facts"]["amount"] == {"amount": planned.amount, "currency": "CNY"}
    assert planned.amount in found["read_back"]["text"]
    assert found["confirmed"]["at"] <= found["done"]["at"]
    assert found["flow"] == "transfer_money"
    assert found["authority"]["level"] == 4
    assert found["content"]["fingerprint"] == world.brain.release.fingerprint
    assert found["sandbox"] is True
    assert effect["reference"] in found["text"]
    assert "沙箱" in found["text"]
    assert json.loads(content) == found
    key = world.settings.data_dir / "receipts.key"
    assert key.stat().st_mode & 0o777 == 0o600


async def test_nobody_else_gets_it_and_an_unknown_one_is_not_there(world):
    episode = await begin(world, plan(1, 1, Fault.NONE))
    await episode.run()
    [effect] = world.books.effects()
    receipts = (await world.alive()).service.receipts
    assert await receipts.issue(CustomerId("C1002"), effect["reference"]) is None
    assert await receipts.issue(CUSTOMER, "HY20261122-999999") is None

"""A release from YAML texts, and a conversation over it."""

from functools import cache

import pytest

from assistant.ports import ActionResult
from knowledge.loader import load
from tests.fakes_gateway import DONE, FakeGateway
from tests.unit.content.packs import write
from tests.unit.dialogue.bank import DOMAIN, FLOWS, RESPONSES
from tests.unit.dialogue.talk import Talk

RELEASE = "name: 样例\nversion: '1'\n"


@pytest.fixture(scope="session")
def pack(tmp_path_factory):
    """Loads a release from texts; the same texts are loaded once."""

    @cache
    def made(flows=FLOWS, domain=DOMAIN, responses=RESPONSES, policies=""):
        files = {
            "RELEASE.yml": RELEASE,
            "flows/all.yml": flows,
            "domain/all.yml": domain,
            "responses/all.yml": responses,
        }
        if policies:
            files["policies/all.yml"] = policies
        return load(write(tmp_path_factory.mktemp("pack"), files))

    return made


@pytest.fixture
def gateway():
    return FakeGateway(
        answers={
            "lock_card": ActionResult(outcome="done", receipt_id="L1"),
            "transfer_money": ActionResult(outcome="done", receipt_id="T1"),
            "check_balance": ActionResult(outcome="done", facts={"balance": "12480.55"}),
            "read_nothing": DONE,
            "action_ask_city": DONE,
        },
        changes={"lock_card", "transfer_money"},
        arguments={"lock_card": ("card",), "transfer_money": ("payee", "amount")},
    )


@pytest.fixture
def talk(pack, gateway):
    return Talk(pack(), gateway=gateway)

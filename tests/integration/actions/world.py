"""A sandbox bank in this process, a ledger in a file, and gateways over both."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx

from actions.bank.http_client import HttpBank
from actions.gateway import Gateway
from actions.ledger import Ledger
from actions.ledger_rows import ACTION
from actions.settlement import Patience
from assistant.adapters.database import READS_ONLY
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, ConversationId, CustomerId, FrameId, SlotName
from assistant.ports import ActionRequest, Proof
from channels.bootstrap import load_release
from tests.fakes import FixedClock

C1001 = CustomerId("C1001")
CONVERSATION = ConversationId("c_1")
RELATIONS = {"妈妈": ("老妈", "我妈", "mum", "mother")}
QUICK = Patience(polls=3, poll_s=0.01, bank_timeout_s=10, checks=3, checks_span_s=30)
BANK_TIMEOUT_S = 0.25
LOST_MS = 2000

POLICIES = load_release(Path(__file__).parents[3] / "knowledge" / "content").policies
"""Those of the sample pack: what is tested is what the bank wrote."""


@dataclass
class World:
    """Everything a test touches.

    Attributes:
        control: Talks to the sandbox's own HTTP API.
    """

    control: httpx.AsyncClient
    bank: HttpBank
    engine: object
    clock: FixedClock = field(default_factory=FixedClock)

    def gateway(self, **changes):
        """A fresh gateway, as after a restart."""
        ledger = Ledger(
            engine=self.engine,
            clock=self.clock,
            owner=changes.pop("owner", "test"),
            lease_s=changes.pop("lease_s", 60),
        )
        parts = {
            "bank": self.bank,
            "ledger": ledger,
            "policies": POLICIES,
            "clock": self.clock,
            "relations": RELATIONS,
            "secret_slots": frozenset({SlotName("code")}),
            "patience": QUICK,
        }
        return Gateway(**{**parts, **changes})

    async def state(self, customer="C1001"):
        return (await self.control.get(f"/customers/{customer}")).json()

    async def journal(self):
        return (await self.control.get("/sandbox/journal")).json()["entries"]

    async def plan(self, operation, kind, **more):
        fault = {"operation": operation, "kind": kind, "delay_ms": LOST_MS, **more}
        assert (await self.control.post("/sandbox/faults", json=fault)).is_success

    async def status_of(self, last4, customer="C1001"):
        cards = (await self.state(customer))["cards"]
        return next(card["status"] for card in cards if card["last4"] == last4)

    async def rows(self):
        reader = self.engine.execution_options(**{READS_ONLY: True})  # waits for no writer
        async with reader.begin() as connection:
            return [dict(row) for row in (await connection.execute(ACTION.select())).mappings()]


def request(action, slots=None, *, gateway=None, **changes):
    """A request at the highest level; with a gateway, one the customer confirmed."""
    slots = slots or {}
    made = ActionRequest(
        action=ActionName(action),
        conversation_id=CONVERSATION,
        customer_id=C1001,
        slots=slots,
        epoch=FrameId("f_1"),
        assurance=Assurance.FULL,
    )
    if gateway is not None:
        made = made.model_copy(update={"confirmed_digest": gateway.digest(made.action, slots)})
    return made.model_copy(update=changes)


def with_code(asked, gateway, *targets, at=None, age_s=0):
    """The same request after one-time codes for it were passed."""
    purpose = f"{asked.action}:{gateway.digest(asked.action, asked.slots)}"
    passed_at = (at or gateway.clock.now()) - timedelta(seconds=age_s)
    proofs = tuple(Proof(purpose=purpose, target=target, at=passed_at) for target in targets)
    return asked.model_copy(update={"proofs": (*asked.proofs, *proofs)})


def slower(bank, timeout_s):
    return replace(bank, timeout_s=timeout_s)

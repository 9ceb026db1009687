"""What is due later survives a restart, is told once, honestly, and not within quiet hours."""

from contextlib import asynccontextmanager
from itertools import count

import httpx
import pytest

from assistant.model.assurance import Assurance
from assistant.model.ids import CustomerId
from assistant.model.message import InboundMessage, SignIn
from channels.bootstrap import build
from channels.settings import Settings
from tests.sandbox import BANK_URL, open_sandbox

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

HOUR_S = 3600


class Talk:
    """One signed-in conversation with whatever process is running now."""

    def __init__(self, clock, customer_id):
        self.clock, self.customer_id = clock, customer_id
        self.numbers, self.conversation_id = count(1), None

    def sign_in(self):
        return SignIn(
            customer_id=CustomerId(self.customer_id),
            level=Assurance.FULL,
            at=self.clock.now(),
            session=self.clock.now().date().isoformat(),  # they sign in each day
        )

    async def say(self, service, text):
        if self.conversation_id is None:
            conversations = service.assistant.conversations
            self.conversation_id = await conversations.open(channel="web", sign_in=self.sign_in())
        message = InboundMessage(
            message_id=f"m{next(self.numbers)}",
            conversation_id=self.conversation_id,
            text=text,
            sign_in=self.sign_in(),
        )
        turn = await service.assistant.handle(message)
        return [part.response_key for part in turn.replies]

    async def told(self, service):
        conversations = service.assistant.conversations
        stored = await conversations.timeline(self.conversation_id, self.sign_in())
        events = [each.event for each in stored]
        return [e.part.response_key for e in events if e.type == "said"]


@pytest.fixture
async def bank(tmp_path, clock, tmp_path_factory):
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with open_sandbox(tmp_path, clock, templates) as opened:
        yield opened


@pytest.fixture
def process(brain, clock, tmp_path, bank):
    """Starts one more process over the same database."""
    settings = Settings(_env_file=None, data_dir=tmp_path, bank_url=BANK_URL, sandbox=True)

    @asynccontextmanager
    async def started():
        transport = httpx.ASGITransport(bank._transport.app)
        http = httpx.AsyncClient(transport=transport, base_url=BANK_URL)
        async with build(settings, brain=brain, clock=clock, http=http) as service:
            yield service

    return started


async def delayed(service, clock):
    talk = Talk(clock, "C1004")
    await talk.say(service, "给女儿转20000")
    assert await talk.say(service, "确认") == ["ask_one_time_code"]
    assert await talk.say(service, "246810") == ["transfer_done"]
    return talk


async def orders(bank):
    state = (await bank.get("/customers/C1004")).json()
    return [order["status"] for order in state["orders"] if order["kind"] == "transfer_money"]


async def test_a_delayed_transfer_is_told_after_a_restart_once(process, clock, bank):
    async with process() as service:
        talk = await delayed(service, clock)
    async with process() as first, process() as second:
        clock.advance(24 * HOUR_S - 1)
        assert await first.wake_ups.ring() == 0
        clock.advance(1)
        assert await first.wake_ups.ring() + await second.wake_ups.ring() == 1
        clock.advance(HOUR_S)
        assert await first.wake_ups.ring() + await second.wake_ups.ring() == 0
        assert await orders(bank) == ["sent"]
        assert (await talk.told(first)).count("wake_transfer_money") == 1


async def test_what_was_called_back_is_not_told_as_sent(process, clock, bank):
    async with process() as service:
        talk = await delayed(service, clock)
        clock.advance(60)
        assert await talk.say(service, "转错了，撤销刚才那笔") == ["ask_confirm_cancel_transfer"]
        assert await talk.say(service, "确认") == ["cancel_transfer_done"]
        assert await orders(bank) == ["cancelled"]
        clock.advance(24 * HOUR_S)
        assert await service.wake_ups.ring() == 0
        assert "wake_transfer_money" not in await talk.told(service)


async def test_after_it_went_out_calling_back_is_refused(process, clock):
    async with process() as service:
        talk = await delayed(service, clock)
        clock.advance(24 * HOUR_S)
        await service.wake_ups.ring()
        assert await talk.say(service, "刚才那笔转错了，撤销") == ["undo_late_transfer_money"]


async def test_quiet_hours_put_it_off_until_their_end(process, clock):
    async with process() as service:
        clock.advance(3 * HOUR_S)  # 23:00; this customer is not to be disturbed from 21 to 8
        talk = await delayed(service, clock)
        clock.advance(24 * HOUR_S)
        assert await service.wake_ups.ring() == 0
        clock.advance(9 * HOUR_S - 1)
        assert await service.wake_ups.ring() == 0
        clock.advance(1)
        assert await service.wake_ups.ring() == 1
        assert "wake_transfer_money" in await talk.told(service)


async def test_a_bank_that_is_not_so_far_is_asked_again(process, clock, bank):
    async with process() as service:
        talk = await delayed(service, clock)
        clock.advance(23 * HOUR_S)
        headers = {"Idempotency-Key": "hold"}
        body = {"customer_id": "C1004"}
        held = await bank.post("/operations/hold_payments", json=body, headers=headers)
        assert held.is_success
        clock.advance(HOUR_S)
        assert await service.wake_ups.ring() == 0
        assert "wake_transfer_money" not in await talk.told(service)
        clock.advance(23 * HOUR_S + 60)
        assert await orders(bank) == ["sent"]
        assert await service.wake_ups.ring() == 1


async def test_elder_mode_is_known_from_the_bank_and_shows_a_person_always(process, clock):
    async with process() as service:
        talk = Talk(clock, "C1004")
        await talk.say(service, "查一下余额")
        stored = await service.assistant.conversations.timeline(
            talk.conversation_id, talk.sign_in()
        )
        parts = [each.event.part for each in stored if each.event.type == "said"]
        assert {part.display for part in parts} == {"elder"}
        assert all("/human_handoff" in [b.payload for b in part.buttons] for part in parts)


async def test_elder_mode_takes_effect_and_ends_with_the_setting(process, clock):
    async def displays(talk, service):
        turn = await service.assistant.conversations.timeline(talk.conversation_id, talk.sign_in())
        return [each.event.part.display for each in turn if each.event.type == "said"]

    async with process() as service:
        talk = Talk(clock, "C1001")
        await talk.say(service, "查一下余额")
        assert set(await displays(talk, service)) == {"standard"}
        await talk.say(service, "开启长辈模式")
        assert (await displays(talk, service))[-1] == "elder"
        await talk.say(service, "把长辈模式关了")
        assert (await displays(talk, service))[-1] == "standard"

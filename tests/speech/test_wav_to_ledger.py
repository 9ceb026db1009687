"""From a recording to the bank's books, with the models: words, a yes, a locked card, a receipt."""

import asyncio
import wave

import pytest

from assistant.model.message import SignIn
from channels.composition_speech import open_speech
from channels.composition_understanding import local_of
from channels.settings import Settings
from channels.voice.calls import Calls
from channels.voice.leg_websocket import PageWire
from tests.contract.test_channels import brain, site
from tests.unit.channels.voice.phone import Phone, Vocabulary

pytestmark = [pytest.mark.speech, pytest.mark.slow, pytest.mark.timeout(900)]
__all__ = ["brain", "site"]

RATE = 16_000
CALLER = "zm_yunxi"


@pytest.fixture
async def engines(brain):
    settings = Settings()
    classifier = local_of(brain.understander(None)).classifier
    async with open_speech(
        settings, brain.release, classifier=classifier, deadline_s=400
    ) as opened:
        yield opened


@pytest.fixture
async def phone(site, engines):
    sign_in = SignIn(customer_id="C1001", level=3, at=site.clock.now())
    opened = await site.service.assistant.conversations.open(channel="voice", sign_in=sign_in)
    calls, wire = Calls(service=site.service, engines=engines), PageWire()
    call = calls.join(wire, opened, origin="call-1", sign_in=sign_in)
    one = Phone(call.talk, engines, Vocabulary(), wire=wire, clock=site.clock, call=call)
    one.running = asyncio.create_task(call.run())
    yield one
    await one.hang_up()


async def heard_out(phone):
    """Until the turn is over and its words were heard: engines take real time, the call none."""
    call = phone.call
    while call._busy or not call._items.empty() or call._mouth.is_speaking(call._now_ms):
        assert not phone.running.done(), phone.running
        await asyncio.sleep(0.02)
        if not (call._pacer.is_silent(call._now_ms) and not phone._queue):
            await phone.pass_ms(100)


async def recorded(engines, words, file):
    """A WAV of these words, and its sound read back."""
    sound = await engines.synthesiser.speak(words, rate=RATE, voice=CALLER)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound)
    with wave.open(str(file)) as back:
        return back.readframes(back.getnframes())


async def say(phone, sound):
    await phone.pass_ms(len(sound) * 1000 // (2 * RATE), sound)
    await phone.pass_ms(1_300)
    await asyncio.sleep(0)
    await heard_out(phone)


async def test_a_spoken_wish_and_a_spoken_yes_lock_the_card_at_the_bank(
    site, phone, engines, tmp_path
):
    wish = await recorded(engines, "把我尾号六六八八的卡锁了。", tmp_path / "wish.wav")
    yes = await recorded(engines, "确认锁卡。", tmp_path / "yes.wav")
    await heard_out(phone)
    await say(phone, wish)
    assert await site.card_status("6688") == "active"
    await say(phone, yes)
    assert await site.card_status("6688") == "locked"
    (entry,) = await site.journal()
    assert entry["operation"] == "lock_card"
    log = await site.store.load(phone.talk.conversation_id)
    receipts = [e.event.receipt_id for e in log if e.event.type == "action_executed"]
    assert all(receipts)

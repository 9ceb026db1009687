"""What is spoken before anybody calls, and that calls go before it."""

import asyncio

from assistant.model.release import ButtonText, ResponseVariant
from assistant.model.spoken import SpokenWords
from channels.voice.engines.cache import CachedSynthesiser
from channels.voice.prompts import OFTEN, fixed_clauses
from channels.voice.speakable import clauses, spoken
from tests.e2e.scripted_assistant import RELEASE
from tests.unit.channels.voice.test_gateways import WORDS

LETTERS = SpokenWords(words={"ATM": "诶提艾姆"})


def cut(text):
    return clauses(spoken(text, LETTERS))


def release(**texts):
    responses = {"utter_voice_choice": WORDS.responses["utter_voice_choice"], **texts}
    return RELEASE.__class__(**{
        **{name: getattr(RELEASE, name) for name in RELEASE.__slots__}, "responses": responses,
    })  # fmt: skip


def variant(text, *titles, **fields):
    buttons = tuple(ButtonText(title={"zh-Hans": each}, payload="/x") for each in titles)
    return (ResponseVariant(text={"zh-Hans": text}, buttons=buttons, **fields),)


def test_clauses_without_a_value_are_fixed_and_the_channels_own_words_come_first():
    made = release(
        utter_done=variant("尾号{card}的卡已锁定。请您尽管放心，随时可以解锁。"),
        ask_kind=variant("请问要办哪一种？", "活期存款", "定期存款"),
        utter_voice_bye=variant("感谢来电，再见。"),
        utter_page=variant("请点页面上的按钮。", channel="web"),
        utter_sum=variant("{{ total }}元已经到账。", is_jinja=True),
    )
    found = fixed_clauses(made, cut)
    assert found == [
        "感谢来电，再见。",
        "请问要办哪一种？",
        "活期存款按一。",
        "定期存款按二。",
        "请您尽管放心，",
        "随时可以解锁。",
    ]
    assert fixed_clauses(made, cut, OFTEN) == found[:4]


class Slow:
    """An engine that is asked for one clause at a time."""

    def __init__(self):
        self.said, self.may_speak = [], asyncio.Event()
        self.may_speak.set()

    async def speak(self, clause, *, rate, voice="", speed=1.0):
        await self.may_speak.wait()
        self.said.append(clause)
        return bytes(200)


async def test_a_call_that_needs_to_speak_goes_before_the_prompts(tmp_path):
    engine = Slow()
    cached = CachedSynthesiser(engine, tmp_path, SpokenWords())
    engine.may_speak.clear()
    call = asyncio.create_task(cached.speak("您的余额，", rate=8000))
    await asyncio.sleep(0)
    ahead = asyncio.create_task(cached.render(["感谢来电，"], aside=True))
    await asyncio.sleep(0.05)
    engine.may_speak.set()
    await call
    await asyncio.sleep(0.05)
    assert engine.said == ["您的余额，"]
    assert not ahead.done()
    ahead.cancel()
    await asyncio.wait([ahead])


async def test_without_a_call_the_prompts_are_spoken_once(tmp_path):
    engine = Slow()
    cached = CachedSynthesiser(engine, tmp_path, SpokenWords())
    assert await cached.render(["感谢来电，", "再见。"], aside=True) == 2
    assert await cached.render(["感谢来电，", "再见。"], aside=True) == 0
    await cached.speak("再见。", rate=16_000)
    assert engine.said == ["感谢来电，", "再见。"]

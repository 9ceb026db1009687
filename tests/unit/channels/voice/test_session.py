"""One call with fake engines on a virtual clock: what was passed on, said, and stopped when."""

import asyncio

import pytest

from channels.voice.turns import Expecting
from tests.unit.channels.voice.phone import (
    AMOUNT,
    CODE,
    CONFIRM,
    STEP_MS,
    FakeRecogniser,
    FakeSynthesiser,
    Phone,
    Vocabulary,
    answer_of,
)

LONG = "这是一段很长的话说给来电的人听。后面还有第二句话也很长很长。最后一句"


@pytest.fixture
async def ring():
    open_calls = []

    async def make(*answers, **parts):
        phone = await Phone.ring(*answers, **parts)
        open_calls.append(phone)
        return phone

    yield make
    for phone in open_calls:
        await phone.hang_up()


async def test_what_is_said_has_its_turn_and_the_reply_is_heard(ring):
    phone = await ring(answer_of("余额是五百元"))
    await phone.until_silent()
    await phone.say("查余额")
    assert phone.talk.told == ["查余额"]
    assert phone.spoken == ["您好我是智能助手", "余额是五百元"]
    assert [f["body"] for f in phone.frames if f["type"] == "transcript"][-2:] == [
        {"text": "查余额", "final": True, "role": "customer"},
        {"text": "余额是五百元", "final": True, "role": "assistant"},
    ]


async def test_the_first_words_tell_that_an_ai_speaks(ring):
    phone = await ring()
    await phone.pass_ms(100)
    assert phone.spoken == ["您好我是智能助手"]


async def test_we_stop_within_200_ms_of_the_callers_first_sound(ring):
    phone = await ring(answer_of(LONG))
    await phone.until_silent()
    await phone.say("说说看")
    assert phone.queued_ms > 500
    spoken_ms = 0
    sound = phone.vocabulary.sound_of("等一下", STEP_MS, phone.wire.rate)
    while phone.queued_ms and spoken_ms < 1_000:
        await phone.pass_ms(STEP_MS, sound)
        spoken_ms += STEP_MS
    assert spoken_ms <= 200
    assert phone.kinds()[-1] == "clear" or "clear" in phone.kinds()


async def test_a_listeners_word_takes_nothing_away(ring):
    phone = await ring(answer_of(LONG))
    await phone.until_silent()
    await phone.say("说说看")
    await phone.say("嗯", ms=300)
    await phone.until_silent()
    assert phone.talk.told == ["说说看"]
    assert phone.call._mouth.heard_out()
    assert phone.spoken[-1] == "最后一句"


async def test_words_that_must_be_heard_go_on_and_a_person_is_still_one_word_away(ring):
    disclosure = answer_of(LONG, card={"kind": "disclosure", "interruptible": False})
    phone = await ring(disclosure, answer_of("正在转接"))
    await phone.until_silent()
    await phone.say("买理财")
    await phone.say("好的知道了", ms=600)
    assert "clear" not in phone.kinds()
    assert phone.talk.told == ["买理财"]
    await phone.say("转人工", ms=600)
    assert phone.talk.told == ["买理财", "转人工"]


async def test_a_yes_before_the_read_back_was_heard_confirms_nothing(ring):
    phone = await ring(answer_of("向张伟转账。五万元整。确认吗", CONFIRM))
    await phone.until_silent()
    await phone.say("转账", pause_ms=900)
    await phone.say("好的", ms=400, pause_ms=700)
    assert phone.talk.told == ["转账"]
    await phone.until_silent()
    assert phone.spoken[-1] == "确认吗"
    await phone.say("确认", ms=400)
    assert phone.talk.told == ["转账", "确认"]


async def test_the_confirm_key_before_the_read_back_was_heard_confirms_nothing(ring):
    buttons = (("确认", "/affirm"), ("取消", "/deny"))
    phone = await ring(answer_of("向张伟转账。五万元整。", CONFIRM, buttons=buttons))
    await phone.until_silent()
    await phone.say("转账", pause_ms=900)
    await phone.press("1")
    assert phone.talk.told == ["转账"]
    await phone.until_silent()
    await phone.press("1")
    assert phone.talk.told == ["转账", "/affirm"]


async def test_a_no_may_come_at_any_time(ring):
    phone = await ring(answer_of("向张伟转账。五万元整。确认吗", CONFIRM))
    await phone.until_silent()
    await phone.say("转账", pause_ms=900)
    await phone.say("不要转", ms=400)
    assert phone.talk.told == ["转账", "不要转"]


async def test_a_hum_is_no_yes(ring):
    phone = await ring(answer_of("确认吗", CONFIRM))
    await phone.until_silent()
    await phone.say("转账")
    await phone.until_silent()
    await phone.say("嗯", ms=300)
    assert phone.talk.told == ["转账"]


async def test_speech_that_goes_on_before_it_was_passed_on_is_one_message(ring):
    phone = await ring(answer_of("好"))
    await phone.until_silent()
    recogniser = phone.engines.recogniser
    held = recogniser.recognise
    gate = asyncio.Event()

    async def slow(pcm, rate, expected=()):
        await gate.wait()
        return await held(pcm, rate, expected)

    recogniser.recognise = slow
    await phone.say("给张伟", ms=600, pause_ms=760)
    await phone.pass_ms(600, phone.vocabulary.sound_of("转五百", 600, phone.wire.rate))
    gate.set()
    await phone.pass_ms(1_000)
    assert phone.talk.told == ["给张伟转五百"]


async def test_what_comes_during_a_turn_is_a_message_of_its_own_and_deeds_are_told(ring):
    phone = await ring(answer_of("已锁卡", has_acted=True), answer_of("余额五百"))
    await phone.until_silent()
    phone.talk.may_go_on.clear()
    await phone.say("锁卡")
    await phone.say("再查余额")
    phone.talk.may_go_on.set()
    await phone.pass_ms(200)
    await phone.until_silent()
    assert phone.talk.told == ["锁卡", "再查余额"]
    assert phone.spoken[-2:] == ["已锁卡", "余额五百"]


async def test_words_that_come_too_late_are_not_said(ring):
    phone = await ring(answer_of("旧的回答"), answer_of("新的回答"))
    await phone.until_silent()
    phone.talk.may_go_on.clear()
    await phone.say("查汇率")
    await phone.say("算了查余额")
    phone.talk.may_go_on.set()
    await phone.pass_ms(200)
    await phone.until_silent()
    assert "旧的回答" not in phone.spoken
    assert phone.spoken[-1] == "新的回答"


async def test_a_number_said_slowly_is_waited_for(ring):
    phone = await ring(answer_of("转多少", AMOUNT), answer_of("好"))
    await phone.until_silent()
    await phone.say("转账")
    await phone.until_silent()
    for piece in ("五千", "三百"):
        await phone.say(piece, ms=500, pause_ms=900)
    await phone.pass_ms(400)
    assert len(phone.talk.told) == 2


async def test_an_amount_may_be_typed(ring):
    phone = await ring(answer_of("转多少", AMOUNT), answer_of("好"))
    await phone.until_silent()
    await phone.say("转账")
    await phone.press("500#")
    assert phone.talk.told == ["转账", "500"]


async def test_digits_of_a_secret_are_nowhere_but_in_the_turn(ring, caplog):
    phone = await ring(answer_of("请按键输入验证码", CODE), answer_of("好"))
    await phone.until_silent()
    await phone.say("登录")
    heard = len(phone.engines.recogniser.heard)
    await phone.say("二四六八一零", ms=900)
    assert len(phone.engines.recogniser.heard) == heard
    await phone.press("246810")
    assert phone.talk.told == ["登录", "246810"]
    told = "".join(str(frame) for frame in phone.frames)
    state = repr(phone.call) + repr(phone.call._keypad) + repr(phone.call._items) + caplog.text
    assert "246810" not in told + state
    assert {"type": "keypad", "v": 1, "body": {"keypad": None}} in phone.frames
    await phone.until_silent()
    await phone.say("谢谢")
    assert phone.talk.told[-1] == "谢谢"


async def test_a_secret_that_nobody_types_leads_to_a_person(ring):
    phone = await ring(answer_of("请按键输入验证码", CODE))
    await phone.until_silent()
    await phone.say("登录")
    for _ in range(2):
        await phone.until_silent()
        await phone.pass_ms(8_500)
    assert phone.talk.told == ["登录", "/human_handoff"]


async def test_zero_is_a_person_and_the_call_is_handed_over_after_the_words(ring):
    phone = await ring(answer_of("正在转接同事", ticket="h_00001"))
    await phone.until_silent()
    await phone.press("0")
    assert phone.talk.told == ["/human_handoff"]
    assert not phone.call.ended
    await phone.until_silent()
    await phone.pass_ms(100)
    assert phone.call.ended
    assert [f["type"] for f in phone.frames[-2:]] == ["transfer", "bye"]
    assert phone.frames[-2]["body"] == {"ticket": "h_00001"}


async def test_silence_is_answered_and_ends_by_the_clock(ring):
    phone = await ring()
    while not phone.call.ended and phone.clock.monotonic_ms() < 300_000:
        await phone.pass_ms(1_000)
    minutes = phone.clock.monotonic_ms() / 60_000
    assert phone.call.ended
    assert 1.9 < minutes < 2.2
    said = [clause for clause in phone.spoken if clause.startswith("[")]
    assert said == ["[utter_voice_still_there]", "[utter_voice_keypad]", "[utter_voice_bye]"]


async def test_noise_without_end_leads_to_a_person_and_loops_nowhere(ring):
    phone = await ring()
    await phone.until_silent()
    noise = phone.vocabulary.sound_of("", 1_000, phone.wire.rate)
    for _ in range(60):
        await phone.pass_ms(1_000, noise)
    assert "/human_handoff" in phone.talk.told


async def test_what_cannot_be_recognised_leads_to_the_keypad_and_to_a_person(ring):
    recogniser = FakeRecogniser(Vocabulary(), fails=True)
    phone = await ring(recogniser=recogniser)
    for _ in range(3):
        await phone.until_silent()
        await phone.say("喂你好")
    assert phone.spoken[1:3] == ["[utter_voice_again]", "[utter_voice_keypad]"]
    assert phone.talk.told == ["/human_handoff"]


async def test_a_call_that_cannot_speak_goes_to_people(ring):
    phone = await ring(synthesiser=FakeSynthesiser(fails=True))
    await phone.pass_ms(2_000)
    assert phone.call.ended
    assert phone.kinds()[-2:] == ["transfer", "bye"]


async def test_a_turn_that_fails_is_said_and_the_call_goes_on(ring):
    phone = await ring("down", answer_of("余额五百"))
    await phone.until_silent()
    await phone.say("查余额")
    await phone.until_silent()
    await phone.say("查余额")
    assert phone.spoken[1:] == ["[utter_voice_trouble]", "余额五百"]


async def test_customers_of_the_large_display_are_spoken_to_slowly_and_waited_for(ring):
    phone = await ring(answer_of("好", display="elder"), answer_of("余额五百"))
    await phone.until_silent()
    await phone.say("查余额")
    turns = phone.call._ears.turns
    assert turns.is_slow
    assert turns.times.stop_ms(Expecting.CHOICE, is_slow=True) == 1_200
    await phone.until_silent()
    await phone.say("查余额")
    assert phone.engines.synthesiser.spoken[-1] == ("余额五百", 0.85)


async def test_choices_are_keys(ring):
    phone = await ring(answer_of("哪一种", buttons=(("活期", "/a"), ("定期", "/b"))))
    await phone.until_silent()
    await phone.say("存款")
    assert phone.spoken[-1] == "活期[utter_voice_choice]定期[utter_voice_choice]"
    await phone.press("2")
    assert phone.talk.told[-1] == "/b"


async def test_a_secret_is_waited_for_from_the_end_of_a_long_prompt_on(ring):
    prompt = "请输入验证码" * 20
    phone = await ring(answer_of(prompt, CODE), answer_of("办好了"))
    await phone.until_silent()
    await phone.say("改手机号")
    await phone.until_silent()
    assert phone.spoken[1:] == [prompt]
    await phone.pass_ms(7_000)
    await phone.press("246810")
    assert phone.talk.told == ["改手机号", "246810"]

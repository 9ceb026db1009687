"""The stream: one send is one message, and durable frames come in order, once, to every page."""

import ag_ui.core as ag_ui
from pydantic import TypeAdapter

from assistant.model.ids import ConversationId
from assistant.model.message import InboundMessage

EVENT = TypeAdapter(ag_ui.Event)


async def test_a_send_is_accepted_and_its_durable_frames_follow(site):
    page = await site.enter(locale="zh-Hans")
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    assert page.kinds == [
        "welcome",
        "accepted",
        "message",
        "RUN_STARTED",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "message",
        "RUN_FINISHED",
    ]
    welcome, accepted, spoken, _, preview, *_, reply, finished = page.seen
    assert welcome["body"] == {
        "conv": welcome["conv"],
        "epoch": 1,
        "head_seq": 0,
        "mode": "assistant",
        "level": 0,
        "locale": "zh-Hans",
        "customer": None,
    }
    assert accepted["body"] == {"cmid": "m-1", "seq": 1}
    assert (spoken["seq"], spoken["body"]["role"], spoken["body"]["cmid"]) == (1, "customer", "m-1")
    assert (reply["seq"], reply["body"]["text"]) == (2, "echo hello")
    assert reply["body"]["message_id"] == preview["body"]["messageId"]
    assert finished["seq"] == 3
    assert finished["body"]["outcome"] == {"type": "success"}


async def test_run_and_text_frames_are_ag_ui_events(site):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="read back")
    await page.until("RUN_FINISHED")
    events = [frame["body"] for frame in page.seen if frame["type"].isupper()]
    parsed = [EVENT.validate_python(event) for event in events]
    assert [type(event).__name__ for event in parsed] == [
        "RunStartedEvent",
        "TextMessageStartEvent",
        "TextMessageContentEvent",
        "TextMessageEndEvent",
        "RunFinishedEvent",
    ]
    (interrupt,) = parsed[-1].outcome.interrupts
    assert (interrupt.reason, interrupt.message) == ("confirmation", "echo read back")


async def test_a_repeated_cmid_gets_the_first_acceptance_and_changes_nothing(site, service):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    await page.say("send", cmid="m-1", text="hello")
    accepted = await page.until("accepted", dup=True)
    assert accepted["body"] == {"cmid": "m-1", "seq": 1, "dup": True}
    await page.nothing_more()
    assert len(service.assistant.calls) == 1


async def test_a_cmid_repeated_while_its_turn_runs_is_one_message(site, service):
    page = await site.enter()
    for _ in range(3):
        await page.say("send", cmid="m-1", text="slow")
    await page.until("RUN_STARTED")
    service.assistant.may_go_on.set()
    await page.until("RUN_FINISHED")
    assert len(service.assistant.calls) == 1
    assert [frame["seq"] for frame in page.durable] == [1, 2, 3]


async def test_a_cmid_repeated_after_a_reconnect_is_known(site, service):
    page = await site.enter()
    conv = page.seen[0]["conv"]
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    await page.leave()
    again = await site.enter(conv=conv, last_seq=3)
    await again.say("send", cmid="m-1", text="hello")
    assert (await again.until("accepted"))["body"] == {"cmid": "m-1", "seq": 1, "dup": True}
    assert len(service.assistant.calls) == 1


async def test_two_pages_of_one_conversation_see_the_same(site):
    headers = await site.token()
    first = await site.enter(headers)
    conv = first.seen[0]["conv"]
    second = await site.enter(headers, conv=conv)
    await first.say("send", cmid="m-1", text="one")
    await first.until("RUN_FINISHED")
    await second.until("RUN_FINISHED")
    await second.say("send", cmid="m-2", text="two")
    await first.until("RUN_FINISHED")
    await second.until("RUN_FINISHED")
    assert first.durable == second.durable
    assert [frame["seq"] for frame in first.durable] == [1, 2, 3, 4, 5, 6]
    assert "RUN_STARTED" in second.kinds


async def test_a_dropped_page_does_not_end_its_turn(site, service):
    page = await site.enter()
    conv = page.seen[0]["conv"]
    await page.say("send", cmid="m-1", text="slow")
    await page.until("RUN_STARTED")
    await page.leave()
    service.assistant.may_go_on.set()
    again = await site.enter(conv=conv, last_seq=1)
    await again.until("RUN_FINISHED")
    assert [frame["seq"] for frame in again.durable] == [2, 3]


async def test_a_page_that_comes_back_within_a_turn_is_told_that_it_runs(site, service):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="slow")
    await page.until("RUN_STARTED")
    again = await site.enter(conv=page.seen[0]["conv"])
    await again.until("RUN_STARTED")
    service.assistant.may_go_on.set()
    await again.until("RUN_FINISHED")
    assert [frame["seq"] for frame in again.durable] == [1, 2, 3]


async def test_what_was_missed_is_replayed_from_last_seq(site):
    page = await site.enter()
    conv = page.seen[0]["conv"]
    for number in range(3):
        await page.say("send", cmid=f"m-{number}", text="flow")
        await page.until("RUN_FINISHED")
    again = await site.enter(conv=conv, last_seq=7, epoch=1)
    await again.until("RUN_FINISHED")
    await again.until("RUN_FINISHED")
    assert again.durable == page.durable[7:]
    assert again.seen[0]["body"]["head_seq"] == 15
    assert again.durable[0]["type"] == "message" or again.durable[0]["body"] == {"type": "hidden"}


async def test_a_long_absence_ends_in_a_snapshot(site, clock):
    page = await site.enter()
    conv = page.seen[0]["conv"]
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    clock.advance(25 * 3600)
    again = await site.enter(conv=conv)
    snapshot = (await again.until("snapshot"))["body"]
    assert snapshot["head_seq"] == 3
    assert snapshot["frames"] == page.durable
    await again.say("send", cmid="m-2", text="hello")
    await again.until("RUN_FINISHED")
    assert [frame["seq"] for frame in again.durable] == [4, 5, 6]


async def test_more_than_500_events_end_in_a_snapshot_of_the_newest(site, service):
    page = await site.enter()
    conv = ConversationId(page.seen[0]["conv"])
    await page.leave()
    store = service.assistant.conversations.store
    before = await say_directly(service, conv, 168)
    assert (await store.head(conv)).last_frame_seq == before == 504
    again = await site.enter(conv=conv)
    snapshot = (await again.until("snapshot"))["body"]
    assert [frame["seq"] for frame in snapshot["frames"]] == list(range(405, 505))
    await again.say("history", before_seq=405, limit=3)
    history = (await again.until("history"))["body"]["frames"]
    assert [frame["seq"] for frame in history] == [402, 403, 404]


async def test_a_replay_longer_than_the_queue_arrives_whole(site, service):
    page = await site.enter()
    conv = ConversationId(page.seen[0]["conv"])
    await page.leave()
    await say_directly(service, conv, 160)
    again = await site.enter(conv=conv)
    while len(again.durable) < 480:
        await again.next()
    assert [frame["seq"] for frame in again.durable] == list(range(1, 481))


async def say_directly(service, conv, messages):
    conversations = service.assistant.conversations
    async with conversations.hold_any(conv) as held:
        for number in range(messages):
            await service.assistant._answer(held, spoken(conv, number))
    return (await conversations.store.head(conv)).last_frame_seq


def spoken(conv, number):
    from_page = {"message_id": f"d-{number}", "conversation_id": conv, "text": "hello"}
    return InboundMessage(**from_page)


async def test_events_the_broadcast_lost_are_read_from_the_log(site, service):
    page = await site.enter()
    service.broadcast.loses = 1
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    assert [frame["seq"] for frame in page.durable] == [1, 2, 3]
    assert page.kinds.count("accepted") == 1


async def test_a_turn_whose_broadcast_was_lost_entirely_still_arrives(site, service):
    page = await site.enter()
    service.broadcast.loses = 100
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    assert [frame["seq"] for frame in page.durable] == [1, 2, 3]


async def test_a_subscription_that_ends_is_opened_again(site, service):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    service.broadcast.end_all()
    await page.say("send", cmid="m-2", text="hello")
    await page.until("RUN_FINISHED")
    assert [frame["seq"] for frame in page.durable] == [1, 2, 3, 4, 5, 6]


async def test_run_cancel_stops_previews_and_nothing_else(site, service):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="slow")
    await page.until("RUN_STARTED")
    await page.say("run.cancel")
    await page.say("history", before_seq=1)
    await page.until("history")
    service.assistant.may_go_on.set()
    await page.until("RUN_FINISHED")
    assert "TEXT_MESSAGE_CONTENT" not in page.kinds
    assert [frame["seq"] for frame in page.durable] == [1, 2, 3]
    await page.say("send", cmid="m-2", text="hello")
    await page.until("TEXT_MESSAGE_CONTENT")


async def test_a_turn_that_fails_says_which_message_to_send_again(site):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="store is down")
    error = (await page.until("error"))["body"]
    assert error == {
        "code": "store.unavailable",
        "retryable": True,
        "after_ms": 1000,
        "cmid": "m-1",
    }
    await page.say("send", cmid="m-2", text="  ")
    error = (await page.until("error"))["body"]
    assert error == {"code": "message.empty", "retryable": False, "cmid": "m-2"}
    await page.say("send", cmid="m-3", text="defect")
    error = (await page.until("error"))["body"]
    assert error == {"code": "internal", "retryable": False, "cmid": "m-3"}


async def test_a_customer_is_greeted_by_name_and_level(site):
    page = await site.enter(await site.token("C1001", 4))
    assert page.seen[0]["body"]["customer"] == {"name": "林晓"}
    assert page.seen[0]["body"]["level"] == 4


async def test_asking_for_a_colleague_waits_for_one(site):
    headers = await site.token()
    page = await site.enter(headers)
    await page.say("handoff.request")
    event = await page.until("event")
    assert event["body"]["type"] == "handoff_requested"
    assert event["body"]["position"] == 1
    await page.until("RUN_FINISHED")
    again = await site.enter(headers, conv=page.seen[0]["conv"])
    assert again.seen[0]["body"]["mode"] == "waiting"


async def test_what_a_colleague_says_arrives_at_once(site):
    page = await site.enter()
    await page.say("handoff.request")
    ticket = (await page.until("event"))["body"]["ticket"]
    answer = await site.http.post("/v1/sandbox/staff-sign-in", json={"colleague": "李静"})
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    await site.http.post(f"/v1/staff/tickets/{ticket}/accept", headers=headers)
    await site.http.post(
        f"/v1/staff/tickets/{ticket}/messages", json={"text": "您好"}, headers=headers
    )
    said = await page.until("message", role="colleague")
    assert (said["body"]["text"], said["body"]["ai_generated"]) == ("您好", False)
    seqs = [frame["seq"] for frame in page.durable]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_feedback_over_the_stream_is_kept(site, service):
    page = await site.enter()
    conv = ConversationId(page.seen[0]["conv"])
    await page.say("feedback", turn=1, rating=1, comment="good")
    await page.say("ack", seq=0)
    await page.say("read", seq=0)
    await page.say("typing")
    await page.nothing_more()
    stored = await service.assistant.conversations.store.load(conv)
    assert stored[-1].event.comment == "good"

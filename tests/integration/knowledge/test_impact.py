"""After a rate changed: the conversations that were told the old one, and no other."""

from datetime import UTC, date, datetime, timedelta

from assistant.adapters.memory import MemoryEventStore
from assistant.model.events import Answered, ConversationStarted, MessageReceived, Said
from assistant.model.ids import ConversationId, Fingerprint
from assistant.model.message import Citation, ReplyPart
from channels.bootstrap import load_release
from channels.composition_impact import affected_in
from knowledge.documents import parse_document
from knowledge.impact import compare
from knowledge.loader import CONTENT
from tests.shelf import LOSS, new_rates, old_rates

AT = datetime(2026, 10, 10, 4, 0, tzinfo=UTC)
ROW = "| 三年 | 1.40% | 50元 |"
SENTENCE = "整存整取三年年利率为1.40%。"
SAME = "| 一年 | 1.00% | 50元 |"


async def told(store, name, quote, *, document="deposit-rates", locale="zh-Hans", as_of=None):
    """A conversation in which a question was answered with one sentence."""
    stamp = {"at": AT + timedelta(minutes=int(name[1:])), "release": Fingerprint("r")}
    cited = Citation(
        document_id=document,
        title="存款利率表",
        section="定期存款利率",
        version="2026-05-01",
        effective_from=date(2026, 5, 1),
        effective_to=None,
        quote=quote,
        url="/v1/documents/x",
        passage_id=f"{document}@2026-05-01#x-1",
    )
    events = [
        ConversationStarted(**stamp, turn=0, channel="web", locale=locale),
        MessageReceived(**stamp, turn=1, message_id="m", text="三年利率多少", channel="web"),
        Answered(**stamp, turn=1, question="三年利率多少", passages=(), as_of=as_of),
        Said(**stamp, turn=1, part=ReplyPart(text=quote, citations=(cited,))),
    ]
    await store.append(ConversationId(name), 0, events)


async def test_one_changed_rate_touches_two_conversations_and_no_other():
    store = MemoryEventStore()
    await told(store, "c1", ROW)
    await told(store, "c2", SENTENCE, locale="en")
    await told(store, "c3", SAME)
    await told(store, "c4", "挂失不收取手续费。", document="debit-card-loss")
    await told(store, "c5", ROW, as_of=date(2026, 6, 1))  # asked about June, and right for June
    versions = [parse_document(text, "x.md") for text in (old_rates(), new_rates())]
    comparison = compare(versions, "deposit-rates", None, None)
    found = [one async for one in affected_in(store, load_release(CONTENT), comparison)]
    assert [(one.conversation_id, one.change.old, one.change.new) for one in found] == [
        ("c1", ROW, "| 三年 | 1.30% | 50元 |"),
        ("c2", SENTENCE, "整存整取三年年利率为1.30%。"),
    ]
    for one in found:
        assert "1.40%" in one.draft
        assert "1.30%" in one.draft
        assert "2026-10-15" in one.draft
    assert "三年利率多少" in found[0].draft
    assert found[1].draft.startswith("Hello")


async def test_an_edit_of_the_version_itself_and_a_sentence_that_is_gone_are_found():
    store = MemoryEventStore()
    await told(store, "c1", ROW)
    edited = old_rates().replace("| 三年 | 1.40% | 50元 |\n", "")
    comparison = compare([parse_document(edited, "x.md")], "deposit-rates", None, None)
    found = [one async for one in affected_in(store, load_release(CONTENT), comparison)]
    assert [(one.change.new, one.question) for one in found] == [(None, "三年利率多少")]


async def test_a_document_that_stayed_as_it_was_touches_nobody():
    store = MemoryEventStore()
    await told(store, "c1", SAME)
    comparison = compare([parse_document(old_rates(), "x.md")], "deposit-rates", None, None)
    assert [one async for one in affected_in(store, load_release(CONTENT), comparison)] == []
    loss = compare([parse_document(LOSS, "x.md")], "debit-card-loss", None, None)
    assert loss.change_of("挂失后卡片立即停用！", "办理方式") is None


def test_the_sentence_about_the_same_thing_takes_the_place_of_a_changed_one():
    rows = "整存整取一年年利率为1.31%。整存整取三年年利率为1.20%。整存整取五年年利率为1.30%。\n"
    newer = new_rates().replace("整存整取三年年利率为1.30%。\n", rows)
    comparison = compare([parse_document(newer, "x.md")], "deposit-rates", None, None)
    change = comparison.change_of("整存整取三年年利率为1.30%。", "定期存款利率")
    assert change.new == "整存整取三年年利率为1.20%。"

"""A small release in Python: two tasks, a question, a few words."""

from __future__ import annotations

from assistant.model.flow import (
    END,
    ActionStep,
    Branch,
    CollectStep,
    Flow,
    NluTrigger,
)
from assistant.model.release import Lexicon, Release, SlotDefinition, Wordlist


def collects(flow_id, *slots, **more):
    """A flow that asks for slots one after the other."""
    ids = [f"ask_{slot}" for slot in slots]
    steps = {
        step_id: CollectStep(
            id=step_id,
            next=(Branch(None, after),),
            slot=slot,
            utter=f"utter_ask_{slot}",
        )
        for step_id, slot, after in zip(ids, slots, [*ids[1:], END], strict=True)
    }
    return Flow(
        id=flow_id,
        name={"zh-Hans": flow_id},
        description=flow_id,
        steps=steps,
        first=ids[0],
        **more,
    )


PATTERN = Flow(
    id="pattern_search",
    name={"zh-Hans": "search"},
    description="",
    steps={"a": ActionStep(id="a", next=(Branch(None, END),), action="action_trigger_search")},
    first="a",
)
FLOWS = [
    collects("transfer_money", "payee", "amount", nlu_triggers=(NluTrigger("send_money", 0.4),)),
    collects("lock_card", "card", "confirm_lock_card"),
    collects("check_balance", "card"),
    collects("file_complaint", "story"),
    collects("sign_in_again", "one_time_code"),
    PATTERN,
]
SLOTS = [
    SlotDefinition(name="payee", kind="payee", entities=("person",), words=("收款人",)),
    SlotDefinition(name="amount", kind="amount", words=("金额",)),
    SlotDefinition(name="card", kind="card", words=("卡",)),
    SlotDefinition(name="confirm_lock_card", type="bool", kind="yes_no"),
    SlotDefinition(name="story", kind="text"),
    SlotDefinition(name="one_time_code", kind="code", mask="secret"),
    SlotDefinition(name="urgent", type="bool", kind="yes_no", intents={"urgent_please": True}),
]
LEXICON = Lexicon(
    commands={
        "affirm": Wordlist(exact=frozenset({"好的", "是", "yes"})),
        "deny": Wordlist(exact=frozenset({"不", "不要", "no"})),
        "cancel": Wordlist(exact=frozenset({"算了"}), contains=("不办了",)),
        "repeat": Wordlist(contains=("再说一遍",)),
        "human_handoff": Wordlist(contains=("转人工",)),
        "correction": Wordlist(contains=("改成", "改一下", "不对")),
        "question": Wordlist(contains=("吗", "多少", "怎么", "?")),
        "insults": Wordlist(contains=("笨蛋",)),
        "fillers": Wordlist(contains=("嗯", "那个")),
        "politeness": Wordlist(contains=("谢谢", "请")),
    },
    rewrites={"挂矢": "挂失"},
    relations={"妈妈": ("老妈",)},
)
RELEASE = Release(
    fingerprint="r1",
    flows={flow.id: flow for flow in FLOWS},
    slots={slot.name: slot for slot in SLOTS},
    responses={},
    lexicon=LEXICON,
)

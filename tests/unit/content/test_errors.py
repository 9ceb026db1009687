"""Every mistake is named with file, line, field and what would fix it."""

import pytest

from assistant.errors import ContentError
from knowledge.loader import load
from tests.unit.content.packs import PACK, changed, write

FLOW = "flows:\n  a:\n    description: d\n"
"""Three lines before the steps of a flow that stands alone in its file."""


def problems_of(folder, **options):
    with pytest.raises(ContentError) as caught:
        load(folder, defaults=None, **options)
    return caught.value.problems


MISTAKES = [
    (
        "flows/cards.yml",
        "collect: card\n",
        "colect: card\n",
        'flows/cards.yml:9: flows.lock_card.steps[0].colect: unknown key "colect"; did you mean '
        '"collect"?',
    ),
    (
        "flows/cards.yml",
        "ask_before_filling: true",
        "ask_befor_filling: true",
        "flows/cards.yml:14: flows.lock_card.steps[1].ask_befor_filling: unknown key "
        '"ask_befor_filling"; did you mean "ask_before_filling"?',
    ),
    (
        "flows/cards.yml",
        "ask_before_filling: true",
        "ask_before_filling: maybe",
        "flows/cards.yml:14: flows.lock_card.steps[1].ask_before_filling: "
        "ask_before_filling must be true or false",
    ),
    (
        "flows/cards.yml",
        "then: lock\n",
        "then: lok\n",
        'flows/cards.yml:18: flows.lock_card.steps[1].next[0].then: there is no step "lok" '
        'in this flow; did you mean "lock"?',
    ),
    (
        "flows/cards.yml",
        "action: lock_card",
        "action: lock_crad",
        "flows/cards.yml:23: flows.lock_card.steps[2].action: no action "
        '"lock_crad" in the domain or behind the gateway; did you mean "lock_card"?',
    ),
    (
        "flows/cards.yml",
        "action: utter_declined",
        "action: utter_declind",
        "flows/cards.yml:20: flows.lock_card.steps[1].next[1].else[0].action: "
        'there is no response "utter_declind"; did you mean "utter_declined"?',
    ),
    (
        "flows/cards.yml",
        "slots.confirm_lock_card\n",
        "slots.confirm_lok_card\n",
        "flows/cards.yml:17: flows.lock_card.steps[1].next[0].if: there is no slot "
        '"confirm_lok_card"; did you mean "confirm_lock_card"?',
    ),
    (
        "flows/cards.yml",
        'slots.outcome = "done"',
        'slots.outcome = = "done"',
        "flows/cards.yml:25: flows.lock_card.steps[2].next[0].if: Cannot read the condition",
    ),
    (
        "flows/cards.yml",
        'slots.outcome = "done"',
        'outcome = "done"',
        'flows/cards.yml:25: flows.lock_card.steps[2].next[0].if: "outcome" is not a name here',
    ),
    (
        "flows/cards.yml",
        "              - action: utter_declined\n                next: END",
        "              - action: utter_declined",
        "flows/cards.yml:20: flows.lock_card.steps[1].next[1].else[0]: the last step of a "
        "branch needs next",
    ),
    (
        "flows/cards.yml",
        "          - else: END\n",
        "",
        "flows/cards.yml:25: flows.lock_card.steps[2].next: the branches have no else",
    ),
    (
        "flows/cards.yml",
        "    description: 客户想暂时锁住一张卡。\n",
        "",
        "flows/cards.yml:2: flows.lock_card: description is missing",
    ),
    (
        "flows/cards.yml",
        "start_level: 3",
        "start_level: 5",
        "flows/cards.yml:6: flows.lock_card.metadata.start_level: start_level must be a whole "
        "number from 0 to 4",
    ),
    (
        "flows/cards.yml",
        "confirms: lock_card",
        "confirms: lock_cart",
        "flows/cards.yml:15: flows.lock_card.steps[1].metadata.confirms: no action",
    ),
    (
        "flows/cards.yml",
        "    steps:",
        "    steps: []\n    step:",
        "flows/cards.yml:8: flows.lock_card.steps: a flow needs at least one step",
    ),
    (
        "domain/slots.yml",
        "mask: tail",
        "mask: tial",
        'domain/slots.yml:9: slots.card.metadata.mask: mask "tial" is not known; did you mean '
        '"tail"?',
    ),
    (
        "domain/slots.yml",
        "type: bool",
        "type: boolean",
        'domain/slots.yml:11: slots.confirm_lock_card.type: type "boolean" is not known; did you '
        'mean "bool"?',
    ),
    (
        "domain/slots.yml",
        "        entity: card\n",
        "",
        "domain/slots.yml:7: slots.card.mappings[0]: entity is missing",
    ),
    (
        "responses/cards.yml",
        "{card}",
        "{card",
        "responses/cards.yml:10: responses.utter_ask_confirm_lock_card[0].text: a brace stands "
        "alone",
    ),
    (
        "responses/cards.yml",
        "{% endif %}",
        "",
        "responses/cards.yml:16: responses.utter_done[0].text: the Jinja template does not parse",
    ),
    (
        "responses/cards.yml",
        "payload: /SetSlots(card=all)",
        "type: postback",
        "responses/cards.yml:6: responses.utter_ask_card[0].buttons[0]: a button needs title and",
    ),
    (
        "nlu/cards.yml",
        "(card)那张",
        "(card那张",
        "nlu/cards.yml:4: nlu[0].examples: a mark is not closed",
    ),
    (
        "nlu/cards.yml",
        "- 锁卡",
        "锁卡",
        "nlu/cards.yml:5: nlu[0].examples: an example line begins with `- `",
    ),
    (
        "lexicon/words.yml",
        "contains: [转人工]",
        "contain: [转人工]",
        'lexicon/words.yml:4: human_handoff.contain: unknown key "contain"; did you mean '
        '"contains"?',
    ),
    (
        "policies/actions.yml",
        "to: phone",
        "to: fone",
        'policies/actions.yml:7: actions.lock_card.codes[1].to: "fone" is neither `reserved` '
        'nor a slot; did you mean "phone"?',
    ),
    (
        "policies/actions.yml",
        "level: 3",
        "level: high",
        "policies/actions.yml:3: actions.lock_card.level: level must be a whole number",
    ),
    (
        "policies/actions.yml",
        "lock_card:",
        "lock_cards:",
        'policies/actions.yml:2: actions.lock_cards: no action "lock_cards"',
    ),
    (
        "compliance/review.yml",
        "保本, 稳赚",
        "'(保本'",
        "compliance/review.yml:4: rules[0].patterns: `(保本` is not a regular expression",
    ),
    (
        "compliance/review.yml",
        "replace_with: utter_reply_withheld",
        "replace_with: utter_reply_witheld",
        "compliance/review.yml:7: rules[0].replace_with: there is no response "
        '"utter_reply_witheld"; did you mean "utter_reply_withheld"?',
    ),
    (
        "segments/segments.yml",
        "rule: true",
        "rule: age > 60",
        "segments/segments.yml:6: segments[1]: the last segment must take everyone else",
    ),
    (
        "segments/segments.yml",
        "age < 30",
        "years < 30",
        'segments/segments.yml:4: segments[0].rule: "years" is not a name here',
    ),
    (
        "products/wealth.yml",
        "risk: R1",
        "risk: R7",
        "products/wealth.yml:5: products[0].risk: risk",
    ),
    (
        "products/wealth.yml",
        '"1.00"',
        '"1.005"',
        "products/wealth.yml:7: products[0].minimum_amount: minimum_amount must be an amount",
    ),
    (
        "products/wealth.yml",
        "[新芽]",
        "[新牙芽]",
        'products/wealth.yml:12: products[0].segments[0]: there is no segment "新牙芽"',
    ),
    (
        "products/wealth.yml",
        "high_bp: 260",
        "high_bp: 2.60",
        "products/wealth.yml:9: products[0].rate.high_bp: high_bp must be a whole number",
    ),
    (
        "products/wealth.yml",
        "on_sale_to: null",
        "on_sale_to: 2026-02-30",
        "products/wealth.yml:15: products[0].on_sale_to: on_sale_to must be a date",
    ),
    (
        "RELEASE.yml",
        "settings:",
        "setings:",
        'RELEASE.yml:4: setings: unknown key "setings"; did you mean "settings"?',
    ),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"), MISTAKES, ids=[entry[3][:60] for entry in MISTAKES]
)
def test_a_mistake_is_named(tmp_path, name, old, new, expected):
    found = problems_of(write(tmp_path, changed(name, old, new)))
    assert any(line.startswith(expected) for line in found), "\n".join(found)


STEPS = [
    ("- {call: child, mcp_server: s}", '"mcp_server" is not supported; write an action'),
    ("- {call: child, exit_if: [a]}", '"exit_if" is not supported; autonomous agents'),
    ("- {link: nowhere}", 'there is no flow "nowhere"'),
    ("- {call: nowhere}", 'there is no flow "nowhere"'),
    ("- {link: pattern_x}", "of the patterns only pattern_human_handoff can be linked"),
    ("- {link: child, next: END}", "a link ends the flow and has no next"),
    ("- {link: child}\n      - {action: utter_ok}", "link must be the last step of its list"),
    ("- {noop: true}", "a noop needs next"),
    (
        "- {action: utter_ok, collect: card}",
        "a step does one thing; this one has collect and action",
    ),
    ("- {collect: missing}", 'there is no slot "missing"; add it to the domain'),
    ("- {collect: silent}", 'no response "utter_ask_silent", no action "action_ask_silent"'),
    ("- {set_slots: [{nothing: 1}]}", 'there is no slot "nothing"'),
    ("- {set_slots: [{flag: maybe}]}", "slot flag is a bool; write true, false or null"),
    ("- {id: END, action: utter_ok}", 'the id "END" is reserved'),
    (
        "- {id: x, action: utter_ok}\n      - {id: x, action: utter_ok}",
        'second step has the id "x"',
    ),
    ("- {id: x, action: utter_ok, next: x}", 'step "x" leads back to itself without asking'),
    ("- {call: a}", 'flow "a" ends up calling itself'),
    ("- {link: a}", 'flow "a" links back to itself without asking anything'),
    ("- {collect: card, rejections: [{if: slots.card is null}]}", "a rejection needs `if` and"),
    ("- {collect: card, silence_timeout: long}", "silence_timeout is in seconds"),
    ("- just words", "a step must be a mapping"),
    ("- {action: utter_ok, next: [{else: END}, {if: true, then: END}]}", "else stands alone, as"),
    ("- {action: utter_ok, next: [{if: true}, {else: END}]}", "a branch needs `if` and `then`"),
]


@pytest.mark.parametrize(("steps", "expected"), STEPS)
def test_a_step_that_cannot_run_is_refused(tmp_path, steps, expected):
    extra = {
        "domain.yml": "slots: {silent: {type: text}, flag: {type: bool}}",
        "responses/more.yml": "responses: {utter_ok: [{text: 好}]}",
        "flows/child.yml": (
            "flows:\n  child: {description: d, steps: [{action: utter_ok}]}\n"
            "  pattern_x: {description: d, steps: [{action: utter_ok}]}\n"
        ),
        "flows/a.yml": f"{FLOW}    steps:\n      {steps}\n",
    }
    found = problems_of(write(tmp_path, PACK | extra))
    assert any(line.startswith("flows/a.yml:") and expected in line for line in found), found


FILES = [
    ("flows/x.yml", "flow: {}", 'flows/x.yml:1: flow: unknown key "flow"; did you mean "flows"?'),
    ("data/x.yml", "stories: []", 'data/x.yml:1: stories: "stories" is not supported; stories are'),
    ("domain/x.yml", "forms: {}", 'domain/x.yml:1: forms: "forms" is not supported; forms are'),
    ("flows/x.yml", "flows:\n  a: 1\n  a: 2", "flows/x.yml:3: flows.a: duplicate key"),
    ("flows/x.yml", "flows: [", "flows/x.yml:2: not YAML"),
    ("flows/x.yml", "flows: !!python/object:os.system {}", "flows/x.yml:1: tag "),
    ("flows/x.yml", "<<: {a: b}", "flows/x.yml:1: merge keys"),
    ("flows/x.yml", "a: 1\n---\nb: 2", "flows/x.yml:2: a second document"),
    ("flows/x.yml", "a: &x [*x]", "flows/x.yml:1: alias *x has no finished anchor"),
    ("flows/x.yml", "[" * 60 + "]" * 60, "flows/x.yml:1: nested more than 40 deep"),
    ("flows/x.yml", b"a: b\nflows: \xff\xfe", "flows/x.yml:2: not UTF-8"),
    ("flows/x.yml", b"#" * 1_000_001, "flows/x.yml:1: larger than 1,000,000 bytes"),
    ("flows/x.yml", "- a", "flows/x.yml:1: the file must be a mapping"),
    ("flows/x.yml", 'a: "\\ud800"', "flows/x.yml:1: not YAML"),
    ("flows/x.yml", "{a: 1}: b", "flows/x.yml:1: a list or mapping as a key"),
    (
        "flows/x.yml",
        "flows:\n  lock_card:\n    description: d",
        'flows/x.yml:2: flows.lock_card: flow "lock_card" is also in flows/cards.yml:2; keep one',
    ),
    (
        "responses/x.yml",
        "responses: {utter_done: [{text: 好}]}",
        'responses/x.yml:1: responses.utter_done: "utter_done" is also in responses/cards.yml:15',
    ),
]


@pytest.mark.parametrize(("name", "text", "expected"), FILES, ids=[entry[2] for entry in FILES])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, text, expected):
    found = problems_of(write(tmp_path, {**PACK, name: text}))
    assert any(line.startswith(expected) for line in found), "\n".join(found)


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    found = problems_of(write(tmp_path, {"flows/bomb.yml": "\n".join(lines)}))
    assert found == ("flows/bomb.yml:6: more than 200,000 values, aliases counted",)


def test_names_of_an_unreadable_file_are_not_called_missing(tmp_path):
    found = problems_of(write(tmp_path, {**PACK, "responses/cards.yml": "responses: ["}))
    assert [line.split(":")[0] for line in found] == ["responses/cards.yml"]

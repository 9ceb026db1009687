"""A test file is read whole, or every slip is named with its line and what would fix it."""

from pathlib import Path
from textwrap import dedent

import pytest

from assistant.errors import ContentError
from evals.e2e.expectations import Clarifies, EndsFlow, RunsAction, SetsSlot, StartsFlow, Utters
from evals.e2e.reading import read_cases

PACK = Path(__file__).parents[2] / "packs" / "calm_cafe" / "tests"


@pytest.fixture
def read(tmp_path):
    def _read(text):
        folder = tmp_path / "happy"
        folder.mkdir(exist_ok=True)
        (folder / "cases.yml").write_text(dedent(text), encoding="utf-8")
        return read_cases([tmp_path])

    return _read


def problems(read, text):
    with pytest.raises(ContentError) as caught:
        read(text)
    return "\n".join(caught.value.problems)


FULL = """
    fixtures:
      - premium: [{membership: premium}, {authenticated: true}]
    metadata:
      - web:
          channel: web
          customer: C1001
          level: 4
          locale: en
          clock: "2026-11-22T10:00:00+08:00"
          faults: [{operation: lock_card, kind: slow, times: 2, delay_ms: 50}]
          bank_state: [{path: "cards[last4=6688].status", equals: locked}]
          journal: {count: 1, operations: {lock_card: 1}}
          events: [flow_started]
          absent_events: [cannot_handle]
          outcome: {lock_card: [unknown, done]}
          advance: {at_step: 2, seconds: 700}
          citations: [debit-card-lock]
          recommended: {max_risk: 2, includes: [wealth-anxin-90]}
          a_key_of_somebody_else: 1
    stub_custom_actions:
      check_balance: {events: [{event: slot, name: balance, value: 1000}], responses: [{text: hi}]}
      lock::check_balance: {events: []}
    test_cases:
      - test_case: lock
        fixtures: [premium]
        metadata: web
        steps:
          - user: lock my card
            assertion_order_enabled: true
            assertions:
              - flow_started: {operator: all, flow_ids: [lock_card, report_loss]}
              - flow_started: lock_card
              - flow_completed: {flow_id: lock_card, flow_step_id: done}
              - flow_cancelled: {flow_id: lock_card}
              - pattern_clarification_contains: [lock_card]
              - action_executed: lock_card
              - slot_was_set: [{name: card, value: "6688"}]
              - slot_was_not_set: [{name: card}]
              - bot_uttered: {utter_name: utter_done, text_matches: "6688", buttons: [{title: ok}]}
              - bot_did_not_utter: {text_matches: sorry}
          - user: /affirm
            metadata: {message_id: same, error: message.invalid, customer: C1002, level: 2}
      - test_case: other
        steps:
          - user: hi
          - bot: hello
          - utter: utter_greet
          - slot_was_set: [card, {amount: 3}]
          - slot_was_not_set: [{amount: 4}]
"""


def test_every_key_of_the_format_is_read(read):
    case, other = read(FULL)
    assert case.id == "happy/cases::lock"
    assert case.slots == {"membership": "premium", "authenticated": True}
    kinds = [type(e) for e in case.steps[0].expectations]
    assert kinds == [
        StartsFlow,
        StartsFlow,
        StartsFlow,
        EndsFlow,
        EndsFlow,
        Clarifies,
        RunsAction,
        SetsSlot,
        SetsSlot,
        Utters,
        Utters,
    ]
    assert case.steps[0].in_order
    assert [e.forbids for e in case.steps[0].expectations][-4:] == [False, True, False, True]
    assert [type(e) for e in other.steps[0].expectations] == [Utters, Utters, *[SetsSlot] * 3]


def test_metadata_tells_who_speaks_and_what_must_be_true_afterwards(read):
    case, _ = read(FULL)
    assert (case.start.customer, case.start.level, case.start.locale) == ("C1001", 4, "en")
    assert case.start.clock.isoformat() == "2026-11-22T10:00:00+08:00"
    assert case.start.faults == (
        {"operation": "lock_card", "kind": "slow", "times": 2, "delay_ms": 50},
    )
    assert case.start.advance[0].seconds == 700
    assert case.afterwards.outcomes == {"lock_card": ("unknown", "done")}
    assert case.afterwards.bank_state[0].path == "cards[last4=6688].status"
    assert case.afterwards.max_risk == 2
    step = case.steps[1]
    assert (step.message_id, step.error, step.customer, step.level) == (
        "same",
        "message.invalid",
        "C1002",
        2,
    )


def test_a_stub_of_one_case_is_not_another_cases(read):
    case, other = read(FULL)
    assert case.stubs["check_balance"].slots == {}
    assert other.stubs["check_balance"].slots == {"balance": 1000}
    assert other.stubs["check_balance"].says[0].text == "hi"


def one_step(lines):
    indented = "\n".join(f"            {line}" for line in lines)
    return f"\n    test_cases:\n      - test_case: one\n        steps:\n{indented}\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["- usr: hi"], 'cases.yml:5: test_cases[0].steps[0].usr: unknown key "usr"'),
        (["- usr: hi"], 'did you mean "user"?'),
        (["- bot: hi"], "the first step must be `user`"),
        (["- user: hi", "  assertions: [{flow_startd: x}]"], 'did you mean "flow_started"?'),
        (["- user: hi", "  assertions: [{flow_completed: {}}]"], "flow_completed needs flow_id"),
        (
            ["- user: hi", "  assertions: [{bot_uttered: {text_matches: '('}}]"],
            "not a regular expression",
        ),
        (["- user: hi", "  assertions: [{bot_uttered: {}}]"], "needs utter_name"),
        (["- user: hi", "  assertions: [{slot_was_set: [{value: 1}]}]"], "a slot needs name"),
        (
            ["- user: hi", "  assertions: [{flow_started: x, action_executed: y}]"],
            "one assertion for each element",
        ),
        (
            ["- user: hi", "  assertions: [{action_executed: x}]", "- bot: hello"],
            "use one style or two cases",
        ),
        (
            ["- user: hi", "  assertions: [{generative_response_is_grounded: {threshold: 1}}]"],
            "name the documents under metadata: citations",
        ),
        (["- user: hi", "  metadata: nobody"], 'metadata "nobody" is not defined'),
        (["- user: hi", "  metadata: {mesage_id: a}"], 'did you mean "message_id"?'),
    ],
)
def test_a_slip_in_a_step_is_named(read, lines, said):
    assert said in problems(read, one_step(lines))


def with_metadata(text):
    return f"""
    metadata:
      - ours: {text}
    test_cases:
      - test_case: one
        metadata: ours
        steps: [{{user: hi}}]
    """


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{custmer: C1001}", 'cases.yml:3: metadata[0].ours.custmer: unknown key "custmer"'),
        ("{bank_stat: []}", 'did you mean "bank_state"?'),
        ("{level: 7}", "level must be a whole number from 0 to 4"),
        ("{clock: yesterday}", "clock must be an instant"),
        ("{clock: '2026-11-22T10:00:00'}", "clock must be an instant"),
        ("{faults: [{operation: lock_card}]}", "a fault needs operation and kind"),
        ("{faults: [{operation: lock_card, kind: tmeout}]}", 'kind "tmeout" is not known'),
        ("{advance: {seconds: 3}}", "advance needs at_step"),
        ("{bank_state: [{path: phone}]}", "needs path and equals"),
        ("{events: [flow_startd]}", 'did you mean "flow_started"?'),
        ("{outcome: {lock_card: maybe}}", 'an outcome "maybe" is not known'),
        ("{locale: fr}", 'locale "fr" is not known'),
    ],
)
def test_a_slip_in_metadata_is_named(read, text, said):
    assert said in problems(read, with_metadata(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fixtures: []", "test_cases is missing"),
        ("test_cases: [{test_case: one}]", "a test case needs test_case (its name) and steps"),
        (
            "test_cases: [{test_case: a, steps: [{user: x}]}, {test_case: a, steps: [{user: x}]}]",
            'a second test case "a"',
        ),
        (
            "test_cases: [{test_case: a, fixtures: [gold], steps: [{user: x}]}]",
            'fixture "gold" is not defined',
        ),
        ("test_cases: [", "not YAML"),
    ],
)
def test_a_slip_in_a_file_is_named(read, text, said):
    assert said in problems(read, text)


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ContentError, match="no such file or folder"):
        read_cases([tmp_path / "nothing.yml"])


def test_a_folder_without_test_files_is_named(tmp_path):
    with pytest.raises(ContentError, match=r"no \.yml file"):
        read_cases([tmp_path])


def test_a_file_of_rasas_own_kind_is_read():
    cases = read_cases([PACK])
    assert [case.name for case in cases] == ["hours"]

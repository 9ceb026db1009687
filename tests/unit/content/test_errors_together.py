"""Mistakes that only several files, flows or steps together make."""

from tests.unit.content.packs import PACK, changed, write
from tests.unit.content.test_errors import FLOW, problems_of


def test_all_mistakes_of_all_files_are_reported_at_once(tmp_path):
    files = changed("flows/cards.yml", "then: lock\n", "then: lok\n")
    files["policies/actions.yml"] = "actions: {lock_card: {confirm: true}}"
    files["nlu/cards.yml"] = "nlu:\n  - intnt: lock_card\n"
    found = problems_of(write(tmp_path, files))
    assert {line.split(":")[0] for line in found} == {
        "flows/cards.yml",
        "policies/actions.yml",
        "nlu/cards.yml",
    }


def test_an_action_has_one_policy(tmp_path):
    files = {**PACK, "policies/more.yml": "actions: {lock_card: {level: 4}}"}
    assert problems_of(write(tmp_path, files)) == (
        'policies/more.yml:1: actions.lock_card: "lock_card" is also in policies/actions.yml:2; '
        "keep one",
    )


def test_persisted_slots_do_not_mix_with_the_deprecated_reset(tmp_path):
    text = (
        f"{FLOW}    persisted_slots: [card, amount]\n    steps:\n"
        "      - {collect: card, reset_after_flow_ends: false}\n"
    )
    found = problems_of(write(tmp_path, {**PACK, "flows/a.yml": text}))
    assert "flows/a.yml:6: flows.a.steps[0].reset_after_flow_ends: reset_after_flow_ends and" in (
        "\n".join(found)
    )
    assert 'no collect or set_slots step of this flow fills "amount"' in "\n".join(found)


def test_two_askers_of_one_slot_have_to_be_chosen_between(tmp_path):
    files = {**PACK, "domain/more.yml": "actions: [action_ask_card]"}
    found = problems_of(write(tmp_path, files))
    assert found == (
        "flows/cards.yml:9: flows.lock_card.steps[0].collect: both utter_ask_card and "
        "action_ask_card ask; choose one with `utter:`",
    )


def test_a_called_flow_may_not_link(tmp_path):
    text = (
        "flows:\n"
        "  a: {description: d, steps: [{call: b}]}\n"
        "  b: {description: d, steps: [{link: lock_card}]}\n"
    )
    found = problems_of(write(tmp_path, {**PACK, "flows/a.yml": text}))
    assert found == (
        "flows/a.yml:3: flows.b.steps[0]: a flow that is called may not link; use call or END",
    )


def test_a_folder_that_is_not_there_is_said(tmp_path):
    assert problems_of(tmp_path / "none") == ("none:1: there is no such folder",)

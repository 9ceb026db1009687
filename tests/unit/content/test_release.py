"""A valid pack becomes the release its files describe."""

from decimal import Decimal

import pytest

from assistant.model.assurance import Assurance
from assistant.model.flow import END, ActionStep, CollectStep
from assistant.model.money import Money
from knowledge.check import check
from knowledge.loader import load
from tests.unit.content.packs import CAFE, PACK, changed, write


@pytest.fixture
def release(tmp_path):
    return load(write(tmp_path, PACK), defaults=None)


def test_nested_steps_are_flattened_with_the_ids_rasa_would_give(release):
    flow = release.flows["lock_card"]
    assert list(flow.steps) == [
        "0_collect_card",
        "1_collect_confirm_lock_card",
        "2_utter_declined",
        "lock",
        "4_utter_done",
    ]
    assert flow.first == "0_collect_card"
    assert [way.target for way in flow.steps["1_collect_confirm_lock_card"].next] == [
        "lock",
        "2_utter_declined",
    ]
    assert [way.target for way in flow.steps["4_utter_done"].next] == [END]


def test_a_flow_keeps_name_level_and_where_it_was_written(release):
    flow = release.flows["lock_card"]
    assert flow.name == {"zh-Hans": "临时锁卡", "zh-Hant": "暫時鎖卡", "en": "Lock a card"}
    assert flow.start_level is Assurance.BOUND_CARD
    assert flow.source == "flows/cards.yml:2"


def test_a_question_without_utter_is_asked_by_the_response_of_its_slot(release):
    step = release.flows["lock_card"].steps["0_collect_card"]
    assert isinstance(step, CollectStep)
    assert step.utter == "utter_ask_card"


def test_an_asking_action_stands_in_for_a_missing_response(tmp_path):
    files = {**PACK, "flows/a.yml": "flows: {a: {description: d, steps: [{collect: amount}]}}"}
    folder = write(tmp_path, files)
    release = load(folder, defaults=None, gateway_knows=lambda name: name == "action_ask_amount")
    assert release.flows["a"].collects()[0].utter == "action_ask_amount"


def test_slots_keep_kind_mask_words_and_mappings(release):
    card = release.slots["card"]
    assert (card.kind, card.mask, card.words, card.entities) == (
        "card",
        "tail",
        ("卡", "卡号"),
        ("card",),
    )
    assert release.slots["confirm_lock_card"].kind == "yes_no"


def test_the_traditional_wording_is_made_where_nobody_wrote_it(release):
    (variant,) = release.responses["utter_ask_card"]
    assert variant.text == {
        "zh-Hans": "您要锁哪张卡？",
        "zh-Hant": "您要鎖哪張卡？",
        "en": "Which card?",
    }
    assert variant.buttons[0].title["zh-Hant"] == "全部"
    assert variant.buttons[0].title["en"] == "All"


def test_placeholders_and_jinja_marks_survive_the_conversion(release):
    (plain,) = release.responses["utter_ask_confirm_lock_card"]
    (jinja,) = release.responses["utter_done"]
    assert "{card}" in plain.text["zh-Hant"]
    assert jinja.is_jinja
    assert jinja.text["zh-Hant"] == "{% if card %}已鎖定{{ card }}{% endif %}"


def test_examples_lose_their_marks_and_keep_their_spans(release):
    first, second = release.examples
    assert first.text == "帮我把6688那张卡锁一下"
    assert first.entities == ((3, 7, "card", "6688"),)
    assert second.entities == ()


def test_words_like_yes_and_on_stay_words_in_the_lexicon(release):
    lexicon = release.lexicon
    assert lexicon.commands["affirm"].exact == {"是", "yes", "on"}
    assert lexicon.commands["human_handoff"].excluded == ("人工费",)
    assert lexicon.commands["fillers"].contains == ("嗯",)
    assert lexicon.rewrites == {"挂矢": "挂失"}
    assert lexicon.synonyms == {"借记卡": ("储蓄卡",)}
    assert lexicon.relations == {"妈妈": ("老妈",)}


def test_policies_say_level_confirmation_and_codes(release):
    policy = release.policies["lock_card"]
    assert (policy.level, policy.confirmed) == (Assurance.BOUND_CARD, True)
    assert [code.target for code in policy.codes] == ["reserved", "phone"]
    assert policy.codes[0].condition.holds(
        {"slots": {"amount": "1000.01"}, "facts": {"payee_is_new": True}}
    )
    assert policy.source == "policies/actions.yml:2"


def test_review_rules_products_segments_and_settings_are_read(release):
    assert release.review_rules[0].patterns == ("保本", "稳赚")
    (product,) = release.products
    assert (product.risk, product.minimum_amount) == (1, Money(100, "CNY"))
    assert (product.rate.low_bp, product.rate.high_bp) == (230, 260)
    assert [segment.id for segment in release.segments] == ["新芽", "达远"]
    assert release.segments[0].rule.holds({"age": 24, "assets": Decimal(5)} | {"assets": "5"})
    assert release.settings == {"understanding": {"threshold": 0.6}}


def test_a_foreign_rasa_pack_loads_unchanged():
    release = load(CAFE, defaults=None)
    order = release.flows["order_coffee"]
    assert order.nlu_triggers[0].confidence_threshold == pytest.approx(0.7)
    assert order.persisted_slots == {"drink"}
    assert order.steps["pickup"].metadata == {"silence_timeout": 15}
    assert release.flows["greet_member"].guard.holds({}) is False
    assert release.slots["order_confirmed"].intents == {"affirm": True}
    assert release.slots["in_stock"].initial_value is False
    assert release.responses["utter_ordered"][0].conditions == {"is_member": True}
    assert [item.severity for item in check(CAFE, defaults=None)] == ["warning"] * 6


def test_a_pack_replaces_defaults_of_the_same_name(tmp_path):
    defaults = write(
        tmp_path / "base",
        {
            "patterns.yml": (
                "flows:\n"
                "  pattern_greet: {description: d, steps: [{action: utter_hello}]}\n"
                "  lock_card: {description: d, steps: [{action: utter_nowhere}]}\n"
            ),
            "responses/patterns.yml": "responses: {utter_hello: [{text: 你好}]}",
        },
    )
    release = load(write(tmp_path / "pack", PACK), defaults=defaults)
    assert release.flows["pattern_greet"].source == "defaults/patterns.yml:2"
    assert release.flows["lock_card"].source == "flows/cards.yml:2"


def test_the_fingerprint_follows_every_byte_and_every_name(tmp_path):
    first = load(write(tmp_path / "a", PACK), defaults=None).fingerprint
    same = load(write(tmp_path / "b", PACK), defaults=None).fingerprint
    other = load(
        write(tmp_path / "c", changed("documents/wealth-90.md", "90天。", "91天。")), defaults=None
    ).fingerprint
    assert first == same != other
    assert len(first) == 16
    write(tmp_path / "a", {"vectors/cache.npz": b"x", ".hidden": b"x"})
    assert load(tmp_path / "a", defaults=None).fingerprint == first


def test_actions_say_responses_and_run_others(release):
    steps = release.flows["lock_card"].steps
    assert isinstance(steps["lock"], ActionStep)
    assert steps["lock"].action == "lock_card"


def test_the_valid_pack_has_no_findings_but_unused_slots(tmp_path):
    assert check(write(tmp_path, PACK), defaults=None) == []

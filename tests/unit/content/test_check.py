"""`check` finds what the loader finds, and what only makes a pack untidy."""

import pytest

from actions.catalogue import ACTIONS
from assistant.acting.dispatch import BUILT_IN
from assistant.errors import ContentError
from knowledge.check import check
from knowledge.content_names import BUILT_IN_ACTIONS
from knowledge.content_usage import Code
from knowledge.loader import CONTENT, load
from tests.unit.content.packs import DOCUMENT, PACK, changed, write


def findings(folder, files, **options):
    found = check(write(folder, files), defaults=None, **options)
    return [(item.severity, str(item)) for item in found]


def test_every_error_of_the_loader_is_among_the_findings(tmp_path):
    pack = write(tmp_path, changed("flows/cards.yml", "then: lock\n", "then: lok\n"))
    with pytest.raises(ContentError) as caught:
        load(pack, defaults=None)
    errors = [str(item) for item in check(pack, defaults=None) if item.severity == "error"]
    assert errors == list(caught.value.problems)


def test_a_wording_nobody_says_is_a_warning(tmp_path):
    files = {**PACK, "responses/x.yml": "responses: {utter_forgotten: [{text: 好}]}"}
    expected = (
        "warning",
        'responses/x.yml:1: responses.utter_forgotten: no flow says "utter_forgotten"; '
        "remove it if no action says it either",
    )
    assert findings(tmp_path, files) == [expected]
    assert check(tmp_path, defaults=None, code=Code(said={"utter_forgotten"})) == []


def test_latin_words_that_calls_would_spell_out_are_a_warning(tmp_path):
    files = {
        **PACK,
        "responses/x.yml": "responses: {reason_x: [{text: 请到ATM办理，或登录XyzPay，收USD。}]}",
        "lexicon/speech.yml": "spoken_words: {ATM: 诶提艾姆, usd: 美元}",
    }
    assert findings(tmp_path, files) == [
        (
            "warning",
            'responses/x.yml:1: responses.reason_x: calls spell "XyzPay" out; '
            "say how in `spoken_words` of the lexicon",
        )
    ]
    del files["lexicon/speech.yml"]
    assert findings(tmp_path / "silent", files) == []


def test_a_slot_nobody_uses_is_a_warning(tmp_path):
    files = {**PACK, "domain/x.yml": "slots: {idle: {type: text}}"}
    ((severity, line),) = findings(tmp_path, files)
    assert severity == "warning"
    assert line.startswith('domain/x.yml:1: slots.idle: no flow or response uses the slot "idle"')


def test_a_step_nobody_reaches_is_a_warning(tmp_path):
    text = (
        "flows:\n  a:\n    description: d\n    nlu_trigger: [{intent: lock_card}]\n    steps:\n"
        "      - {action: utter_again, next: END}\n      - {action: utter_done}\n"
    )
    assert findings(tmp_path, {**PACK, "flows/a.yml": text}) == [
        ("warning", 'flows/a.yml:7: flows.a.steps[1]: no way leads to step "1_utter_done"')
    ]


def test_a_task_without_examples_is_a_warning(tmp_path):
    text = (
        "flows: {a: {description: d, nlu_trigger: [{intent: lok_card}], "
        "steps: [{action: utter_done}]}}"
    )
    lines = [line for _, line in findings(tmp_path, {**PACK, "flows/a.yml": text})]
    assert lines == [
        'flows/a.yml:1: flows.a.nlu_trigger: no intent "lok_card"; did you mean "lock_card"?',
        'flows/a.yml:1: flows.a: no training example starts flow "a"; its name and '
        "description stand in",
    ]


def test_a_file_nobody_reads_is_a_warning_and_rasas_own_settings_are_not(tmp_path):
    files = {**PACK, "flow/a.yml": "flows: {}", "config.yml": "recipe: default.v1"}
    assert findings(tmp_path, files) == [
        ("warning", "flow/a.yml:1: nothing reads this file; move it or remove it")
    ]


def test_what_is_read_but_not_used_of_rasa_is_a_warning(tmp_path):
    files = {
        **PACK,
        "config.yml": "language: en\npipeline:\n  - name: X\n",
        "endpoints.yml": "nlg: {type: rephrase}\n",
        "domain/x.yml": "session_config: {session_expiration_time: 60}\n",
        "flows/x.yml": (
            "flows:\n  pattern_user_silence: {description: d, steps: [{action: utter_x}]}\n"
            "  pattern_greeet: {description: d, steps: [{action: utter_done}]}\n"
        ),
    }
    found = findings(tmp_path, files)
    assert {severity for severity, _ in found} == {"warning"}
    assert [line.split(": ")[0] for _, line in found] == [
        "config.yml:2",
        "domain/x.yml:1",
        "endpoints.yml:1",
        "flows/x.yml:2",
        "flows/x.yml:3",
    ]


def test_an_action_nobody_runs_is_a_warning(tmp_path):
    folder = write(tmp_path, PACK)
    found = check(folder, defaults=None, code=Code(runs=lambda action: action != "lock_card"))
    assert [(item.file, item.message.split(":")[0]) for item in found] == [
        ("domain/slots.yml", 'nothing runs "lock_card"')
    ]


def test_a_product_without_its_document_is_an_error(tmp_path):
    files = {name: text for name, text in PACK.items() if not name.startswith("documents/")}
    assert findings(tmp_path, files) == [
        (
            "error",
            "products/wealth.yml:2: products[0]: product wealth-90: there is no document "
            '"wealth-90"',
        )
    ]


def test_front_matter_that_is_wrong_is_an_error_with_its_line(tmp_path):
    files = changed("documents/wealth-90.md", "effective_to: null", "effective_to: soon")
    lines = [line for severity, line in findings(tmp_path, files) if severity == "error"]
    assert lines[0].startswith("documents/wealth-90.md:6: effective_to: ")


def test_versions_of_a_document_may_not_overlap(tmp_path):
    later = DOCUMENT.replace("2026-01-01", "2026-05-01")
    files = {**PACK, "documents/wealth-90.later.md": later}
    assert findings(tmp_path, files) == [
        (
            "error",
            "documents/wealth-90.later.md:5: effective_from: begins before documents/wealth-90.md "
            "ends; set effective_to of documents/wealth-90.md",
        )
    ]


def test_the_same_version_twice_is_an_error(tmp_path):
    files = {**PACK, "documents/copy.md": DOCUMENT}
    ((severity, line),) = findings(tmp_path, files)
    assert severity == "error"
    assert "version `2026-01-01` is already in documents/" in line


def test_the_check_knows_exactly_the_actions_the_engine_does_itself():
    assert {"action_listen", *BUILT_IN} == BUILT_IN_ACTIONS


def test_the_sample_pack_has_no_errors():
    found = check(CONTENT, gateway_knows=lambda name: name in ACTIONS)
    assert [str(item) for item in found if item.severity == "error"] == []


def test_a_change_without_a_way_back_is_an_error(tmp_path):
    policy = "actions:\n  lock_card: {level: 3, confirm: true}\n"
    folder = write(tmp_path, {**PACK, "policies/actions.yml": policy})
    found = check(folder, defaults=None, code=Code(is_change=lambda action: action == "lock_card"))
    assert [one.message.split(";")[0] for one in found if one.severity == "error"] == [
        "undo is missing"
    ]


@pytest.mark.parametrize(
    ("undo", "message"),
    [
        ("{by: no_such_flow}", 'there is no flow "no_such_flow"'),
        ("{by: lock_card, never: true}", "needs either by"),
        ("{}", "needs either by"),
        ("{by: lock_card, within: soon}", "a number and m, h or d"),
        ('{by: lock_card, cut_off: "25:00"}', "a time of the day"),
        ("[{if: slots.card, never: true}]", "the last way of an undo fits everything"),
        ("{by: lock_card}, ask_twice: {if: slots.card}", "what cannot be taken back"),
    ],
)
def test_a_way_back_is_checked(tmp_path, undo, message):
    policy = f"actions:\n  lock_card: {{level: 3, confirm: true, undo: {undo}}}\n"
    folder = write(tmp_path, {**PACK, "policies/actions.yml": policy})
    found = check(folder, defaults=None, code=Code(is_change=lambda action: action == "lock_card"))
    assert any(message in one.message for one in found if one.severity == "error")

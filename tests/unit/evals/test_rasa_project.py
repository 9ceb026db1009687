"""The pack's examples as a project a Rasa server can be trained on."""

import yaml

from assistant.model.release import Example
from evals.bench.rasa_server import write_project

FIVE_HUNDRED = (1, 3, "amount", "500.00")
MUM = (5, 7, "payee", "老妈")
EXAMPLES = (
    Example("lock_card", "锁[6688]这张卡", ((1, 7, "card", "6688"),)),
    Example("transfer_money", "转五百\n给老妈", (FIVE_HUNDRED, MUM)),
    Example("transfer_money", "打钱"),
)


def test_the_files_are_yaml_with_every_intent_entity_and_example(tmp_path):
    write_project(tmp_path, EXAMPLES, epochs=7)
    nlu = yaml.safe_load((tmp_path / "nlu.yml").read_text(encoding="utf-8"))
    by_intent = {each["intent"]: each["examples"].splitlines() for each in nlu["nlu"]}
    assert by_intent["transfer_money"] == [
        '- 转[五百]{"entity": "amount", "value": "500.00"} 给[老妈]{"entity": "payee"}',
        "- 打钱",
    ]
    domain = yaml.safe_load((tmp_path / "domain.yml").read_text(encoding="utf-8"))
    assert domain["intents"] == ["lock_card", "transfer_money"]
    assert domain["entities"] == ["amount", "card", "payee"]
    config = yaml.safe_load((tmp_path / "config.yml").read_text(encoding="utf-8"))
    [diet] = [part for part in config["pipeline"] if part["name"] == "DIETClassifier"]
    assert diet["epochs"] == 7


def test_without_fallback_classifier_the_ranking_is_judged_here(tmp_path):
    write_project(tmp_path, EXAMPLES, epochs=1)
    assert "FallbackClassifier" not in (tmp_path / "config.yml").read_text(encoding="utf-8")

"""What `guitai inspect` prints: everything of the trace, as JSON or for people."""

import json

from assistant.understanding.thresholds import Thresholds
from channels.cli.inspect import as_body, show
from tests.unit.understanding.test_inspect import trace_of


async def test_the_json_has_commands_scores_places_and_reasons():
    body = json.loads(json.dumps(as_body(await trace_of("先锁卡6688，再看余额"))))
    assert [c.get("flow") or c["value"] for c in body["commands"]] == [
        "lock_card",
        "6688",
        "check_balance",
    ]
    assert body["values"] == [
        {"kind": "card", "value": "6688", "words": "6688", "span": [3, 7], "slot": "card"}
    ]
    assert [piece["scores"]["ranked"][0]["probability"] for piece in body["pieces"]] == [0.9, 0.9]
    assert body["thresholds"]["part"] == Thresholds().part
    assert body["is_plan"]
    assert body["why"]


async def test_the_page_for_people_shows_words_as_words(capsys):
    show(await trace_of("[red]转人工[/red]，算了"))
    printed = capsys.readouterr().out
    assert "[red]转人工[/red]" in printed
    assert "human_handoff" in printed
    assert "why" in printed


async def test_a_button_has_nothing_to_show_but_its_command(capsys):
    show(await trace_of("/affirm"))
    printed = capsys.readouterr().out
    assert "affirm" in printed
    assert "Classifier" not in printed

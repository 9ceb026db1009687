"""The command line says what is wrong in one line, and its exit code says the same."""

import json

import pytest

from assistant.model.commands import SetSlot, StartFlow
from assistant.model.ids import FlowId, SlotName
from channels import composition_polyphones
from channels.cli import exits, main
from channels.cli.chat import repeat_say
from channels.cli.configuration import read_settings
from channels.cli.doctor import described
from channels.cli.understand import Context, public_command, tracker_of

COMMANDS = (
    "serve",
    "sandbox",
    "actions",
    "chat",
    "understand",
    "search",
    "index",
    "check",
    "replay",
    "doctor",
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No `.env` of the developer, and nothing written beside the code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUITAI_DATA_DIR", str(tmp_path / "data"))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_an_example(command, capsys):
    assert main([command, "--help"]) == exits.OK
    assert f"guitai {command}" in capsys.readouterr().out.split("Example")[1]


def test_help_lists_every_command(capsys):
    assert main(["--help"]) == exits.OK
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []


def test_an_unknown_command_is_a_usage_error(capsys):
    assert main(["lock"]) == exits.USAGE
    assert "No such command" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GUITAI_PORT", "eighty"),
        ("GUITAI_PORT", "70000"),
        ("GUITAI_BANK_TIMEOUT_S", "0"),
        ("GUITAI_JWT_KEYS", "short"),
    ],
)
def test_a_wrong_setting_is_named_without_a_traceback(variable, value, monkeypatch, capsys):
    monkeypatch.setenv(variable, value)
    assert main(["doctor", "--settings"]) == exits.USAGE
    told = capsys.readouterr().err
    assert told.startswith(f"settings.invalid: {variable}: ")
    assert "Traceback" not in told
    assert len(told.splitlines()) == 1


def test_a_pack_with_errors_is_a_finding_that_names_file_and_line(tmp_path, capsys):
    flows = tmp_path / "pack" / "flows"
    flows.mkdir(parents=True)
    (flows / "cards.yml").write_text("flows:\n  lock_card:\n    stepz: []\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "pack")]) == exits.FINDINGS
    assert "flows/cards.yml:" in capsys.readouterr().out


def test_findings_are_json_on_request(tmp_path, capsys):
    (tmp_path / "pack" / "flows").mkdir(parents=True)
    (tmp_path / "pack" / "flows" / "a.yml").write_text("flows: 3\n", encoding="utf-8")
    main(["check", str(tmp_path / "pack"), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert {"severity", "file", "line", "field", "message"} <= set(told["findings"][0])


def test_without_the_voice_extra_a_check_says_that_it_did_not_look_at_polyphones(
    tmp_path, capsys, monkeypatch
):
    pack = tmp_path / "pack"
    (pack / "flows").mkdir(parents=True)
    assert main(["check", str(pack)]) == exits.OK
    assert "polyphones" not in capsys.readouterr().err
    monkeypatch.setattr(composition_polyphones, "_PACKAGE", "a_package_nobody_has")
    assert main(["check", str(pack), "--json"]) == exits.OK
    told = capsys.readouterr()
    assert json.loads(told.out)["findings"] == []
    (line,) = told.err.splitlines()
    assert line.startswith("info: polyphones in what calls say were not checked")


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path, capsys):
    assert main(["check", str(tmp_path / "nowhere")]) == exits.USAGE
    assert "not a folder" in capsys.readouterr().err


def test_a_conversation_that_is_not_there_is_a_finding(capsys):
    assert main(["replay", "c_nowhere"]) == exits.FINDINGS
    assert "c_nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "1"}', '{"text": "a", "context": {"x": 1}}'])
def test_lines_that_are_no_texts_are_named_by_file_and_line(line, tmp_path, capsys):
    file = tmp_path / "texts.jsonl"
    file.write_text(f'{{"text": "好"}}\n{line}\n', encoding="utf-8")
    assert main(["understand", "--file", str(file)]) == exits.FINDINGS
    assert "texts.jsonl:2: " in capsys.readouterr().err


def test_a_file_that_is_not_utf8_is_said_to_be(tmp_path, capsys):
    file = tmp_path / "texts.jsonl"
    file.write_bytes('{"text": "锁卡"}'.encode("gbk"))
    assert main(["understand", "--file", str(file)]) == exits.FINDINGS
    assert "UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["--say", "锁卡", "6688", "是"], ["--say", "锁卡", "--say", "6688", "--say", "是"]),
        (["--as", "C1001", "--say", "a", "-v"], ["--as", "C1001", "--say", "a", "-v"]),
        (["--say", "a", "--say", "b"], ["--say", "a", "--say", "b"]),
        (["--say", "-5", "/affirm"], ["--say", "-5", "--say", "/affirm"]),
        (["--say=a", "b"], ["--say=a", "--say", "b"]),
    ],
)
def test_say_takes_every_text_up_to_the_next_option(written, read):
    assert repeat_say(written) == read


def test_secrets_are_not_listed_with_the_settings():
    settings = read_settings(
        jwt_keys="a secret of at least thirty-two bytes",
        database_url="postgresql://teller:hunter2@db/guitai",
    )
    listed = json.dumps(described(settings))
    assert "hunter2" not in listed
    assert "thirty-two" not in listed
    assert "GUITAI_DATABASE_URL" in listed


def test_every_setting_says_what_it_means():
    assert [row["variable"] for row in described(read_settings()) if not row["meaning"]] == []


def test_commands_are_written_as_the_contract_shows_them():
    flow = public_command(StartFlow(flow=FlowId("lock_card"), confidence=0.97123))
    assert flow == {"command": "start_flow", "flow": "lock_card", "confidence": 0.9712}
    slot = public_command(SetSlot(slot=SlotName("card"), value="6688", span=(4, 8)))
    assert slot == {"command": "set_slot", "slot": "card", "value": "6688", "span": [4, 8]}


def test_a_context_opens_the_question_it_names(clock):
    context = Context(flow="transfer_money", slot="amount", slots={"payee": "妈妈"})
    tracker = tracker_of(context, clock)
    assert tracker.top.flow == "transfer_money"
    assert tracker.asked.slot == "amount"
    assert tracker.slots == {"payee": "妈妈"}

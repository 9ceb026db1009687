"""`guitai risk list`: asked for by one colleague, decided by another, checked, never removed."""

import json

import pytest

from channels.cli import exits, main

ADD = ("risk", "list", "add", "--list", "deny", "--kind", "payee", "--reason", "payee_denied")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUITAI_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def shown(capsys):
    def read(*options):
        capsys.readouterr()
        assert main(["risk", "list", "show", "--json", *options]) == exits.OK
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


def add(*options):
    return main([*ADD, *options])


def test_an_entry_waits_for_another_colleague_and_leaves_its_trace(shown, capsys):
    assert add("--value", "8899", "--by", "陈立") == exits.OK
    assert [line["where"] for line in shown()] == ["pack", "change 1"]
    assert main(["risk", "list", "approve", "1", "--by", "陈立"]) == exits.FINDINGS
    assert "another person" in capsys.readouterr().err
    assert main(["risk", "list", "approve", "1", "--by", "周敏"]) == exits.OK
    assert [line["where"] for line in shown()] == ["pack", "entry 1"]
    trace = shown("--all")[-1]
    assert (trace["maker"], trace["checker"], trace["status"]) == ("陈立", "周敏", "approved")


def test_an_entry_ends_by_a_day_and_stays_on_record(shown):
    add("--value", "8899", "--from", "2026-01-01", "--by", "陈立")
    main(["risk", "list", "approve", "1", "--by", "周敏"])
    end = ["risk", "list", "end", "1", "--to", "2026-02-01", "--by", "周敏"]
    assert main(end) == exits.OK
    assert next(line for line in shown() if line["where"] == "entry 1")["to"] is None
    assert main(["risk", "list", "approve", "2", "--by", "陈立"]) == exits.OK
    assert [line["where"] for line in shown()] == ["pack"]
    entry = next(line for line in shown("--all") if line["where"] == "entry 1")
    assert entry["to"] == "2026-02-01"


def test_a_refused_change_changes_nothing(shown):
    add("--value", "8899", "--by", "陈立")
    assert main(["risk", "list", "refuse", "1", "--by", "周敏"]) == exits.OK
    assert main(["risk", "list", "approve", "1", "--by", "周敏"]) == exits.FINDINGS
    assert [line["where"] for line in shown()] == ["pack"]


@pytest.mark.parametrize(
    "options",
    [
        ("--value", "8899", "--by", " "),
        ("--value", "?", "--by", "陈立"),
        ("--value", "8899", "--by", "陈立", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("--kind", "phone", "--value", "12345", "--by", "陈立"),
        ("--kind", "device", "--value", "short", "--by", "陈立"),
        ("--value", "8899", "--by", "陈立", "--reason", "No Code"),
    ],
)
def test_what_is_badly_written_is_refused_and_nothing_is_stored(options, shown):
    assert add(*options) == exits.FINDINGS
    assert [line["where"] for line in shown("--all")] == ["pack"]


def test_the_same_value_is_not_listed_twice():
    add("--value", "8899", "--by", "陈立")
    main(["risk", "list", "approve", "1", "--by", "周敏"])
    assert add("--value", "8899", "--by", "陈立") == exits.FINDINGS
    assert main(["risk", "list", "end", "9", "--by", "陈立"]) == exits.FINDINGS

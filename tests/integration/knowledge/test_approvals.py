"""One writes, a second person releases, and only that content is answered from."""

from datetime import UTC, date, datetime

import pytest
from typer.testing import CliRunner

from assistant.errors import ContentError
from channels.cli.documents import app
from channels.composition_documents import decide, standings
from channels.settings import Settings
from knowledge.check import check
from knowledge.indexing import build_index
from knowledge.shelf import read_shelf_documents
from tests.shelf import TODAY, PairEncoder, write_pack

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RELEASE = 'name: 样例\nversion: "1"\nsettings:\n  documents: {approval: required}\n'


@pytest.fixture
def pack(tmp_path):
    folder = write_pack(tmp_path / "pack")
    (folder / "RELEASE.yml").write_text(RELEASE, encoding="utf-8")
    return folder


@pytest.fixture
def settings(pack, tmp_path):
    return Settings(content_dir=pack, data_dir=tmp_path / "data")


def statuses(pack):
    return {one.file: one.status for one in standings(pack)}


def release(settings, **what):
    return decide(settings, "approve", (), by="周敏", maker="陈立", at=AT, **what)


def answered_from(settings, day=TODAY, known_on=None):
    encoder = PairEncoder()
    built = build_index(settings.content_dir, settings.data_dir, encoder)
    hits = built.knowledge(encoder).find("借记卡挂失", day, 9, known_on=known_on)
    return {hit.document_id for hit in hits}


def test_a_draft_is_never_answered_from_and_check_names_it(settings, pack):
    assert answered_from(settings) == set()
    assert set(statuses(pack).values()) == {"draft"}
    found = [one for one in check(pack) if "second person" in one.message]
    assert {one.file for one in found} == {f"documents/{file}" for file in statuses(pack)}


def test_a_released_document_is_answered_from_until_it_is_edited(settings, pack):
    assert len(release(settings)) == 3
    assert answered_from(settings) == {"debit-card-loss", "deposit-rates"}
    path = pack / "documents" / "debit-card-loss.md"
    approved = path.read_bytes()
    path.write_bytes(approved.replace("5元".encode(), "6元".encode()))
    assert statuses(pack)["debit-card-loss.md"] == "draft"
    assert answered_from(settings) == {"deposit-rates"}
    assert any("edited since" in one.message for one in check(pack))
    path.write_bytes(approved.replace(b"\n", b"\r\n"))  # the same content
    assert statuses(pack)["debit-card-loss.md"] == "approved"


def test_who_wrote_it_does_not_release_it(settings, pack):
    decide(settings, "submit", ["debit-card-loss"], by="陈立", at=AT)
    for name in ("陈立", " 陈 立 ", ""):
        with pytest.raises(ContentError):
            decide(settings, "approve", ["debit-card-loss"], by=name, at=AT)
    with pytest.raises(ContentError, match="second person"):
        decide(settings, "approve", (), by="陈立", maker="陈立", at=AT)
    with pytest.raises(ContentError, match="draft, not submitted"):
        decide(settings, "approve", ["deposit-rates"], by="周敏", at=AT)
    assert sorted(statuses(pack).values()) == ["draft", "draft", "submitted"]


def test_a_ledger_in_which_one_person_did_both_is_refused(settings, pack):
    release(settings)
    ledger = pack / "documents" / "approvals.jsonl"
    text = ledger.read_text(encoding="utf-8").replace("周敏", "陈立")
    ledger.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="one person"):
        read_shelf_documents(pack)


def test_a_rejected_document_is_not_answered_from_and_may_come_again(settings, pack):
    release(settings)
    decide(settings, "reject", ["debit-card-loss"], by="周敏", at=AT, reason="收费不符")
    assert answered_from(settings) == {"deposit-rates"}
    decide(settings, "submit", ["debit-card-loss"], by="陈立", at=AT)
    decide(settings, "approve", ["debit-card-loss"], by="周敏", at=AT)
    assert statuses(pack)["debit-card-loss.md"] == "approved"


def test_a_publication_dated_in_the_future_waits_for_its_day(settings):
    release(settings, publish_on=date(2026, 12, 1))
    assert answered_from(settings) == set()
    assert "debit-card-loss" in answered_from(settings, date(2026, 12, 1))
    assert "debit-card-loss" in answered_from(settings, TODAY, known_on=date(2026, 12, 5))


def test_a_document_that_cannot_be_read_is_not_released(settings, pack):
    (pack / "documents" / "broken.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(ContentError, match="front matter"):
        release(settings)
    assert set(statuses(pack).values()) == {"draft"}


def test_a_pack_that_does_not_ask_for_it_needs_no_approval(settings, pack):
    (pack / "RELEASE.yml").write_text('name: x\nversion: "1"\n', encoding="utf-8")
    assert answered_from(settings) == {"debit-card-loss", "deposit-rates"}


def test_the_commands_do_it(settings, pack, monkeypatch):
    monkeypatch.setenv("GUITAI_CONTENT_DIR", str(pack))
    monkeypatch.setenv("GUITAI_DATA_DIR", str(settings.data_dir))
    run = CliRunner()
    submitted = run.invoke(app, ["submit", "deposit-rates", "--by", "陈立"])
    assert (submitted.exit_code, "2 document(s)" in submitted.output) == (0, True)
    assert run.invoke(app, ["approve", "--all", "--by", "周敏"]).exit_code == 0
    listed = run.invoke(app, ["list"]).output
    assert "1 draft" in listed
    assert "2 approved" in listed
    assert "陈立 → 周敏" in listed
    told = run.invoke(app, ["history", "deposit-rates"]).output
    assert [line.split()[2] for line in told.splitlines()] == ["submit", "approve"] * 2
    assert run.invoke(app, ["approve", "--by", "周敏"]).exit_code == 2

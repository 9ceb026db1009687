"""The log is whole, or the first broken link is named: every kind of row, on both databases."""

# ruff: noqa: S608 - the statements are ours

import json

import pytest

from assistant.adapters.evidence import evidence_of
from assistant.adapters.roots import RootExport
from assistant.adapters.verification import verify
from assistant.errors import TranscriptDamaged
from assistant.notary.evidence import check_evidence
from assistant.notary.roots import Signer
from tests.contract.events import turn
from tests.contract.evidence.sealed import C1, C2, SIGNER, check, run


async def test_an_untouched_log_is_whole(engine, roots, log):
    report = await check(engine, roots)
    assert report.findings == []
    counts = (report.conversations, report.events, report.roots, report.register, report.unsealed)
    assert counts == (3, 36, 2, 2, 0)


async def test_events_after_the_last_root_are_counted(engine, roots, log):
    await log.append(C1, 12, turn(3))
    report = await check(engine, roots)
    assert (report.findings, report.unsealed) == ([], 4)


async def test_nothing_new_needs_no_root(engine, roots, log, clock):
    assert await RootExport(engine, roots, SIGNER, clock).run() is None
    assert roots.numbers() == [1, 2]


COPY = (
    "INSERT INTO event SELECT conversation_id, 13, NULL, type, turn, at, release, documents,"
    " algorithm, key_id, sealed, hash FROM event WHERE conversation_id = 'c2' AND seq = 6"
)
SWAP = [
    "UPDATE event SET seq = 99, frame_seq = 99 WHERE conversation_id = 'c2' AND seq = 6",
    "UPDATE event SET seq = 6, frame_seq = 98 WHERE conversation_id = 'c2' AND seq = 7",
    "UPDATE event SET seq = 7, frame_seq = 97 WHERE conversation_id = 'c2' AND seq = 99",
]
CUT = [
    "DELETE FROM event WHERE conversation_id = 'c2' AND seq > 8",
    "UPDATE conversation SET last_seq = 8, last_frame_seq = (SELECT max(frame_seq) FROM event"
    " WHERE conversation_id = 'c2') WHERE conversation_id = 'c2'",
]
ROW = "WHERE conversation_id = 'c2' AND seq = 6"
KEY = "WHERE conversation_id = 'c2' AND record_class = 'talk'"
TAMPERINGS = {
    "a ciphertext changed": ([f"UPDATE event SET sealed = hash {ROW}"], "event", "c2", 6),
    "a type changed": ([f"UPDATE event SET type = 'said' {ROW}"], "event", "c2", 6),
    "a turn changed": ([f"UPDATE event SET turn = 7 {ROW}"], "event", "c2", 6),
    "a release changed": ([f"UPDATE event SET release = 'r2' {ROW}"], "event", "c2", 6),
    "documents changed": ([f"UPDATE event SET documents = '[]' {ROW}"], "event", "c2", 6),
    "an algorithm changed": ([f"UPDATE event SET algorithm = 'none' {ROW}"], "event", "c2", 6),
    "an instant changed": (
        [f"UPDATE event SET at = '2020-01-01 00:00:00.000000' {ROW}"],
        "event",
        "c2",
        6,
    ),
    "a hash changed": ([f"UPDATE event SET hash = sealed {ROW}"], "event", "c2", 6),
    "an event deleted": ([f"DELETE FROM event {ROW}"], "event", "c2", 7),
    "two events swapped": (SWAP, "event", "c2", 6),
    "an event copied to the end": ([COPY], "event", "c2", 13),
    "the end cut off": (CUT, "conversation", "c2", 8),
    "a conversation's events deleted": (
        ["DELETE FROM event WHERE conversation_id = 'c2'"],
        "conversation",
        "c2",
        None,
    ),
    "a whole conversation deleted": (
        [
            "DELETE FROM event WHERE conversation_id = 'c2'",
            "DELETE FROM conversation WHERE conversation_id = 'c2'",
        ],
        "conversation",
        "c2",
        None,
    ),
    "a conversation without events": (
        [
            "INSERT INTO conversation (conversation_id, last_seq, last_frame_seq, open_turn,"
            " created_at, updated_at, sealed_seq) SELECT 'c9', 1, 1, open_turn, created_at,"
            " updated_at, 0 FROM conversation WHERE conversation_id = 'c1'"
        ],
        "conversation",
        "c9",
        None,
    ),
    "a conversation given to another": (
        ["UPDATE conversation SET customer_id = 'C9' WHERE conversation_id = 'c2'"],
        "conversation",
        "c2",
        12,
    ),
    "an end moved": (
        ["UPDATE conversation SET last_seq = 13 WHERE conversation_id = 'c2'"],
        "conversation",
        "c2",
        12,
    ),
    "a last number shown moved": (
        ["UPDATE conversation SET last_frame_seq = 3 WHERE conversation_id = 'c2'"],
        "conversation",
        "c2",
        12,
    ),
    "events kept from the next root": (
        ["UPDATE conversation SET sealed_seq = 99 WHERE conversation_id = 'c2'"],
        "conversation",
        "c2",
        None,
    ),
    "a wrapped key changed": (
        [f"UPDATE data_key SET wrapped = (SELECT hash FROM event {ROW}) {KEY}"],
        "data_key",
        None,
        None,
    ),
    "a key destroyed without an order": (
        [f"UPDATE data_key SET state = 'destroyed', wrapped = NULL {KEY}"],
        "data_key",
        None,
        None,
    ),
    "a key put away without an order": (
        [f"UPDATE data_key SET state = 'restricted' {KEY}"],
        "data_key",
        None,
        None,
    ),
    "a key moved": (
        [f"UPDATE data_key SET conversation_id = 'c1' {KEY}"],
        "data_key",
        None,
        None,
    ),
    "an entry of the register changed": (
        ["UPDATE privacy_log SET actor = 'nobody' WHERE seq = 1"],
        "privacy_log",
        "register",
        1,
    ),
    "an entry of the register deleted": (
        ["DELETE FROM privacy_log WHERE seq = 1"],
        "privacy_log",
        "register",
        2,
    ),
    "the register cut off": (
        ["DELETE FROM privacy_log WHERE seq = 2"],
        "privacy_log",
        "register",
        1,
    ),
    "a summary replaced": (
        ["UPDATE handoff_ticket SET summary = 'nothing'"],
        "handoff_ticket",
        None,
        None,
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_the_first_broken_link_is_named(engine, roots, log, name):
    statements, table, row, seq = TAMPERINGS[name]
    if engine.dialect.name == "sqlite" and "key" in name:
        statements = ["PRAGMA foreign_keys=OFF", *statements]
    await run(engine, *statements)

    report = await check(engine, roots)

    first = report.findings[0]
    assert first.table == table
    assert row is None or (first.row, first.seq) == (row, seq)
    assert {each.row for each in report.findings if each.table == "event"} <= {"c2"}


async def test_rewriting_a_log_with_the_keys_at_hand_is_found_through_the_roots(engine, roots, log):
    """Whoever has database and master key makes a chain that fits, but not the roots."""
    await run(
        engine,
        "DELETE FROM event WHERE conversation_id = 'c2' AND seq > 4",
        "UPDATE conversation SET last_seq = 4, last_frame_seq = 3 WHERE conversation_id = 'c2'",
    )
    await log.append(C2, 4, turn(1, text="别的") + turn(2))

    report = await check(engine, roots)

    assert (report.findings[0].row, report.findings[0].seq) == ("c2", 12)
    assert "root 2 signed another" in report.findings[0].problem


async def test_an_old_backup_put_back_is_found_through_the_roots(engine, roots, log, clock):
    """The state at the first root is consistent in itself."""
    await run(
        engine,
        "DELETE FROM event WHERE seq > 4",
        "UPDATE conversation SET last_seq = 4, last_frame_seq = 3, sealed_seq = 4",
        "DELETE FROM privacy_log WHERE seq > 1",
        "DELETE FROM handoff_ticket",
    )
    findings = (await check(engine, roots)).findings
    assert {each.row for each in findings} == {"c1", "c2", "c3", "register"}


@pytest.mark.parametrize("change", ["flip", "delete", "cut", "sign", "reorder"])
async def test_a_changed_root_is_found(engine, roots, log, change):
    first, second = (roots.path / "000000" / f"00000000{n}.json" for n in (1, 2))
    body = json.loads(first.read_text())
    match change:
        case "flip":
            first.write_text(json.dumps(body | {"events": 1}))
        case "delete":
            first.unlink()
        case "cut":
            second.unlink()
        case "sign":
            first.write_text(json.dumps(body | {"signature": "00" * 64}))
        case "reorder":
            text_1 = first.read_text()
            first.write_text(second.read_text())
            second.write_text(text_1)
    assert (await check(engine, roots)).findings


async def test_roots_of_another_key_do_not_count(engine, roots, log):
    report = await verify(engine, roots, [Signer.from_hex("22" * 32).public])
    assert report.findings[0].table == "roots"


async def test_the_chain_is_checked_without_the_master_key_too(engine, roots, log):
    assert (await check(engine, roots, with_keys=False)).findings == []
    await run(engine, f"UPDATE event SET turn = 7 {ROW}")
    assert (await check(engine, roots, with_keys=False)).findings[0].seq == 6


async def test_a_changed_ciphertext_is_not_read_as_something_else(engine, log):
    await run(engine, f"UPDATE event SET sealed = hash {ROW}")
    with pytest.raises(TranscriptDamaged):
        await log.load(C2)


async def test_an_exported_conversation_is_proved_with_the_public_key_alone(engine, roots, log):
    evidence = json.loads(json.dumps(await evidence_of(engine, roots, C2)))
    report = check_evidence(evidence, [SIGNER.public])
    assert (report.findings, report.events, report.roots, report.unsealed) == ([], 12, 2, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e["events"].pop(5),
        lambda e: e["events"].pop(),
        lambda e: e["events"][3].update(turn=9),
        lambda e: e["events"][3].update(hash="00" * 32),
        lambda e: e["keys"].update(dict.fromkeys(e["keys"], "00" * 32)),
        lambda e: e["proofs"][0].update(path=[]),
        lambda e: e["proofs"][1]["root"].update(events=1),
        lambda e: e["proofs"][1]["head"].__setitem__(1, 11),
    ],
)
async def test_a_changed_export_is_found(engine, roots, log, change):
    evidence = json.loads(json.dumps(await evidence_of(engine, roots, C2)))
    change(evidence)
    assert check_evidence(evidence, [SIGNER.public]).findings

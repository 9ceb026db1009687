"""Orders to erase, legal terms and holds: what becomes unreadable, and the log stays whole."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from assistant.adapters.privacy import Retention, SqlPrivacy
from tests.contract.evidence.sealed import ANA, C1, check, run


@pytest.fixture
def privacy(engine, clock):
    return SqlPrivacy(engine, clock, Retention(identity=0, action=0, transcript=10, enquiry=3))


async def test_erasing_makes_the_content_unreadable_and_leaves_the_log_whole(
    engine, roots, log, privacy
):
    erasure = await privacy.erase(ANA, "li", "request 118")
    assert (erasure.destroyed, erasure.restricted) == (6, 0)

    stored = await log.load(C1)
    assert {each.event.type for each in stored} == {"content_erased"}
    assert {each.event.reason for each in stored} == {"erased"}
    assert [each.frame_seq for each in stored if each.frame_seq] == list(range(1, 12))
    report = await check(engine, roots)
    assert (report.findings, report.erased) == ([], 36)
    async with engine.connect() as connection:
        kept = await connection.scalar(text("SELECT count(wrapped) FROM data_key"))
    assert kept == 0


async def test_a_legal_term_restricts_first_and_destroys_at_its_end(engine, log, clock):
    privacy = SqlPrivacy(engine, clock, Retention(identity=10, action=10, transcript=10, enquiry=3))
    erasure = await privacy.erase(ANA, "li", "request 118")
    assert (erasure.destroyed, erasure.restricted) == (3, 3)
    assert erasure.until is not None
    reasons = {each.event.reason for each in await log.load(C1)}
    assert reasons == {"erased", "restricted"}

    assert (await privacy.sweep("retention")).destroyed == 0
    clock.advance(timedelta(days=3660).total_seconds())
    assert (await privacy.sweep("retention")).destroyed == 3
    assert {each.event.reason for each in await log.load(C1)} == {"erased"}


async def test_words_of_a_conversation_with_a_change_are_kept_for_their_term(
    engine, log, privacy, clock
):
    await run(
        engine,
        "INSERT INTO action (idempotency_key, conversation_id, action, epoch, arguments,"
        " arguments_sha256, state, attempts, fence, created_at, updated_at) SELECT 'k',"
        " conversation_id, 'lock_card', 'e', '{}', 'x', 'intended', 0, 0, created_at, updated_at"
        " FROM conversation WHERE conversation_id = 'c1'",
    )
    erasure = await privacy.erase(ANA, "li", "request")
    assert (erasure.destroyed, erasure.restricted) == (5, 1)


async def test_a_hold_beats_an_order_until_it_is_lifted(engine, roots, log, privacy):
    await privacy.hold(ANA, "li", "case 77")
    erasure = await privacy.erase(ANA, "li", "request 118")
    assert (erasure.destroyed, erasure.restricted, erasure.held) == (0, 6, True)
    assert {each.event.reason for each in await log.load(C1)} == {"restricted"}
    assert (await privacy.sweep("retention")).destroyed == 0

    assert (await privacy.release(ANA, "li", "case closed")).destroyed == 6
    assert (await check(engine, roots)).findings == []
    deeds = [each.deed for each in await privacy.entries(ANA)]
    assert deeds == [
        "read",
        "read",
        "hold_placed",
        "erase_ordered",
        "restricted",
        "hold_released",
        "erased",
    ]


async def test_what_was_kept_long_enough_expires_and_a_hold_keeps_it(engine, log, clock):
    privacy = SqlPrivacy(engine, clock)
    clock.advance(timedelta(days=3 * 366).total_seconds())
    await privacy.hold(ANA, "li", "case 77")
    assert (await privacy.sweep("retention")).destroyed == 0
    await privacy.release(ANA, "li", "case closed")
    states = {each.event.type for each in await log.load(C1)}
    assert states == {"signed_in", "content_erased"}


async def test_a_key_that_came_back_with_a_backup_is_found(engine, roots, log, privacy):
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT key_id, wrapped FROM data_key"))).all()
    await privacy.erase(ANA, "li", "request")
    async with engine.begin() as connection:
        for row in rows:
            await connection.execute(
                text("UPDATE data_key SET state = 'live', wrapped = :w WHERE key_id = :k"),
                {"w": row.wrapped, "k": row.key_id},
            )
    report = await check(engine, roots)
    assert {each.table for each in report.findings} == {"data_key"}


async def test_reasons_are_kept_without_personal_numbers(privacy, log):
    await privacy.hold(ANA, "li", "来电 138-0013-8000 要求")
    assert (await privacy.entries(ANA))[-1].reason == "来电 [PHONE] 要求"

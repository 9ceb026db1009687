"""Keys are changed: what the former ones wrapped or signed stays good, also after a kill."""

import os
import sqlite3
import subprocess
import sys
import time

import pytest

from assistant.adapters.database import master_of, open_engine, write
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.key_files import MasterSource
from assistant.adapters.privacy import SqlPrivacy
from assistant.adapters.rewrapping import count_former, rewrap
from assistant.adapters.roots import RootExport, RootsFolder
from assistant.adapters.vault import make_ciphers
from assistant.adapters.verification import verify
from assistant.errors import SettingsError
from assistant.notary.keys import RECORD_CLASSES, MasterKey
from assistant.notary.roots import Signer, SigningKeys
from channels.composition_evidence import export_root, verify_log
from channels.composition_keys import open_database, rotate_master, rotate_signing, signing_keys
from channels.settings import Settings
from tests.contract.events import AT, turn
from tests.contract.evidence.sealed import ANA, C1, SIGNER, check

NEW = bytes(range(1, 33))
MANY = 5_000
"""Conversations whose keys take a rotation long enough to be killed in."""


@pytest.fixture
async def rotated(engine, log):
    """The same database, opened with a new master key that knows the former one."""
    key = MasterKey(NEW, (master_of(engine),))
    url = engine.url.render_as_string(hide_password=False)
    anew = open_engine(url, master=MasterSource.given(key))
    yield anew
    await anew.dispose()


def settings_of(folder, **changes):
    return Settings(_env_file=None, data_dir=folder, **changes)


async def rotate(settings):
    return await rotate_master(settings, lambda _: None, lambda _: None)


async def events_of(engine):
    return [each.event for each in await SqlEventStore(engine).load(C1)]


async def test_every_key_is_wrapped_anew_and_the_log_stays_whole(engine, roots, log, rotated):
    before = await events_of(engine)
    assert await events_of(rotated) == before
    keys, done = await count_former(rotated), []
    assert await rewrap(rotated, done.append) == sum(done) == keys > 0
    assert await count_former(rotated) == 0
    assert await events_of(rotated) == before
    assert (await check(rotated, roots)).findings == []

    alone = open_engine(
        engine.url.render_as_string(hide_password=False), master=MasterSource.given(MasterKey(NEW))
    )
    assert (await check(alone, roots)).findings == []
    await alone.dispose()
    with pytest.raises(SettingsError):  # the former key alone opens nothing any more
        await events_of(engine)


async def test_a_conversation_goes_on_under_both_keys(engine, roots, log, rotated):
    await log.append(C1, 12, turn(3))
    await SqlEventStore(rotated).append(C1, 16, turn(4))
    assert (await check(rotated, roots)).findings == []


async def test_the_register_knows_a_customer_by_both_names(engine, log, rotated, clock):
    before, after = SqlPrivacy(engine, clock), SqlPrivacy(rotated, clock)
    await before.hold(ANA, "li", "case 77")
    await rewrap(rotated, lambda _: None)
    await after.note("read", C1, "wang")
    deeds = [(each.deed, each.actor) for each in await after.entries(ANA)]
    assert deeds[-2:] == [("hold_placed", "li"), ("read", "wang")]
    assert (await after.erase(ANA, "li", "request 118")).held


async def test_an_erased_key_stays_erased(engine, roots, log, rotated, clock):
    await SqlPrivacy(engine, clock).erase(ANA, "li", "request 118")
    await rewrap(rotated, lambda _: None)
    report = await check(rotated, roots)
    assert report.findings == []
    assert {each.type for each in await events_of(rotated)} == {"content_erased"}


async def filled(settings):
    """A database with one conversation and the keys of many more."""
    assert await export_root(settings) == (None, signing_keys(settings, "roots").signer.public)
    engine = open_database(settings)
    await SqlEventStore(engine).append(C1, 0, turn(1))

    async def work(connection):
        for number in range(MANY):
            name = f"c_{number:05}"
            await make_ciphers(connection, master_of(engine), name, RECORD_CLASSES, AT)

    await write(engine, work)
    await engine.dispose()
    assert (await export_root(settings))[0] is not None


def wrapped_by(settings):
    with sqlite3.connect(settings.data_dir / "guitai.db", timeout=10) as database:
        query = "SELECT master, count(*) FROM data_key GROUP BY master"
        return dict(database.execute(query).fetchall())


@pytest.mark.slow
async def test_a_rotation_killed_half_way_is_carried_to_its_end(tmp_path):
    settings = settings_of(tmp_path / "data")
    await filled(settings)
    all_keys = MANY * len(RECORD_CLASSES) + 1
    [(former, count)] = wrapped_by(settings).items()
    assert count == all_keys

    environment = {**os.environ, "GUITAI_DATA_DIR": str(settings.data_dir)}
    command = [sys.executable, "-m", "channels.cli", "keys", "rotate"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603, ASYNC220 - to be killed
    until = time.monotonic() + 60
    while len(wrapped_by(settings)) == 1 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)  # noqa: ASYNC251 - nothing else runs here
    process.kill()
    process.wait()
    left = wrapped_by(settings)
    assert 0 < left[former] < all_keys

    report = await verify_log(settings, (), with_keys=True)
    assert (report.findings, report.keys) == ([], all_keys)
    finished = await rotate(settings)
    assert (finished.resumed, finished.wrapped) == (True, left[former])
    assert wrapped_by(settings) == {finished.name: all_keys}
    report = await verify_log(settings, (), with_keys=True)
    assert (report.findings, report.events) == ([], 4)
    again = await rotate(settings)
    assert (again.resumed, again.wrapped) == (False, all_keys)


async def test_a_process_that_runs_on_takes_up_the_new_key(tmp_path):
    settings = settings_of(tmp_path)
    await export_root(settings)
    running = open_database(settings)
    store = SqlEventStore(running)
    await store.append(C1, 0, turn(1))
    rotation = await rotate(settings)
    assert len(await store.load(C1)) == 4
    await store.append(C1, 4, turn(2))
    assert wrapped_by(settings) == {rotation.name: 1}
    await running.dispose()


async def test_a_backup_from_before_opens_with_the_key_file_from_after(tmp_path):
    settings = settings_of(tmp_path)
    await export_root(settings)
    engine = open_database(settings)
    await SqlEventStore(engine).append(C1, 0, turn(1))
    await engine.dispose()
    backup = tmp_path / "backup.db"
    with sqlite3.connect(tmp_path / "guitai.db") as source, sqlite3.connect(backup) as target:
        source.backup(target)
    await rotate(settings)
    old = open_database(settings_of(tmp_path, database_url=f"sqlite:///{backup}"))
    assert len(await events_of(old)) == 4
    await old.dispose()


async def test_a_key_from_the_settings_is_rotated_by_the_settings(tmp_path):
    first, second = "aa" * 32, "bb" * 32
    before = settings_of(tmp_path, master_key=first)
    await export_root(before)
    engine = open_database(before)
    await SqlEventStore(engine).append(C1, 0, turn(1))
    await engine.dispose()
    with pytest.raises(SettingsError):
        await rotate(before)
    after = settings_of(tmp_path, master_key=second, former_master_keys=first)
    assert (await rotate(after)).wrapped == 1
    alone = settings_of(tmp_path, master_key=second)
    assert (await verify_log(alone, (), with_keys=True)).findings == []


async def test_roots_of_the_former_key_count_and_it_signs_no_more(engine, roots, log, clock):
    successor = Signer.from_hex("33" * 32)
    await log.append(C1, 12, turn(3))
    await RootExport(engine, roots, successor, clock).run()
    trusted = SigningKeys(successor, (SIGNER.public,)).trusted
    report = await verify(engine, roots, trusted)
    assert (report.findings, report.roots, report.key) == ([], 3, successor.public)

    await log.append(C1, 16, turn(4))
    await RootExport(engine, roots, SIGNER, clock).run()  # by whoever kept the former secret
    first = (await verify(engine, roots, trusted)).findings[0]
    assert (first.table, first.row) == ("roots", "4")


async def test_roots_are_signed_by_the_new_key_from_the_next_one_on(tmp_path):
    settings = settings_of(tmp_path)
    await export_root(settings)
    engine = open_database(settings)
    store = SqlEventStore(engine)
    await store.append(C1, 0, turn(1))
    await export_root(settings)
    rotated = rotate_signing(settings, "roots")
    await store.append(C1, 4, turn(2))
    await export_root(settings)
    statements = [each for _, each in RootsFolder(settings.roots_dir).all()]
    assert tuple(each["key"] for each in statements) == rotated.trusted
    assert (await verify_log(settings, (), with_keys=True)).findings == []
    assert (settings.data_dir / "roots.key").stat().st_mode & 0o777 == 0o600
    await engine.dispose()

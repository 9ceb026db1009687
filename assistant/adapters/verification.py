"""Checking the log against itself and against the signed roots. Reads only.

The first broken link is named: what was changed, deleted, inserted, put in another order, or cut
off the end. A cut, and an old backup put back, are found through the roots, so only up to the last
root; the report says how many events came after it.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, Text, func, select, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import master_of, read
from assistant.adapters.roots import RootsFolder
from assistant.adapters.verification_keys import KeyRing, check_keys, check_working_tables
from assistant.errors import TranscriptDamaged
from assistant.notary.chain import ALGORITHM, FIRST, Link, entry_hash, instant, link_hash
from assistant.notary.findings import Report
from assistant.notary.roots import REGISTER, Statement, place_of_key, problem_of

_HEAD = tables.conversation
_EVENT = tables.event
_REGISTER = tables.privacy_log
_AT_ONCE: Final = 10_000
_IDENTIFYING: Final = frozenset({"signed_in", "step_up_passed"})

Promised = dict[str, dict[int, tuple[str, int]]]
"""Chain, number of the link → its hash and the number of the root that signed it."""


@dataclass(slots=True)
class _Walk:
    """The chain that is being followed."""

    conversation: str = ""
    seq: int = 0
    frame_seq: int = 0
    before: bytes = FIRST
    broken: bool = False
    customers: list[str] = field(default_factory=list)
    late: list[tuple[str, str]] = field(default_factory=list)


async def verify(
    engine: AsyncEngine, roots: RootsFolder, trusted: Sequence[str], *, with_keys: bool = True
) -> Report:
    """Check everything.

    Args:
        engine: From `open_engine`.
        roots: Where the signed roots are.
        trusted: Keys that must have signed them, hexadecimal, oldest first; none takes the key
            that the first root names, and says so.
        with_keys: Whether the master key is at hand: then every data key is unwrapped and the
            owner of each conversation is compared with what its events say.

    Raises:
        StoreUnavailable: The database does not answer.
        SettingsError: The master key is another one.
    """
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"  # one instant for all that is read

    async def work(connection: AsyncConnection) -> tuple[Report, list[tuple[str, str]]]:
        report = Report()
        promised = await asyncio.to_thread(_check_roots, roots, tuple(trusted), report)
        master = master_of(engine) if with_keys else None
        ring = await check_keys(connection, master, report)
        await _check_register(connection, promised, report, ring)
        late = await _check_log(connection, promised, report, ring)
        if master is not None:
            await check_working_tables(connection, ring, report)
        return report, late

    report, late = await read(engine.execution_options(**options), work)
    last = await asyncio.to_thread(roots.last)
    if report.roots == (last["number"] if last else 0):
        for conversation, problem in late:
            report.add("conversation", conversation, None, problem)
    return report


def _check_roots(folder: RootsFolder, trusted: tuple[str, ...], report: Report) -> Promised:
    promised: Promised = defaultdict(dict)
    before: Statement | None = None
    due = 1
    for number in folder.numbers():
        try:
            statement = folder.statement(number)
        except TranscriptDamaged as error:
            report.add("roots", str(number), None, str(error))
            return promised
        if not trusted:
            trusted = (str(statement.get("key")),)
            report.notes.append("The key was taken from the roots themselves; give --key.")
        # A key that was replaced signs nothing more.
        trusted = trusted[place_of_key(statement, trusted) or 0 :]
        report.key = trusted[0]
        problem = (
            f"root {due} is missing" if number != due else _problem(statement, before, trusted[0])
        )
        if problem is not None:
            report.add("roots", str(number), None, problem)
            return promised
        for chain, seq, digest in [*statement["heads"]]:
            promised[chain][seq] = (digest, number)
        report.roots = number
        before, due = statement, number + 1
    return promised


def _problem(statement: Statement, before: Statement | None, public: str) -> str | None:
    try:
        return problem_of(statement, before, public)
    except (KeyError, TypeError, ValueError):
        return "it is not a root"


async def _check_register(
    connection: AsyncConnection, promised: Promised, report: Report, ring: KeyRing
) -> None:
    before, due = FIRST, 1
    signed = promised.pop(REGISTER, {})
    for row in await connection.execute(select(_REGISTER).order_by(_REGISTER.c.seq)):
        digest = entry_hash(row._asdict(), before)
        problem = None
        if row.seq != due:
            problem = f"entry {due} is missing"
        elif digest != row.hash:
            problem = "it was changed, or the one before it was"
        elif row.seq in signed and signed[row.seq][0] != row.hash.hex():
            problem = f"root {signed[row.seq][1]} signed another one"
        if problem is not None:
            report.add("privacy_log", "register", row.seq, problem)
            return
        for key_id in json.loads(row.keys) if row.keys else ():
            ring.explained[key_id] = row.deed
        before, due = row.hash, due + 1
        report.register += 1
    if signed and max(signed) >= due:
        number = signed[max(signed)][1]
        problem = f"root {number} covers {max(signed)} entries, and it ends here"
        report.add("privacy_log", "register", due - 1, problem)
    ring.check_explained(report)


async def _check_log(
    connection: AsyncConnection, promised: Promised, report: Report, ring: KeyRing
) -> list[tuple[str, str]]:
    """Follow every chain; gives what is only wrong when no root was exported meanwhile."""
    ends = {
        row.conversation_id: row
        for row in await connection.execute(select(_HEAD).order_by(_HEAD.c.conversation_id))
    }
    report.conversations = len(ends)
    walk = _Walk()
    last: tuple[str, int] | None = None
    query = _links(is_sqlite=connection.dialect.name == "sqlite")
    while True:
        page = query if last is None else query.where(_after(*last))
        rows = (await connection.execute(page)).all()
        for row in rows:
            link, digest = _link(row), row[11]
            if link.conversation != walk.conversation:
                _end(walk, ends, promised, report)
                walk = _Walk(conversation=link.conversation, late=walk.late)
            _follow(walk, link, digest, promised, report, ring)
        report.events += len(rows)
        if len(rows) < _AT_ONCE:
            break
        last = rows[-1][1], rows[-1][2]
    _end(walk, ends, promised, report)
    for conversation, head in ends.items():
        report.add("conversation", conversation, None, f"its {head.last_seq} events are missing")
    for chain, links in promised.items():
        problem = f"root {links[max(links)][1]} covers it, and it is not there"
        report.add("conversation", chain, None, problem)
    return walk.late


def _links(*, is_sqlite: bool) -> Select[Any]:
    # SQLite keeps instants as text: read as text, they need not be parsed to be hashed.
    at = (
        func.replace(type_coerce(_EVENT.c.at, Text), " ", "T") + "+00:00"
        if is_sqlite
        else _EVENT.c.at
    )
    columns = [_EVENT.c.conversation_id, _EVENT.c.seq, _EVENT.c.frame_seq, _EVENT.c.type]
    rest = [_EVENT.c.release, _EVENT.c.documents, _EVENT.c.key_id, _EVENT.c.sealed, _EVENT.c.hash]
    query: Select[Any] = select(_EVENT.c.algorithm, *columns, _EVENT.c.turn, at, *rest)
    return query.order_by(_EVENT.c.conversation_id, _EVENT.c.seq).limit(_AT_ONCE)


def _link(row: Any) -> Link:
    link = Link(*row[:11])
    at: Any = link.at
    return link if isinstance(at, str) else link._replace(at=instant(at))


def _after(conversation: str, seq: int) -> Any:
    return tuple_(_EVENT.c.conversation_id, _EVENT.c.seq) > tuple_(conversation, seq)


def _follow(
    walk: _Walk, link: Link, digest: bytes, promised: Promised, report: Report, ring: KeyRing
) -> None:
    """One event: is it the next one, unchanged, and the one that was signed?"""
    if not walk.broken:
        problem = (
            _place_problem(walk, link)
            or _content_problem(walk, link, digest, promised)
            or ring.problem_of(link)
        )
        if problem is not None:
            report.add("event", link.conversation, link.seq, problem)
            walk.broken = True
        elif link.type in _IDENTIFYING:
            walk.customers += ring.customer(link)
        if ring.is_erased(link.key):
            report.erased += 1
    walk.seq, walk.before = link.seq, digest
    walk.frame_seq = link.frame_seq or walk.frame_seq


def _place_problem(walk: _Walk, link: Link) -> str | None:
    if link.seq != walk.seq + 1:
        return f"event {walk.seq + 1} is missing before it"
    if link.algorithm != ALGORITHM:
        return f"its algorithm {link.algorithm} is not known"
    return None


def _content_problem(walk: _Walk, link: Link, digest: bytes, promised: Promised) -> str | None:
    if link_hash(link, walk.before) != digest:
        return "it was changed, or put in the place of another one"
    if link.frame_seq is not None and link.frame_seq != walk.frame_seq + 1:
        return f"shown event {walk.frame_seq + 1} is missing before it"
    signed = promised.get(link.conversation)
    if signed and link.seq in signed and signed[link.seq][0] != digest.hex():
        return f"root {signed[link.seq][1]} signed another event in its place"
    return None


def _end(walk: _Walk, ends: dict[str, Any], promised: Promised, report: Report) -> None:
    """The end of one chain: is it where the conversation's row and the roots say?"""
    if not walk.conversation:
        return
    head = ends.pop(walk.conversation, None)
    signed = promised.pop(walk.conversation, {})
    covered = max(signed, default=0)
    report.unsealed += max(0, walk.seq - covered)
    if walk.broken:
        return
    problem = (
        f"root {signed[covered][1]} covers event {covered}, the log ends at {walk.seq}"
        if covered > walk.seq
        else _row_problem(walk, head)
    )
    if problem is not None:
        report.add("conversation", walk.conversation, walk.seq, problem)
    elif head.sealed_seq > covered:
        told = f"its row says {head.sealed_seq} events are under a root, the roots say {covered}"
        walk.late.append((walk.conversation, told))


def _row_problem(walk: _Walk, head: Any) -> str | None:
    if head is None:
        return "it has events and no row"
    if head.last_seq != walk.seq:
        return f"its row ends at {head.last_seq}, its log at {walk.seq}"
    if head.last_frame_seq != walk.frame_seq:
        return f"its row shows {head.last_frame_seq} events, its log {walk.frame_seq}"
    if walk.customers and head.customer_id != walk.customers[-1]:
        return "its row names another customer than its events"
    return None

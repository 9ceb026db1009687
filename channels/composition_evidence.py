"""Roots, checks of the log, and the register of personal data of a deployment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from assistant.adapters.evidence import evidence_of
from assistant.adapters.privacy import Retention, SqlPrivacy
from assistant.adapters.roots import RootExport, RootsFolder
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import SystemClock
from assistant.adapters.verification import verify
from assistant.errors import AssistantError
from assistant.model.ids import ConversationId
from assistant.notary.findings import Report
from assistant.notary.roots import Statement
from assistant.ports import Clock, Privacy
from assistant.ports.privacy import reason_of
from channels.composition_keys import has_signing_key, open_database, signing_keys
from channels.settings import Settings

_DAY_S: Final = 86_400.0
_log = logging.getLogger(__name__)


def make_privacy(settings: Settings, engine: AsyncEngine, clock: Clock) -> SqlPrivacy:
    """The register, with the settings' terms."""
    retention = Retention(
        identity=settings.retention_identity_years,
        action=settings.retention_action_years,
        transcript=settings.retention_transcript_years,
        enquiry=settings.retention_enquiry_years,
    )
    return SqlPrivacy(engine, clock, retention, timedelta(hours=settings.erase_after_h))


@asynccontextmanager
async def house_kept(settings: Settings, engine: AsyncEngine, clock: Clock) -> AsyncIterator[None]:
    """Keep house for as long as the assistant runs."""
    task = asyncio.create_task(keep_house(settings, engine, clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def keep_house(settings: Settings, engine: AsyncEngine, clock: Clock) -> None:
    """Export roots on schedule and destroy each day what was kept long enough; never returns."""
    privacy = make_privacy(settings, engine, clock)
    every_s = settings.roots_every_s or _DAY_S
    until_sweep_s = 0.0
    while True:
        await asyncio.sleep(every_s)
        try:
            if until_sweep_s <= 0:
                await privacy.sweep("retention")
                until_sweep_s = _DAY_S
            if settings.roots_every_s:
                # The key may have been rotated since the last root.
                await _export(settings, engine, clock).run()
        except AssistantError as error:
            _log.warning("no root exported: %s", error.code)
        except OSError as error:
            _log.warning("no root exported: %s", type(error).__name__)
        until_sweep_s -= every_s


async def export_root(settings: Settings) -> tuple[Statement | None, str]:
    """Export a root now.

    Returns:
        The root, None when nothing was appended since the last; and the public key.

    Raises:
        StoreUnavailable: The database does not answer.
        TranscriptDamaged: The last root or an event it needs cannot be read.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        export = _export(settings, engine, SystemClock())
        return await export.run(), export.signer.public
    finally:
        await engine.dispose()


async def verify_log(settings: Settings, trusted: Sequence[str], *, with_keys: bool) -> Report:
    """Check the log of the settings' database. Reads only; migrates nothing.

    Args:
        settings: Database, keys and roots.
        trusted: Keys the roots must be signed with, oldest first; none: this deployment's, when
            it has one.
        with_keys: Whether to use the master key.

    Raises:
        StoreUnavailable: The database does not answer, or has another schema.
        SettingsError: The master key is another one.
    """
    if not trusted and has_signing_key(settings, "roots"):
        trusted = signing_keys(settings, "roots").trusted
    engine = open_database(settings)
    try:
        return await verify(engine, RootsFolder(settings.roots_dir), trusted, with_keys=with_keys)
    finally:
        await engine.dispose()


async def export_evidence(
    settings: Settings, conversation_id: ConversationId, actor: str, reason: str
) -> dict[str, Any]:
    """One conversation as evidence; that it was taken out is written down first.

    Raises:
        ConversationNotFound: There is no such conversation.
        StoreUnavailable: The database does not answer.
        TranscriptDamaged: Something sealed does not open.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        privacy = make_privacy(settings, engine, SystemClock())
        await privacy.note("exported", conversation_id, actor, reason_of("evidence", reason))
        return await evidence_of(engine, RootsFolder(settings.roots_dir), conversation_id)
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_privacy(settings: Settings) -> AsyncIterator[Privacy]:
    """The register, for a command.

    Raises:
        SettingsError: The database address is not supported.
        StoreUnavailable: It does not answer.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        yield make_privacy(settings, engine, SystemClock())
    finally:
        await engine.dispose()


def _export(settings: Settings, engine: AsyncEngine, clock: Clock) -> RootExport:
    signer = signing_keys(settings, "roots").signer
    return RootExport(engine, RootsFolder(settings.roots_dir), signer, clock)

"""The keys of a deployment: where they are, its database opened with them, and changing them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from assistant.adapters.database import master_of, open_engine, source_of
from assistant.adapters.key_files import MASTER_FILE, MasterSource, kept_text, replace_text
from assistant.adapters.rewrapping import count_former, rewrap
from assistant.adapters.schema import upgrade_engine
from assistant.errors import SettingsError
from assistant.notary.keys import KEY_BYTES, MasterKey
from assistant.notary.roots import Signer, SigningKeys, public_key
from channels.settings import Settings

Signing = Literal["roots", "receipts"]
"""What is signed; each has a key of its own."""

_FILES: Final[dict[Signing, str]] = {"roots": "roots.key", "receipts": "receipts.key"}


@dataclass(frozen=True, slots=True)
class MasterRotation:
    """What a rotation of the master key did.

    Attributes:
        name: Of the master key that wraps everything now.
        resumed: Whether an earlier rotation was carried to its end instead of beginning another.
        wrapped: Data keys wrapped anew.
    """

    name: str
    resumed: bool
    wrapped: int


def open_database(settings: Settings) -> AsyncEngine:
    """The engine of the settings' database; connects with the first statement.

    Raises:
        SettingsError: The address is not supported, or the master key is no key.
    """
    return open_engine(settings.database_url, master=_master_source(settings))


async def rotate_master(
    settings: Settings, begin: Callable[[int], None], done: Callable[[int], None]
) -> MasterRotation:
    """Make another master key and wrap every data key with it, or finish doing so.

    Args:
        settings: The deployment's.
        begin: Told how many data keys are to be wrapped anew.
        done: Told after each batch how many were.

    Raises:
        SettingsError: The key is a setting, and no key it replaced still wraps anything.
        StoreUnavailable: The database did not answer; running again goes on.
        TranscriptDamaged: A data key does not open.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        left = await count_former(engine)
        resumed = left > 0
        if not resumed:
            source_of(engine).replace()
            left = await count_former(engine)
        begin(left)
        wrapped = await rewrap(engine, done)
        return MasterRotation(master_of(engine).name, resumed, wrapped)
    finally:
        await engine.dispose()


def signing_keys(settings: Settings, what: Signing) -> SigningKeys:
    """What signs roots or receipts: the key of the settings, or the one of the data folder.

    The file holds the key, made when there is none, and below it the public keys it replaced.

    Raises:
        SettingsError: A key is no key.
        OSError: The key file cannot be read or made.
    """
    given = settings.roots_key if what == "roots" else settings.receipts_key
    former = settings.former_roots_keys if what == "roots" else settings.former_receipts_keys
    if given is not None:
        signer = Signer.from_hex(given.get_secret_value())
        return SigningKeys(signer, tuple(public_key(key) for key in former))
    path = _signing_file(settings, what)
    secret, *lines = kept_text(path, _new_secret).splitlines()
    return SigningKeys(Signer.from_hex(secret), tuple(public_key(line) for line in lines))


def has_signing_key(settings: Settings, what: Signing) -> bool:
    """Whether there is a key already; asking for it would make one."""
    given = settings.roots_key if what == "roots" else settings.receipts_key
    return given is not None or _signing_file(settings, what).exists()


def rotate_signing(settings: Settings, what: Signing) -> SigningKeys:
    """Sign with another key from now on; what the one before signed stays good.

    The secret of the one before is gone afterwards: only its public key is kept.

    Raises:
        SettingsError: The key is a setting.
        OSError: The file cannot be written; the key is as it was.
    """
    if (settings.roots_key if what == "roots" else settings.receipts_key) is not None:
        name = what.upper()
        msg = (
            f"The key is a setting: put a new one into GUITAI_{name}_KEY and the public key of the "
            f"present one at the end of GUITAI_FORMER_{name}_KEYS."
        )
        raise SettingsError(msg)
    present = signing_keys(settings, what)
    lines = [_new_secret(), *present.trusted]
    replace_text(_signing_file(settings, what), "\n".join(lines) + "\n")
    return signing_keys(settings, what)


def _master_source(settings: Settings) -> MasterSource:
    if settings.master_key is None:
        return MasterSource(settings.data_dir / MASTER_FILE)
    former = settings.former_master_keys
    older = former.get_secret_value().split(",") if former is not None else []
    lines = [settings.master_key.get_secret_value(), *older]
    return MasterSource.given(MasterKey.from_lines(lines))


def _signing_file(settings: Settings, what: Signing) -> Path:
    return settings.data_dir / _FILES[what]


def _new_secret() -> str:
    return secrets.token_hex(KEY_BYTES)

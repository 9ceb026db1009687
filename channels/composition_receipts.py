"""What signs the receipts of a deployment."""

from __future__ import annotations

import secrets
from typing import Final

from assistant.adapters.key_files import kept_text
from assistant.notary.keys import KEY_BYTES
from assistant.notary.roots import Signer
from channels.settings import Settings

_FILE: Final = "receipts.key"


def receipt_signer(settings: Settings) -> Signer:
    """The key of the settings, or the one of the data folder, made when there is none.

    Raises:
        SettingsError: The key is no key.
        OSError: The key file cannot be read or made.
    """
    if settings.receipts_key is not None:
        return Signer.from_hex(settings.receipts_key.get_secret_value())
    path = settings.data_dir / _FILE
    return Signer.from_hex(kept_text(path, lambda: secrets.token_hex(KEY_BYTES)))

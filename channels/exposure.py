"""Settings that suit a machine of one's own and are unsafe where customers reach the assistant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from channels.settings import Settings

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_SANDBOX_ISSUER: Final = "guitai-sandbox"
_LOAD_TEST_RATE: Final = 12_000
"""The default of `messages_per_minute`, meant for load tests from one address."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One unsafe setting.

    Attributes:
        found: What is set, without secrets.
        fix: What to do.
    """

    found: str
    fix: str


def is_exposed(settings: Settings) -> bool:
    """Whether others than this machine may reach the assistant, or it a bank that is real."""
    return settings.host not in _LOOPBACK or not settings.sandbox


def exposures(settings: Settings) -> list[Exposure]:
    """Everything unsafe about these settings; nothing while only this machine is concerned."""
    if not is_exposed(settings):
        return []
    return [Exposure(found, fix) for is_unsafe, found, fix in _RULES if is_unsafe(settings)]


def _keys(settings: Settings) -> str:
    return settings.jwt_keys.get_secret_value() if settings.jwt_keys else ""


def _is_plain(address: str) -> bool:
    """Whether an address sends in clear text to another machine."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname not in _LOOPBACK


_RULES: Final[tuple[tuple[Callable[[Settings], bool], str, str], ...]] = (
    (
        lambda s: s.sandbox and s.host not in _LOOPBACK,
        "anybody who reaches this address may sign in as a sample customer or colleague",
        "Set GUITAI_SANDBOX=false, or listen on 127.0.0.1.",
    ),
    (
        lambda s: not s.sandbox and s.jwt_keys is None,
        "sign-in tokens are checked with a secret made here, which the bank's app does not know",
        "Set GUITAI_JWT_KEYS to the bank's JWKS document.",
    ),
    (
        lambda s: not s.sandbox and s.jwt_issuer == _SANDBOX_ISSUER,
        "tokens are expected from the sandbox",
        "Set GUITAI_JWT_ISSUER to the bank's issuer.",
    ),
    (
        lambda s: _is_plain(s.jwt_issuer) or _is_plain(_keys(s)),
        "the issuer of tokens, or the address of its keys, is http",
        "Use https in GUITAI_JWT_ISSUER and GUITAI_JWT_KEYS.",
    ),
    (
        lambda s: not s.allowed_hosts,
        "requests for any host are answered",
        "Set GUITAI_ALLOWED_HOSTS to the names customers use.",
    ),
    (
        lambda s: any(not each.startswith("https://") for each in s.allowed_origins),
        "pages that came over http may call",
        "List https origins only in GUITAI_ALLOWED_ORIGINS.",
    ),
    (
        lambda s: s.allow_missing_origin,
        "the stream takes connections without an Origin",
        "Unset GUITAI_ALLOW_MISSING_ORIGIN unless programs connect.",
    ),
    (
        lambda s: s.messages_per_minute >= _LOAD_TEST_RATE,
        "one client may send as many messages as a load test",
        "Set GUITAI_MESSAGES_PER_MINUTE; 60 leaves room for fast typists.",
    ),
    (
        lambda s: _is_plain(s.bank_url),
        "the core bank is called over http",
        "Use https in GUITAI_BANK_URL.",
    ),
    (
        lambda s: s.master_key is None,
        "the master key of all conversations lies in the data folder",
        "Set GUITAI_MASTER_KEY from a key store.",
    ),
    (
        lambda s: s.roots_key is None or s.receipts_key is None,
        "the keys that sign roots and receipts lie in the data folder",
        "Set GUITAI_ROOTS_KEY and GUITAI_RECEIPTS_KEY from a key store.",
    ),
)

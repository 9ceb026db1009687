"""Sign-in tokens: who speaks and how sure the channel is, signed.

A bank's app sends its own JWT; the sandbox makes one for a sample customer or colleague.
The algorithm is fixed by the settings, never taken from the token.
Source: RFC 7519 (JWT), RFC 8725 (best practices), RFC 7517 (JWKS).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import jwt
from pydantic import Field, TypeAdapter, ValidationError

from assistant.errors import AssistantError
from assistant.model.assurance import Assurance
from assistant.model.frozen import Frozen
from assistant.model.ids import CustomerId
from assistant.model.message import SignIn
from assistant.ports import Clock

LIFETIME: Final = timedelta(hours=12)
"""Of tokens the sandbox makes: a working day, as long as `real_name` lasts."""

_LEEWAY: Final = timedelta(seconds=30)
"""How far the issuer's clock may be ahead of ours. Nothing is added to the end of a token."""

MAX_BYTES: Final = 8192
"""Longest token looked at; a token of RS256 with our claims has about 900."""

_SECRET_ALGORITHMS: Final = ("HS256",)
_JWKS_ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
_REQUIRED: Final = ("sub", "iat", "exp", "iss", "aud")


_log = logging.getLogger(__name__)


class TokenExpired(AssistantError):  # noqa: N818 - a state, not a fault
    """The token was good and is too old."""

    code = "auth.token_expired"


class TokenInvalid(AssistantError):  # noqa: N818 - a state, not a fault
    """The token is not one of ours, or does not say what it must."""

    code = "auth.token_invalid"


class KeysUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The bank's public keys could not be fetched, so no token can be checked."""

    code = "keys.unavailable"
    retryable = True


class _Claims(Frozen, extra="ignore"):
    """What a token says.

    Attributes:
        iat: When the sign-in happened, seconds since 1970.
        nbf: Before then the token is worth nothing.
        level: Assurance of a customer.
        name: How the page greets.
    """

    sub: str = Field(min_length=1, max_length=128)
    iat: int
    exp: int
    nbf: int | None = None
    role: Literal["customer", "colleague"] = "customer"
    level: Assurance = Assurance.VISITOR
    name: str = Field(default="", max_length=100)


_CLAIMS: Final = TypeAdapter(_Claims)


class Bearer(Frozen):
    """Who a good token speaks for.

    Attributes:
        subject: The customer's id, or the colleague's name.
        signed_in_at: When the sign-in happened, UTC.
        expires_at: From then on the token is worth nothing, UTC.
        session: Tells the sign-ins of one subject apart.
    """

    subject: str
    role: Literal["customer", "colleague"]
    level: Assurance
    name: str
    signed_in_at: datetime
    expires_at: datetime
    session: str = ""

    @property
    def sign_in(self) -> SignIn | None:
        """The sign-in of a customer; None for a colleague."""
        if self.role != "customer":
            return None
        return SignIn(
            customer_id=CustomerId(self.subject),
            level=self.level,
            at=self.signed_in_at,
            session=self.session,
        )


class KeySource(Protocol):
    """Where the key of a token is."""

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The only algorithms taken with these keys."""
        ...

    async def key_for(self, token: str) -> Any:
        """The key to check it with.

        Raises:
            jwt.PyJWTError: There is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret for signing and checking."""

    value: str
    algorithms: tuple[str, ...] = _SECRET_ALGORITHMS

    async def key_for(self, token: str) -> str:
        """See KeySource."""
        return self.value


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The bank's public keys, fetched from its JWKS document and kept for five minutes."""

    client: jwt.PyJWKClient
    algorithms: tuple[str, ...] = _JWKS_ALGORITHMS

    async def key_for(self, token: str) -> Any:
        """See KeySource."""
        # The client blocks while it fetches, a few times an hour; an unknown key makes it fetch
        # again at most every 30 seconds.
        return await asyncio.to_thread(self.client.get_signing_key, _key_id(token))


@dataclass(slots=True)
class KeyFile:
    """The bank's public keys in a JWKS file beside us, read again whenever it was replaced.

    Attributes:
        path: The file. Old and new keys stand in it together while keys are changed.
    """

    path: Path
    algorithms: tuple[str, ...] = _JWKS_ALGORITHMS
    _read_at: tuple[int, int] | None = None
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)

    async def key_for(self, token: str) -> Any:
        """See KeySource."""
        key = (await asyncio.to_thread(self._current)).get(_key_id(token))
        if key is None:
            raise jwt.InvalidKeyError
        return key

    def _current(self) -> dict[str, jwt.PyJWK]:
        try:
            seen = self.path.stat()
            stamp = (seen.st_mtime_ns, seen.st_size)
            if stamp != self._read_at:
                found = jwt.PyJWKSet.from_json(self.path.read_text("utf-8"))
                signing = [each for each in found.keys if each.public_key_use in {"sig", None}]
                self._keys = {each.key_id: each for each in signing if each.key_id}
                self._read_at = stamp
        except (OSError, ValueError, jwt.PyJWKSetError) as error:
            if not self._keys:
                raise KeysUnavailable from error
            # Half a file while it is being replaced; the keys known so far stay good.
            _log.warning("the file of public keys cannot be read: %s", type(error).__name__)
        return self._keys


def _key_id(token: str) -> str:
    """Which key the token names: only ever looked up among the keys there are.

    Raises:
        jwt.PyJWTError: It names none.
    """
    name = jwt.get_unverified_header(token).get("kid")
    if not isinstance(name, str):
        raise jwt.InvalidKeyError
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Checks tokens, and makes them for the sandbox.

    Attributes:
        issuer: `iss` a token must carry.
        audience: `aud` a token must carry.
    """

    keys: KeySource
    issuer: str
    audience: str
    clock: Clock

    def issue(
        self, subject: str, *, role: Literal["customer", "colleague"], level: int, name: str
    ) -> str:
        """Make a token, good for 12 hours.

        Raises:
            TokenInvalid: The keys are the bank's own; nothing can be signed with them.
        """
        if not isinstance(self.keys, Secret):
            raise TokenInvalid
        now = self.clock.now()
        claims = {
            "sub": subject,
            "role": role,
            "level": level,
            "name": name,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "iss": self.issuer,
            "aud": self.audience,
        }
        return jwt.encode(claims, self.keys.value, algorithm=_SECRET_ALGORITHMS[0])

    async def verify(self, token: str) -> Bearer:
        """Who the token speaks for.

        Raises:
            TokenExpired: Good, but too old.
            TokenInvalid: Anything else that is wrong with it.
            KeysUnavailable: The keys to check it with could not be fetched.
        """
        if len(token.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise TokenInvalid
        try:
            claims = _CLAIMS.validate_python(await self._decode(token))
        except jwt.PyJWKClientConnectionError as error:
            raise KeysUnavailable from error
        except (jwt.PyJWTError, ValidationError) as error:
            raise TokenInvalid from error
        bearer = Bearer(
            subject=claims.sub,
            role=claims.role,
            level=claims.level,
            name=claims.name,
            signed_in_at=_instant(claims.iat),
            expires_at=_instant(claims.exp),
            session=hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        )
        now = self.clock.now()
        if bearer.expires_at <= now:
            raise TokenExpired
        usable_from = _instant(claims.nbf) if claims.nbf is not None else bearer.signed_in_at
        if max(usable_from, bearer.signed_in_at) > now + _LEEWAY:
            raise TokenInvalid
        return bearer

    async def _decode(self, token: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            await self.keys.key_for(token),
            algorithms=list(self.keys.algorithms),
            issuer=self.issuer,
            audience=self.audience,
            # Times are compared with the Clock port, above.
            options={
                "require": list(_REQUIRED),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )


def _instant(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise TokenInvalid from error

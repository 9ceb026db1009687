"""What every route of the web channel works with, and how routes get it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from assistant.errors import ConversationNotFound
from assistant.model.ids import ConversationId
from assistant.model.message import SignIn
from channels.service import Service
from channels.settings import Settings
from channels.web.bodies import ID_PATTERN
from channels.web.directory import Directory
from channels.web.problems import Problem, too_many
from channels.web.rates import ClientRates
from channels.web.running_turns import RunningTurns
from channels.web.stream_registry import OpenStreams
from channels.web.stream_tickets import Tickets
from channels.web.tokens import Bearer, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """The web channel while it runs."""

    settings: Settings
    service: Service
    tokens: Tokens
    tickets: Tickets
    directory: Directory
    rates: ClientRates
    clients: ClientRates
    turns: RunningTurns
    streams: OpenStreams


def running_web(connection: HTTPConnection) -> Web:
    """The web channel this request came to."""
    web = connection.app.state.web
    assert isinstance(web, Web)  # noqa: S101 - set before the first request
    return web


CurrentWeb = Annotated[Web, Depends(running_web)]

_ID: Final = re.compile(ID_PATTERN)

ANYBODY: Final = "AnyToken"
_CUSTOMER: Final = "CustomerToken"
_COLLEAGUE: Final = "ColleagueToken"
NEEDED: Final = frozenset({_CUSTOMER, _COLLEAGUE})
"""Names, in the API's description, of tokens a call does not go without."""


def _bearer_scheme(name: str) -> HTTPBearer:
    # Named for the description; what is wrong with a token is said below.
    return HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name=name)


_scheme = _bearer_scheme(ANYBODY)
_Authorization = Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]


async def current_bearer(
    request: Request, web: CurrentWeb, credentials: _Authorization
) -> Bearer | None:
    """Who the token speaks for; None without a token.

    Raises:
        TokenInvalid: There is an Authorization header, and it is not a token of ours.
        TokenExpired: The token is too old.
    """
    if credentials is not None:
        return await web.tokens.verify(credentials.credentials)
    if "authorization" in request.headers:
        # A header that is not understood must not turn a customer into a visitor.
        return await web.tokens.verify("")
    return None


CurrentBearer = Annotated[Bearer | None, Depends(current_bearer)]


async def current_sign_in(bearer: CurrentBearer) -> SignIn | None:
    """The customer's sign-in; None for a visitor."""
    return bearer.sign_in if bearer else None


CurrentSignIn = Annotated[SignIn | None, Depends(current_sign_in)]


def origin_of(connection: HTTPConnection) -> str:
    """Where a request came from, hashed: the client's address is nobody's business later on."""
    host = connection.client.host if connection.client else ""
    return hashlib.sha256(f"origin|{host}".encode()).hexdigest()[:16] if host else ""


CurrentOrigin = Annotated[str, Depends(origin_of)]


def _token_required(detail: str) -> Problem:
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(HTTPStatus.UNAUTHORIZED, "auth.required", detail, headers=headers)


_NO_CUSTOMER: Final = "A customer's token is needed."
_NO_COLLEAGUE: Final = "A colleague's token is needed."


async def current_customer(
    sign_in: CurrentSignIn,
    _: Annotated[object, Depends(_bearer_scheme(_CUSTOMER))],
) -> SignIn:
    """The sign-in of the customer who asks.

    Raises:
        Problem: 401 without a customer's token.
    """
    if sign_in is None:
        raise _token_required(_NO_CUSTOMER)
    return sign_in


CurrentCustomer = Annotated[SignIn, Depends(current_customer)]


async def current_colleague(
    bearer: CurrentBearer,
    _: Annotated[object, Depends(_bearer_scheme(_COLLEAGUE))],
) -> str:
    """Name of the colleague who asks.

    Raises:
        Problem: 401 without a token, 403 with a customer's.
    """
    if bearer is None:
        raise _token_required(_NO_COLLEAGUE)
    if bearer.role != "colleague":
        raise Problem(HTTPStatus.FORBIDDEN, "auth.forbidden", "Only colleagues may do this.")
    return bearer.subject


CurrentColleague = Annotated[str, Depends(current_colleague)]


def conversation_in_path(
    conversation_id: Annotated[str, Path(examples=["c_01KAN5Q0Z3W8"])],
) -> ConversationId:
    """The conversation a path names.

    Raises:
        ConversationNotFound: No conversation can have this id.
    """
    if not _ID.fullmatch(conversation_id):
        raise ConversationNotFound
    return ConversationId(conversation_id)


CurrentConversation = Annotated[ConversationId, Depends(conversation_in_path)]


async def limit_rate(request: Request, web: CurrentWeb, bearer: CurrentBearer) -> None:
    """Count this request against its client.

    Raises:
        Problem: 429 with the seconds to wait.
    """
    host = request.client.host if request.client else "-"
    wait_s = web.rates.wait_s(f"{bearer.subject if bearer else ''}@{host}")
    if wait_s > 0:
        raise too_many(wait_s)


LIMITED = Depends(limit_rate)


def require_sandbox(web: CurrentWeb) -> None:
    """Let the request on only with the sandbox on; without it the route does not exist.

    Raises:
        Problem: 404.
    """
    if not web.settings.sandbox:
        raise Problem(HTTPStatus.NOT_FOUND, "http.not_found", "There is no sandbox here.")


SANDBOX_ONLY = Depends(require_sandbox)

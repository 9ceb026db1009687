"""`guitai actions`: the actions behind rasa-sdk's standard webhook.

    POST /webhook   GET /health   GET /actions

Rasa-sdk's own executor and application answer; three things differ from its default server:

* it listens on 127.0.0.1 unless told otherwise (the default would be every interface);
* an unhandled error answers 500 with a fixed text. The default echoes the whole request, which
  holds what the customer said;
* who the customer is comes from the slot `guitai_session` and is believed only when the request
  carries the header `X-Guitai-Token` with the deployment's shared secret. Without it the sender
  is a visitor at level 0, so only actions open to everybody run.

`guitai_session` is an object: `customer_id`, `assurance` (0 to 4, after decay), `proofs` (a list
of `{"purpose", "target", "at"}`, one-time codes that were passed), `confirmed_digest` (of the
arguments the customer said yes to) and `epoch` (an id of this attempt: the same epoch again is
the same change and has its effect once). The caller vouches for all of them, so the secret
belongs to the assistant or to the bank's own Rasa deployment and to nobody else.
"""

from __future__ import annotations

import hmac
import logging
import zlib
from http import HTTPStatus
from typing import Any, Final

from rasa_sdk.endpoint import create_app as create_rasa_app
from sanic import response
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.catalogue import ACTIONS
from actions.rasa_actions import executor_for, is_trusted_caller
from assistant.model.ids import ActionName
from assistant.ports import ActionGateway

logger = logging.getLogger(__name__)

TOKEN_HEADER: Final = "X-Guitai-Token"  # noqa: S105 - the header's name, not a secret
_LARGEST_REQUEST_BYTES: Final = 1_000_000
_ANSWER_S: Final = 60


class SilentErrors(ErrorHandler):
    """Answers errors without repeating anything of the request."""

    def lookup(self, exception: BaseException, route_name: str | None = None) -> Any:
        """One handler for everything, whatever the application registered before."""
        return _on_error


def create_app(
    gateway: ActionGateway,
    *,
    token: str | None,
    names: tuple[ActionName, ...] = tuple(ACTIONS),
) -> Any:
    """Build the application.

    Args:
        gateway: Guards and runs every action, exactly as in the assistant.
        token: Shared secret of callers that may vouch for a customer; None trusts nobody.
        names: Actions to offer.

    Returns:
        A Sanic application.
    """
    # No browser calls this server, so no other origin is allowed.
    app = create_rasa_app(executor_for(gateway, names), cors_origins=[])
    app.error_handler = SilentErrors()
    app.config.REQUEST_MAX_SIZE = _LARGEST_REQUEST_BYTES
    app.config.RESPONSE_TIMEOUT = _ANSWER_S

    async def recognise_caller(request: Request) -> HTTPResponse | None:
        if _unfolds_beyond_limit(request):
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            refused: HTTPResponse = response.json({"error": status.phrase}, status=status)
            return refused
        given = request.headers.get(TOKEN_HEADER, "")
        is_trusted = bool(token) and hmac.compare_digest(given.encode(), str(token).encode())
        is_trusted_caller.set(is_trusted)
        return None

    app.register_middleware(recognise_caller, "request")
    return app


def serve(app: Any, *, host: str = "127.0.0.1", port: int = 5055) -> None:
    """Answer until the process is stopped.

    Args:
        app: From `create_app`.
        host: Address to listen on; anything but loopback needs mutual TLS in front.
        port: TCP port; 5055 is Rasa's own default.
    """
    app.run(host=host, port=port, single_process=True, motd=False, access_log=False)


def _unfolds_beyond_limit(request: Request) -> bool:
    """Whether a compressed body is larger inside than any request may be, or damaged."""
    if request.headers.get("Content-Encoding") != "deflate":
        return False
    unfolding = zlib.decompressobj()
    try:
        unfolding.decompress(request.body, _LARGEST_REQUEST_BYTES)
    except zlib.error:
        return True
    return bool(unfolding.unconsumed_tail)


async def _on_error(_: Request, error: BaseException) -> HTTPResponse:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, SanicException):
        status = HTTPStatus(error.status_code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # The error's text may hold what the customer said: only its kind is logged.
        logger.error("An action failed: %s.", type(error).__name__)
    answer: HTTPResponse = response.json({"error": status.phrase}, status=status)
    return answer

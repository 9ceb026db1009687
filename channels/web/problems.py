"""Errors of the HTTP API as RFC 9457 problem documents with a stable `code`.

A problem never repeats what was sent and never carries the text of an exception: both may
be personal data. Source: RFC 9457, section 3 (members) and section 6.1 (media type).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from assistant.errors import (
    AssistantError,
    ConversationNotFound,
    MessageInvalid,
    ScopeUnknown,
    TaskTokenUnknown,
)
from channels.web.security_headers import api_headers

_log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_AFTER_S: Final = "1"
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]{1,40}|\d{1,4}")
"""A field of ours, or a place in a list."""

_RULES_TOLD: Final = ("pattern", "min_length", "max_length", "ge", "le", "expected")
"""What pydantic calls a rule that a value breaks; nothing else of its context is told."""

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_HTTP_CODES: Final = {
    HTTPStatus.BAD_REQUEST: "request.malformed",
    HTTPStatus.UNAUTHORIZED: "auth.required",
    HTTPStatus.FORBIDDEN: "auth.forbidden",
    HTTPStatus.NOT_FOUND: "http.not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "http.method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "request.too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "request.media_type",
}
_DETAILS: Final = {
    "conversation.not_found": "There is no such conversation for this caller.",
    "conversation.busy": "An earlier message of this conversation is still being answered.",
    "conversation.moved": "The conversation changed meanwhile; send the same message again.",
    "message.empty": "The message has nothing readable in it.",
    "message.too_long": "The message has more than 4,000 characters.",
    "store.unavailable": "The database did not answer; nothing was acknowledged.",
    "bank.unavailable": "The core bank could not be reached; nothing was sent.",
    "auth.token_expired": "The token has expired; sign in again.",
    "auth.token_invalid": "The token is not one of ours.",
    "internal": "The assistant met a defect.",
}


class FieldProblem(BaseModel):
    """One field that cannot be accepted."""

    field: str = Field(examples=["message_id"])
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem document.

    Attributes:
        code: Stable machine name; callers decide by it, never by the words.
        detail: For engineers; never shown to a customer.
        retryable: Whether the same request may succeed unchanged.
    """

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = ""
    code: str = Field(examples=["conversation.not_found"])
    retryable: bool = False
    errors: list[FieldProblem] = Field(default_factory=list)


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """Ends a request with a problem document."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        retryable: bool = False,
    ) -> None:
        """Keep what the document will say."""
        super().__init__(code)
        self.document = ProblemDocument(
            title=status.phrase, status=status, detail=detail, code=code, retryable=retryable
        )
        self.headers = headers


def too_many(wait_s: float) -> Problem:
    """429, with the whole seconds to wait."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "rate.limited",
        "Too many requests from this client.",
        headers={"Retry-After": str(int(wait_s) + 1)},
        retryable=True,
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a route, for OpenAPI."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "model": ProblemDocument,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def code_of(error: AssistantError) -> str:
    """The stable code; of a message that cannot be taken it says why."""
    return f"message.{error.problem}" if isinstance(error, MessageInvalid) else error.code


def status_of(error: AssistantError) -> HTTPStatus:
    """The HTTP status that says the same."""
    if error.code.startswith("auth."):
        return HTTPStatus.UNAUTHORIZED
    if isinstance(error, MessageInvalid | ScopeUnknown):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, ConversationNotFound | TaskTokenUnknown):
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.SERVICE_UNAVAILABLE if error.retryable else HTTPStatus.INTERNAL_SERVER_ERROR


def problem_response(
    document: ProblemDocument, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Write a problem document with its media type."""
    return JSONResponse(
        document.model_dump(mode="json"), document.status, headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(AssistantError, _on_assistant_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_defect)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - narrows for the type checker
    return problem_response(error.document, error.headers)


async def _on_assistant_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AssistantError)  # noqa: S101 - narrows for the type checker
    status, code = status_of(error), code_of(error)
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    elif error.retryable:
        headers = {"Retry-After": _RETRY_AFTER_S}
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request ended with %s", error.code)
    document = ProblemDocument(
        title=status.phrase,
        status=status,
        detail=_DETAILS.get(code, ""),
        code=code,
        retryable=error.retryable,
    )
    if isinstance(error, ScopeUnknown):  # what there is, never what was sent
        document.detail = f"There is: {', '.join(error.known) or 'none'}."
        document.errors = [FieldProblem(field=error.field, message="unknown")]
    return problem_response(document, headers)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows for the type checker
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    items = error.errors()
    errors = [FieldProblem(field=_field(item["loc"]), message=_kind(item)) for item in items]
    malformed = any(item["type"] == "json_invalid" for item in items)
    document = ProblemDocument(
        title=status.phrase,
        status=status,
        detail="The body is not JSON." if malformed else "A field cannot be accepted.",
        code="request.malformed" if malformed else "request.invalid",
        errors=[] if malformed else errors,
    )
    return problem_response(document)


def _kind(item: Mapping[str, Any]) -> str:
    """The kind of error and our own rule; a pydantic error may quote the value in its text."""
    rules = [
        f"{name} {value}" for name, value in item.get("ctx", {}).items() if name in _RULES_TOLD
    ]
    return ": ".join([item["type"], *rules])


def _field(place: Sequence[str | int]) -> str:
    """Where a value stands; a name that is no identifier is the caller's own words: left out."""
    parts = [str(part) for part in place[1:]]
    return ".".join(part if _IDENTIFIER.fullmatch(part) else "?" for part in parts)[:100]


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows for the type checker
    status = HTTPStatus(error.status_code)
    code = _HTTP_CODES.get(status, f"http.{status.name.lower()}")
    document = ProblemDocument(title=status.phrase, status=status, code=code)
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        # The route that refuses names its own methods only; the path may have other routes.
        headers["Allow"] = ", ".join(_methods(request))
    return problem_response(document, headers)


def _methods(request: Request) -> list[str]:
    """What may be asked of this path."""
    routes = request.app.router.routes
    return [
        method
        for method in _METHODS
        if any(r.matches({**request.scope, "method": method})[0] is Match.FULL for r in routes)
    ]


async def _on_defect(request: Request, error: Exception) -> JSONResponse:
    _log.error("request met a defect of type %s", type(error).__name__)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    document = ProblemDocument(
        title=status.phrase, status=status, detail=_DETAILS["internal"], code="internal"
    )
    # This answer is written outside all middleware, so it brings the headers itself.
    return problem_response(document, api_headers(request.url.scheme))

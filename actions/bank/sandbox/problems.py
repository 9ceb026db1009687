"""Errors of the sandbox as RFC 9457 problem documents with a stable `code`.

Source: RFC 9457, section 3 (members) and section 6.1 (media type).
"""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from actions.bank.sandbox.refusals import Refused

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One field of a request that cannot be accepted."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """RFC 9457 problem document.

    Attributes:
        code: Stable machine name; callers decide by it, never by the words.
        detail: For engineers; never shown to a customer.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] = Field(default_factory=list)
    sandbox: bool = True


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """Ends a request with a problem document."""

    def __init__(self, status: HTTPStatus, *, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


def not_found(*, code: str, detail: str) -> Problem:
    """404 with its stable code."""
    return Problem(HTTPStatus.NOT_FOUND, code=code, detail=detail)


def problem_response(body: ProblemBody, headers: dict[str, str] | None = None) -> JSONResponse:
    """Write a problem document with its media type."""
    content = body.model_dump(mode="json", exclude_defaults=False)
    return JSONResponse(content, body.status, headers, media_type=MEDIA_TYPE)


def problem_of(status: HTTPStatus, code: str, detail: str) -> ProblemBody:
    """Fill the members that follow from the status."""
    return ProblemBody(title=status.phrase, status=status, detail=detail, code=code)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - narrows for the type checker
    return problem_response(problem_of(error.status, error.code, error.detail))


async def _on_refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101 - narrows for the type checker
    return problem_response(problem_of(HTTPStatus.CONFLICT, error.refusal, error.detail))


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows for the type checker
    # The rejected value itself is left out: it may be personal data.
    errors = [
        FieldError(field=".".join(str(part) for part in item["loc"][1:]), message=item["msg"])
        for item in error.errors()
    ]
    detail = "; ".join(f"{item.field or 'body'}: {item.message}" for item in errors)
    body = problem_of(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", detail)
    return problem_response(body.model_copy(update={"errors": errors}))


async def _on_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows for the type checker
    status = HTTPStatus(error.status_code)
    body = problem_of(status, f"http_{status.name.lower()}", error.detail)
    return problem_response(body, dict(error.headers) if error.headers else None)


async def _on_defect(_: Request, _error: Exception) -> JSONResponse:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem_response(problem_of(status, "internal", "The sandbox met a defect."))


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_defect)

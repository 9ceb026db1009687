"""The description of the API, with every way in which a request may end.

A route names what is its own (404, 409). What the middleware around all routes answers, and what a
token has to do with it, is the same for all of them and is added here.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from channels.web.problems import documented
from channels.web.state import ANYBODY, NEEDED

_ANY: Final = (414, 421, 429, 431, 500, 503)
_CHANGING: Final = (403,)
_WITH_BODY: Final = (400, 408, 413, 415, 422)
_WITH_TOKEN: Final = (401, 503)
_READ: Final = frozenset({"get", "head"})
_API: Final = "/v1/"


def install(app: FastAPI) -> None:
    """Describe the application at `/openapi.json`."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, summary=app.summary, routes=app.routes
            )
            for path, calls in document["paths"].items():
                for method, call in calls.items():
                    if path.startswith(_API):
                        _complete(method, call)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _complete(method: str, call: dict[str, Any]) -> None:
    statuses = set(_ANY)
    if method not in _READ:
        statuses.update(_CHANGING)
    if "requestBody" in call:
        statuses.update(_WITH_BODY)
    asked = {name for each in call.get("security", ()) for name in each}
    if asked:
        statuses.update(_WITH_TOKEN)
        needed = asked & NEEDED
        # Without a needed token a visitor may call: an empty requirement says so.
        call["security"] = [{name: []} for name in needed] or [{ANYBODY: []}, {}]
    for status, answer in documented(*sorted(statuses)).items():
        del answer["model"]
        call["responses"].setdefault(str(status), answer)
    call["responses"] = dict(sorted(call["responses"].items()))

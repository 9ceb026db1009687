"""A customer's own data over HTTP: by a link that expires, with the customer's own token."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from assistant.exports import ExportExpired
from assistant.model.assurance import Assurance
from channels.web.problems import Problem, documented
from channels.web.state import LIMITED, CurrentCustomer, CurrentWeb

router = APIRouter(prefix="/v1/privacy", tags=["privacy"], responses=documented(403, 404, 410, 422))

_MEDIA = {"json": "application/json", "text": "text/plain; charset=utf-8"}
_ENDING = {"json": "json", "text": "txt"}


@router.get(
    "/exports/{export_pass}",
    dependencies=[LIMITED],
    responses={200: {"content": {"application/json": {}, "text/plain": {}}}},
)
async def read_export(
    export_pass: Annotated[str, Path(max_length=100, examples=["1795344000-5f1c"])],
    web: CurrentWeb,
    sign_in: CurrentCustomer,
    form: Annotated[Literal["json", "text"], Query()] = "json",
) -> Response:
    """What is stored about the customer who asks; the link comes from the conversation.

    Raises:
        Problem: 403 below level 3; 404 for a link that is not this customer's; 410 for an old one.
    """
    if sign_in.level < Assurance.BOUND_CARD:
        raise Problem(HTTPStatus.FORBIDDEN, "auth.level_too_low", "Sign in at level 3.")
    try:
        content = await web.service.exports.issue(sign_in.customer_id, export_pass, form)
    except ExportExpired as error:
        raise Problem(HTTPStatus.GONE, error.code, "The link has expired; ask again.") from error
    if content is None:
        raise Problem(HTTPStatus.NOT_FOUND, "export.not_found", "There is no such export.")
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="my-data.{_ENDING[form]}"',
    }
    return Response(content, media_type=_MEDIA[form], headers=headers)

"""A task begun in another channel goes on here: `POST /v1/tasks/continue`."""

from __future__ import annotations

from fastapi import APIRouter

from channels.web.bodies import BringToken, TaskGoesOn
from channels.web.problems import documented
from channels.web.state import LIMITED, CurrentCustomer, CurrentOrigin, CurrentWeb

router = APIRouter(prefix="/v1/tasks", tags=["conversations"], responses=documented(401, 404, 422))


@router.post("/continue", dependencies=[LIMITED])
async def go_on(
    body: BringToken, web: CurrentWeb, sign_in: CurrentCustomer, origin: CurrentOrigin
) -> TaskGoesOn:
    """Go on with the task of a token, for its own customer, once.

    The same call by the same session gives the same turn again. The level is that of this session.
    """
    going = web.service.continuity.go_on(body.token, sign_in, "web", origin)
    conversation_id, turn = await web.turns.run(going)
    return TaskGoesOn(conversation_id=conversation_id, turn=turn)

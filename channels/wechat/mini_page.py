"""The way from a mini program's chat to the bank's pages, through the mini program itself.

A link in the chat opens a page of the mini program, which logs its user in and brings the code and
the link's ticket here; when both name the same contact, it gets an address for its web view. That
address hands the browser over once, within a minute; from there on it is the same pages.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.errors import AssistantError
from channels.wechat.errors import Rejected
from channels.wechat.links import LinkFacts
from channels.wechat.openers import logged_in
from channels.wechat.pages import Pages
from channels.wechat.surface import Surface

_log = logging.getLogger(__name__)

ENTER: Final = "/wechat/mini/enter"
RETURN: Final = "/wechat/mini/return"


class Login(BaseModel):
    """What the mini program's page brings.

    Attributes:
        t: Ticket of the link.
        code: Of the mini program's login.
    """

    model_config = ConfigDict(extra="forbid")

    t: str = Field(max_length=1024)
    code: str = Field(max_length=512)


@dataclass(frozen=True, slots=True)
class MiniPages:
    """The routes of the mini program's own page."""

    surface: Surface
    pages: Pages

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(ENTER, self.enter, methods=["POST"], response_model=None)
        router.add_api_route(RETURN, self.hand_over, methods=["GET"], response_model=None)
        return router

    async def enter(self, login: Login) -> Response:
        """The mini program logged its user in."""
        try:
            facts = await self._recognised(login)
        except Rejected as rejection:
            _log.warning("a mini program's page was refused: %s", rejection.reason)
            return JSONResponse({"code": rejection.reason}, HTTPStatus.FORBIDDEN)
        except AssistantError as error:
            _log.warning("a mini program's login could not be checked: %s", error.code)
            return JSONResponse({"code": error.code}, HTTPStatus.SERVICE_UNAVAILABLE)
        links = self.surface.links
        return JSONResponse({"url": f"{links.public_url}{RETURN}?p={links.pass_on(facts)}"})

    async def hand_over(self, request: Request) -> Response:
        """The web view opens; the pass works once."""
        try:
            facts = await self._passed_on(request.query_params.get("p", ""))
        except Rejected as rejection:
            return self.pages.refused(request, rejection.reason)
        response = RedirectResponse("/wechat/session", HTTPStatus.SEE_OTHER)
        self.pages.remember(response, self.surface.links.seal(facts))
        return response

    async def _recognised(self, login: Login) -> LinkFacts:
        """The facts of a link that its own contact opened."""
        surface = self.surface
        facts = surface.links.read(login.t, "bind", "page")
        openid = await logged_in(surface.client, login.code)
        names = surface.bindings.database.pseudonyms(f"wechat\n{surface.account}\n{openid}")
        if facts.account != surface.account or facts.contact_id not in names:
            raise Rejected(reason="stranger")
        return facts

    async def _passed_on(self, token: str) -> LinkFacts:
        facts = self.surface.links.passed_on(token)
        name = hashlib.sha256(token.encode()).hexdigest()
        if not await self.surface.bindings.use_link(f"pass:{name}"):
            raise Rejected(reason="used")
        return facts

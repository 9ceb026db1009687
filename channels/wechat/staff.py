"""The way from WeCom's side bar to the desk: whose conversation is this chat?

The side-bar page knows the customer by the id WeCom gives it; with the colleague's own token it
asks here for the conversation, shows how it stands and opens the desk there. That a colleague
looked is written down before anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from assistant.model.ids import ConversationId, CustomerId
from channels.desk.state import ConversationState, state_of
from channels.web.problems import Problem, documented
from channels.web.state import CurrentColleague, CurrentWeb
from channels.wechat.database import Database
from channels.wechat.surface import Surface

ContactPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z_\-@.]{1,128}$", examples=["wmAAAA"])]


class ContactConversation(BaseModel):
    """Where a contact's chat is at the desk.

    Attributes:
        customer_id: None while the contact is not bound.
        state: How the conversation stands.
    """

    conversation_id: ConversationId
    customer_id: CustomerId | None
    state: ConversationState


@dataclass(frozen=True, slots=True)
class SideBar:
    """The route of the side bar."""

    surfaces: Sequence[Surface]
    database: Database

    def router(self) -> APIRouter:
        """The route."""
        router = APIRouter(
            prefix="/v1/staff", tags=["desk"], responses=documented(401, 403, 404, 422, 500, 503)
        )
        router.add_api_route("/contacts/{contact}", self.find, methods=["GET"])
        return router

    async def find(
        self, contact: ContactPath, web: CurrentWeb, colleague: CurrentColleague
    ) -> ContactConversation:
        """The conversation of a WeChat or WeCom contact, for the desk."""
        for surface in self.surfaces:
            for name in self.database.pseudonyms(f"wechat\n{surface.account}\n{contact}"):
                row = await surface.ledger.find(name)
                if row is not None and row.conversation_id is not None:
                    binding = await surface.bindings.find(name)
                    conversation_id = ConversationId(row.conversation_id)
                    return ContactConversation(
                        conversation_id=conversation_id,
                        customer_id=binding.customer_id if binding is not None else None,
                        state=await state_of(conversation_id, web, colleague),
                    )
        raise Problem(HTTPStatus.NOT_FOUND, "contact.not_found", "There is no such contact.")

"""Links that lead a contact out of the chat, signed, for ten minutes.

A link says who it was made for and what it is for, sealed, so it can be neither read nor changed.
It is a hint, not a proof: the page behind it finds out who opens it from the platform itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from pydantic import ValidationError

from assistant.errors import TranscriptDamaged
from assistant.model.frozen import Frozen
from assistant.ports import Clock
from channels.rendering import Ways
from channels.wechat.database import Database
from channels.wechat.errors import Rejected
from channels.wechat.tables import ms

LIFETIME: Final = timedelta(minutes=10)
_PLACE: Final = "wechat_link"
_MOST_CHARACTERS: Final = 1024

Purpose = Literal["bind", "page", "session"]
"""`bind`: to become known. `page`: to go on with a task. `session`: the page is open."""


class LinkFacts(Frozen):
    """What a link says.

    Attributes:
        contact_id: Who it was made for.
        until_ms: End of its life, milliseconds since 1970.
        seq: Frame of the conversation it was made at; with the contact, its name.
        verified: Whether the platform said that this contact opened it.
    """

    purpose: Purpose
    contact_id: str
    until_ms: int
    seq: int = 0
    verified: bool = False

    @property
    def link_id(self) -> str:
        """Its name, by which it is used once."""
        return f"{self.purpose}:{self.contact_id}:{self.seq}"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links.

    Attributes:
        public_url: Address of our pages for customers, without a slash at the end; "" for none.
        binds: Whether this surface can find out who opens a link.
    """

    database: Database
    clock: Clock
    public_url: str
    binds: bool = True

    def now_ms(self) -> int:
        """The present instant, milliseconds since 1970."""
        return ms(self.clock.now())

    def ways(self, contact_id: str, seq: int, *, is_bound: bool) -> Ways:
        """Ways out of the chat for a contact."""
        if not self.public_url or not self.binds:
            return Ways()
        return Ways(
            sign_in="" if is_bound else self.address("bind", contact_id, seq),
            page=self.address("page", contact_id, seq) if is_bound else "",
        )

    def address(self, purpose: Purpose, contact_id: str, seq: int) -> str:
        """Address of a page for a contact."""
        facts = LinkFacts(
            purpose=purpose,
            contact_id=contact_id,
            until_ms=self.now_ms() + LIFETIME // timedelta(milliseconds=1),
            seq=seq,
        )
        return f"{self.public_url}/wechat/{purpose}?t={self.seal(facts)}"

    def seal(self, facts: LinkFacts) -> str:
        """The facts as a link carries them."""
        return self.database.seal(facts.model_dump_json(), _PLACE)

    def read(self, token: str, *purposes: Purpose) -> LinkFacts:
        """What a link says.

        Raises:
            Rejected: `link` when it is none of ours, `link_expired` when its time is over.
        """
        if len(token) > _MOST_CHARACTERS:
            raise Rejected(reason="link")
        try:
            facts = LinkFacts.model_validate_json(self.database.unseal(token, _PLACE))
        except (TranscriptDamaged, ValidationError, ValueError) as error:
            raise Rejected(reason="link") from error
        if facts.purpose not in purposes:
            raise Rejected(reason="link")
        if facts.until_ms < self.now_ms():
            raise Rejected(reason="link_expired")
        return facts

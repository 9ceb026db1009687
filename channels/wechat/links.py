"""Links that lead a contact out of the chat, signed, for ten minutes.

A link says who it was made for and what it is for, sealed, so it can be neither read nor changed.
It is a hint, not a proof: the page behind it finds out who opens it from the platform itself. A
mini program's chat opens a page of the mini program, so its link carries the program's own path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
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
_PASS: Final = timedelta(minutes=1)
_PLACE: Final = "wechat_link"
_HANDOVER: Final = "wechat_handover"
_MINI_PATH: Final = "pages/bank/index"
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
        account: Whose contact that is.
    """

    purpose: Purpose
    contact_id: str
    until_ms: int
    seq: int = 0
    verified: bool = False
    account: str = ""

    @property
    def link_id(self) -> str:
        """Its name, by which it is used once."""
        return f"{self.purpose}:{self.contact_id}:{self.seq}"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links.

    Attributes:
        public_url: Address of our pages for customers, without a slash at the end; "" for none.
        account: Whose contacts the links are for.
        mini_app_id: The mini program that opens them; "" for a browser.
    """

    database: Database
    clock: Clock
    public_url: str
    account: str
    mini_app_id: str = ""

    def now_ms(self) -> int:
        """The present instant, milliseconds since 1970."""
        return ms(self.clock.now())

    def ways(self, contact_id: str, seq: int, title: str, *, is_bound: bool) -> Ways:
        """Ways out of the chat for a contact.

        Args:
            contact_id: Who is led out.
            seq: Frame of the conversation.
            title: What a mini program's link is called.
            is_bound: Whether they are known already.
        """
        if not self.public_url:
            return Ways()
        purpose: Purpose = "page" if is_bound else "bind"
        link = self.address(purpose, contact_id, seq)
        if self.mini_app_id:
            ticket = link.partition("?")[2]
            link = (
                f'<a href="{escape(link)}" data-miniprogram-appid="{escape(self.mini_app_id)}" '
                f'data-miniprogram-path="{_MINI_PATH}?{escape(ticket)}">{escape(title)}</a>'
            )
        return Ways(sign_in="" if is_bound else link, page=link if is_bound else "")

    def address(self, purpose: Purpose, contact_id: str, seq: int) -> str:
        """Address of a page for a contact."""
        facts = LinkFacts(
            purpose=purpose,
            contact_id=contact_id,
            until_ms=self.now_ms() + LIFETIME // timedelta(milliseconds=1),
            seq=seq,
            account=self.account,
        )
        return f"{self.public_url}/wechat/{purpose}?t={self.seal(facts)}"

    def seal(self, facts: LinkFacts) -> str:
        """The facts as a link carries them."""
        return self.database.seal(facts.model_dump_json(), _PLACE)

    def pass_on(self, facts: LinkFacts) -> str:
        """The facts, verified, for one browser within a minute."""
        until_ms = min(facts.until_ms, self.now_ms() + _PASS // timedelta(milliseconds=1))
        passed = facts.model_copy(update={"until_ms": until_ms})
        return self.database.seal(passed.model_dump_json(), _HANDOVER)

    def passed_on(self, token: str) -> LinkFacts:
        """The facts of a pass, verified, with the life of a page.

        Raises:
            Rejected: It is none, or its minute is over.
        """
        facts = self._unsealed(token, _HANDOVER)
        until_ms = self.now_ms() + LIFETIME // timedelta(milliseconds=1)
        return facts.model_copy(update={"verified": True, "until_ms": until_ms})

    def read(self, token: str, *purposes: Purpose) -> LinkFacts:
        """What a link says.

        Raises:
            Rejected: `link` when it is none of ours, `link_expired` when its time is over.
        """
        facts = self._unsealed(token, _PLACE)
        if facts.purpose not in purposes:
            raise Rejected(reason="link")
        return facts

    def _unsealed(self, token: str, place: str) -> LinkFacts:
        if len(token) > _MOST_CHARACTERS:
            raise Rejected(reason="link")
        try:
            facts = LinkFacts.model_validate_json(self.database.unseal(token, place))
        except (TranscriptDamaged, ValidationError, ValueError) as error:
            raise Rejected(reason="link") from error
        if facts.until_ms < self.now_ms():
            raise Rejected(reason="link_expired")
        return facts

"""The pages behind links in a chat: bank login with consent, and the steps a chat is not for.

A link leads to the platform, which says who opened it, and only then to a page. The page's cookie
holds the sealed facts; it is this site's own, unreadable, and each form carries a hash of it. What
is answered on a page is a message of the same conversation in a channel of its own, so the level it
earns is the page's: the next message of the chat falls back to what the binding vouches for.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.errors import AssistantError
from assistant.model.assurance import Assurance
from assistant.model.ids import ConversationId, CustomerId, MessageId, ResponseKey
from assistant.model.message import InboundMessage, Locale
from assistant.model.tracker import Tracker
from assistant.ports import IdSource
from channels.rendering import SIGN_IN, wants_secret, wording
from channels.service import Service
from channels.web.directory import SAMPLE_CUSTOMERS
from channels.web.document_page import locale_of
from channels.web.state import Web, running_web
from channels.wechat.answering import STEP_UP, Speaker, origin_of
from channels.wechat.bank_page import (
    CSP,
    REFERRER,
    STYLE,
    Frame,
    TaskView,
    bind_page,
    consent_page,
    message_page,
    task_page,
)
from channels.wechat.bindings import LEVEL, renew_session
from channels.wechat.errors import Rejected
from channels.wechat.inbox import contact_place
from channels.wechat.links import LIFETIME, LinkFacts, Links
from channels.wechat.oauth import OAuth
from channels.wechat.surface import Surface
from channels.wechat.tables import ms

_log = logging.getLogger(__name__)

PAGE_CHANNEL: Final = "wechat_page"
_COOKIE: Final = "guitai_wechat"
_MOST_FORM: Final = 8192
_PROOF_DIGITS: Final = 32
_BOUND: Final = ResponseKey("utter_channel_bound")
_GO_ON: Final = "/continue"
_EXPIRED: Final = "utter_page_expired"
_REFUSALS: Final = {"stranger": "utter_page_stranger", "used": "utter_page_used"}

Route = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of all surfaces.

    Attributes:
        surfaces: By account.
        login_url: The bank's own login, which posts its token to `/wechat/signed-in`; "" for none.
        is_secure: Whether customers reach us over TLS, so that the cookie never goes without.
    """

    surfaces: Mapping[str, Surface]
    links: Links
    service: Service
    oauth: OAuth
    ids: IdSource
    login_url: str
    is_secure: bool

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(prefix="/wechat", include_in_schema=False)
        routes = (
            ("/bind", self.enter, "GET"),
            ("/page", self.enter, "GET"),
            ("/return", self.recognised, "GET"),
            ("/session", self.show, "GET"),
            ("/signed-in", self.signed_in, "POST"),
            ("/bound", self.bind, "POST"),
            ("/task", self.go_on, "POST"),
        )
        for path, route, method in routes:
            router.add_api_route(path, self._guarded(route), methods=[method], response_model=None)
        router.add_api_route("/page.css", _style, methods=["GET"], response_model=None)
        return router

    def _guarded(self, route: Route) -> Route:
        """What goes wrong with a page is a page too."""

        async def answer(request: Request) -> Response:
            try:
                return await route(request)
            except Rejected as rejection:
                return self.refused(request, rejection.reason)
            except AssistantError as error:
                _log.warning("a page could not be shown: %s", error.code)
                page = message_page(self._frame(request), "utter_page_later")
                return self._page(page, HTTPStatus.SERVICE_UNAVAILABLE)

        return answer

    def refused(self, request: Request, reason: str) -> Response:
        """Why nothing is shown, in a word of the bank's."""
        _log.warning("a page was refused: %s", reason)
        key = _REFUSALS.get(reason, _EXPIRED)
        return self._page(message_page(self._frame(request), key), HTTPStatus.FORBIDDEN)

    async def enter(self, request: Request) -> Response:
        """A link was opened; the platform is asked by whom."""
        token = request.query_params.get("t", "")
        facts = self.links.read(token, "bind", "page")
        if facts.account not in self.oauth.openers:
            # A mini program's link opens in the mini program.
            raise Rejected(reason="stranger")
        response = RedirectResponse(self.oauth.address(token), HTTPStatus.FOUND)
        self.remember(response, token)
        return response

    async def recognised(self, request: Request) -> Response:
        """The platform said who it is."""
        token = request.cookies.get(_COOKIE, "")
        query = request.query_params
        facts = await self.oauth.recognise(token, query.get("code", ""), query.get("state", ""))
        response = RedirectResponse("/wechat/session", HTTPStatus.SEE_OTHER)
        self.remember(response, self.links.seal(facts))
        return response

    async def show(self, request: Request) -> Response:
        """The page the link was for."""
        facts = self._facts(request)
        if facts.purpose == "bind":
            return await self._bind_page(request)
        return self._page(task_page(self._frame(request), await self._view(facts)))

    async def signed_in(self, request: Request) -> Response:
        """The bank's own login brings its token; consent is asked for."""
        self._facts(request)
        token = (await _form(request)).get("token", "")
        return self._page(consent_page(self._frame(request), token))

    async def bind(self, request: Request) -> Response:
        """Bind, after login and consent."""
        facts = self._facts(request)
        form = await self._proved_form(request)
        customer_id = await self._customer(running_web(request), form)
        if facts.purpose != "bind" or form.get("consent") != "yes" or customer_id is None:
            raise Rejected(reason="link")
        consent = self.service.release.fingerprint
        bindings = self._surface(facts).bindings
        if not await bindings.bind(facts.contact_id, customer_id, consent, facts.link_id):
            raise Rejected(reason="used")
        await self._show_menu(facts)
        await self._announce(facts)
        return self._page(message_page(self._frame(request), "utter_page_bound"))

    async def go_on(self, request: Request) -> Response:
        """A code, or a button, for the task that waits."""
        facts = self._facts(request)
        form = await self._proved_form(request)
        if facts.purpose != "page":
            raise Rejected(reason="link")
        await self._say(facts, form)
        return RedirectResponse("/wechat/session", HTTPStatus.SEE_OTHER)

    async def _say(self, facts: LinkFacts, form: Mapping[str, str]) -> None:
        speaker = await self._bound_speaker(facts)
        message = InboundMessage(
            message_id=MessageId(self.ids.new("m")),
            conversation_id=speaker.conversation_id,
            text=form.get("text", "")[:_PROOF_DIGITS],
            button=form.get("button") or None,
            channel=PAGE_CHANNEL,
            sign_in=speaker.sign_in,
            origin=origin_of(facts.contact_id),
        )
        await self.service.assistant.handle(message)
        view = await self._view(facts)
        contact_id, clock = facts.contact_id, self.service.clock
        head = await self.service.assistant.conversations.store.head(speaker.conversation_id)

        async def work(connection: AsyncConnection) -> None:
            # What the page earned stays with the page.
            await renew_session(connection, contact_id, ms(clock.now()))

        surface = self._surface(facts)
        await surface.bindings.database.write(work)
        if view.is_open and head is not None:
            # The page shows it; the chat is told how it ended.
            await surface.ledger.skip_to(contact_id, head.last_frame_seq)

    async def _show_menu(self, facts: LinkFacts) -> None:
        """The menu of those who are bound, where the surface has menus."""
        surface = self._surface(facts)
        contact = await surface.ledger.find(facts.contact_id)
        if surface.tags is None or contact is None or contact.openid is None:
            return
        openid = surface.bindings.database.unseal(contact.openid, contact_place(facts.contact_id))
        await surface.tags.mark(openid, is_bound=True)

    async def _announce(self, facts: LinkFacts) -> None:
        """Say in the chat that it is bound, and let a task that waited for it go on."""
        answers = self._surface(facts).answers
        speaker = await answers.speaker(facts.contact_id)
        message = InboundMessage(
            message_id=MessageId(self.ids.new("m")),
            conversation_id=speaker.conversation_id,
            text="[bound]",
            channel=answers.channel,
            sign_in=speaker.sign_in,
            origin=origin_of(facts.contact_id),
        )
        await answers.announcements.tell(message, _BOUND, {})
        tracker = await self._tracker(speaker.conversation_id)
        if any(frame.flow == STEP_UP for frame in tracker.stack):
            again = {"message_id": MessageId(self.ids.new("m")), "text": "", "button": _GO_ON}
            await self.service.assistant.handle(message.model_copy(update=again))

    async def _view(self, facts: LinkFacts) -> TaskView:
        """What stands last in the conversation."""
        speaker = await self._bound_speaker(facts)
        tracker = await self._tracker(speaker.conversation_id)
        parts = [said.part for said in tracker.last_said()]
        last = parts[-1] if parts else None
        wants_code = last is not None and wants_secret(last, self.service.release)
        buttons = last.buttons if last is not None else ()
        pressable = tuple(button for button in buttons if button.payload != SIGN_IN)
        return TaskView(
            said=[part.text for part in parts],
            buttons=pressable,
            wants_code=wants_code,
            is_open=wants_code or bool(tracker.asked),
        )

    def _surface(self, facts: LinkFacts) -> Surface:
        surface = self.surfaces.get(facts.account)
        if surface is None:
            raise Rejected(reason="link")
        return surface

    async def _bound_speaker(self, facts: LinkFacts) -> Speaker:
        speaker = await self._surface(facts).answers.speaker(facts.contact_id)
        if speaker.sign_in is None:
            raise Rejected(reason="link_expired")
        return speaker

    async def _tracker(self, conversation_id: ConversationId) -> Tracker:
        store = self.service.assistant.conversations.store
        events = [stored.event for stored in await store.load(conversation_id)]
        return Tracker.replay(conversation_id, events)

    async def _bind_page(self, request: Request) -> Response:
        web = running_web(request)
        people: list[tuple[str, str]] = []
        if web.settings.sandbox and not self.login_url:
            found = await web.directory.find_all(SAMPLE_CUSTOMERS)
            people = [(person.customer_id, person.name) for person in found]
        return self._page(bind_page(self._frame(request), people, self.login_url))

    async def _customer(self, web: Web, form: Mapping[str, str]) -> CustomerId | None:
        """Who the bank's login says it is; with the sandbox, who was picked."""
        token = form.get("token")
        if token:
            sign_in = (await web.tokens.verify(token)).sign_in
            is_sure = sign_in is not None and sign_in.level >= max(LEVEL, Assurance.BOUND_CARD)
            return sign_in.customer_id if sign_in is not None and is_sure else None
        if not web.settings.sandbox or self.login_url:
            return None
        person = await web.directory.find(CustomerId(form.get("customer_id", "")[:_PROOF_DIGITS]))
        return person.customer_id if person is not None else None

    def _facts(self, request: Request) -> LinkFacts:
        token = request.cookies.get(_COOKIE, "")
        facts = self.links.read(token, "bind", "page")
        if not facts.verified:
            raise Rejected(reason="link")
        return facts

    async def _proved_form(self, request: Request) -> dict[str, str]:
        form = await _form(request)
        proof = _proof(request.cookies.get(_COOKIE, ""))
        if not hmac.compare_digest(form.get("proof", "").encode(), proof.encode()):
            raise Rejected(reason="proof")
        return form

    def _frame(self, request: Request) -> Frame:
        locale: Locale = locale_of(request.headers.get("accept-language", ""))
        proof = _proof(request.cookies.get(_COOKIE, ""))
        return Frame(wording(self.service.release, locale), locale, proof)

    def remember(self, response: Response, token: str) -> None:
        """Leave the sealed facts with this browser."""
        response.set_cookie(
            _COOKIE,
            token,
            max_age=int(LIFETIME.total_seconds()),
            path="/wechat",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def _page(self, html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
        headers = {"Content-Security-Policy": CSP, "Referrer-Policy": REFERRER}
        return HTMLResponse(html, status, headers=headers)


async def _form(request: Request) -> dict[str, str]:
    body = await request.body()
    if len(body) > _MOST_FORM:
        raise Rejected(reason="link")
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=10, keep_blank_values=True))
    except ValueError as error:
        raise Rejected(reason="link") from error


def _proof(cookie: str) -> str:
    return hashlib.sha256(f"form|{cookie}".encode()).hexdigest()[:_PROOF_DIGITS]


async def _style() -> Response:
    return Response(STYLE, media_type="text/css")

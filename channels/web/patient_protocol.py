"""HTTP/1.1 with an end to patience: a client that sends or reads too slowly is let go.

uvicorn waits for ever for the rest of a request; a few hundred half-sent ones then keep every
connection a process can have (slow loris). Here the header fields of a request must be complete
within a time, its body within another, and an answer must be taken within a third.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from channels.web.problems import MEDIA_TYPE, ProblemDocument
from channels.web.security_headers import api_headers

_UNREAD_S: Final = 30.0
"""How long a client may leave a full answer buffer full."""

_FAREWELL_S: Final = 1.0
"""How long the last words to a slow client may take to leave."""

_UNANSWERED: Final = (h11.IDLE, h11.SEND_RESPONSE)


class PatientProtocol(H11Protocol):
    """One connection.

    Attributes:
        receive_s: Seconds for the header fields of a request, and again for its body.
    """

    receive_s: float = 10.0
    _awaited: Literal["headers", "body"] | None = None
    _patience: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """See uvicorn; from now on the header fields are awaited."""
        super().connection_made(transport)
        self._expect("headers")

    def connection_lost(self, exc: Exception | None) -> None:
        """See uvicorn."""
        self._expect(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See uvicorn; what is awaited next depends on what has come."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """See uvicorn; a body nobody asked for is awaited all the same."""
        super().on_response_complete()
        self._look()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """See uvicorn; the stream has limits of its own."""
        self._expect(None)
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """See uvicorn; the client does not read."""
        super().pause_writing()
        self._unread = self.loop.call_later(_UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        """See uvicorn; the client reads again."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        if self.flow is not None:
            super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP like any other mistake, and close."""
        self._refuse(HTTPStatus.BAD_REQUEST, "request.malformed", msg)

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._expect(None)
        elif self.conn.their_state is h11.SEND_BODY:
            self._expect("body")
        elif self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            self._expect("headers")
        else:
            self._expect(None)

    def _expect(self, awaited: Literal["headers", "body"] | None) -> None:
        # The same thing awaited again keeps its time: a byte now and then buys none.
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if awaited is not None:
            self._patience = self.loop.call_later(self.receive_s, self._lose_patience)

    def _lose_patience(self) -> None:
        self._patience = None
        if self.transport.is_closing():
            return
        if self._awaited == "body":
            # Ends the application's wait for the rest of the body.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in _UNANSWERED:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "request.too_slow", "")
        else:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> None:
        document = ProblemDocument(title=status.phrase, status=status, detail=detail, code=code)
        body = document.model_dump_json().encode()
        fields = {
            **api_headers(self.scheme or "http"),
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        response = h11.Response(
            status_code=status, headers=list(fields.items()), reason=status.phrase
        )
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self.loop.call_later(_FAREWELL_S, self.transport.abort)


def patient(receive_s: float) -> type[PatientProtocol]:
    """The protocol with this patience, as uvicorn wants it: a class."""
    return type("_Patient", (PatientProtocol,), {"receive_s": receive_s})

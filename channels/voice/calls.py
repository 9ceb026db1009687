"""Joins a call that has come in with its conversation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial

from assistant.model.ids import ConversationId
from assistant.model.message import Locale, SignIn
from channels.rendering import wording
from channels.service import Service
from channels.voice.call_parts import CallTimes, Engines
from channels.voice.endings import Endings
from channels.voice.listener_words import ListenerWords
from channels.voice.session import Call
from channels.voice.talk import CHANNEL, Talk
from channels.voice.wire import CallStarted, Wire
from channels.web.running_turns import RunningTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Opens calls of one deployment.

    Attributes:
        engines: None where the speech components are not installed.
        turns: Of calls; they run to their end, whoever hangs up.
        endings: For gateways that ask how a call ended.
    """

    service: Service
    engines: Engines | None
    turns: RunningTurns = field(default_factory=RunningTurns)
    times: CallTimes = field(default_factory=CallTimes)
    endings: Endings = field(default_factory=Endings)

    async def telephone(self, wire: Wire, started: CallStarted, name: str = "") -> Call:
        """A call from a gateway: a visitor's, whatever number it shows.

        Args:
            wire: The call's protocol.
            started: What the gateway said first.
            name: By which the gateway will ask how it ended; "" is the call id.

        Raises:
            AssistantError: No conversation could be opened.
            ConnectionError: Nothing here can speak.
        """
        conversation_id = await self.service.assistant.conversations.open(channel=CHANNEL)
        call_hash = hashlib.sha256(f"call|{started.call_id}|{conversation_id}".encode())
        call = self.join(wire, conversation_id, origin=call_hash.hexdigest()[:16])
        call.ends_as(partial(self.endings.note, name or started.call_id))
        return call

    def join(
        self,
        wire: Wire,
        conversation_id: ConversationId,
        *,
        origin: str,
        sign_in: SignIn | None = None,
        resumed: bool = False,
        locale: Locale = "zh-Hans",
    ) -> Call:
        """A call in a conversation that is open.

        Args:
            wire: The call's protocol.
            conversation_id: Admitted already.
            origin: Of what a visitor proves in it.
            sign_in: A page's.
            resumed: It goes on with a call that was cut off.
            locale: Of what is said around replies, until the caller's language is heard.

        Raises:
            ConnectionError: Nothing here can speak.
        """
        if self.engines is None:
            raise ConnectionError
        talk = Talk(
            service=self.service,
            words=wording(self.service.release, locale),
            conversation_id=conversation_id,
            turns=self.turns,
            prefix=self.service.ids.new("v"),
            origin=origin,
            sign_in=sign_in,
            resumed=resumed,
        )
        return Call(
            wire=wire,
            engines=self.engines,
            talk=talk,
            clock=self.service.clock,
            listener=ListenerWords(self.service.release.lexicon.spoken),
            times=self.times,
        )

"""One customer message to one reply: understand, decide, act, respond, review. Read first.

    understand   words + tracker → commands           assistant/understanding
    decide       commands + flows → next steps        assistant/dialogue
    act          step → outcome, question → passages   assistant/acting, through the ports
    respond      response key + facts → reply parts    assistant/response
    review       allow | replace | hold                assistant/compliance

What holds here: turns of one conversation are serial; a message id seen before changes nothing;
messages that wait at the same time are answered in one turn; a yes counts only for a question
that was open when it was sent;
whatever is about to be asked of the bank is in the log before it is asked; a turn cut off by a
crash is finished from the log, with the same idempotency keys.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Final

from assistant.acting.confirming import read_back
from assistant.acting.context import Ports, TurnContext
from assistant.acting.dispatch import run_action
from assistant.acting.ends import note_wake_ups
from assistant.acting.half_done import is_half_done, tell_half_done
from assistant.acting.moving import going_on, heard_beside
from assistant.acting.preferences import learn_preferences
from assistant.acting.proofs import ask_for_proof, drop_needless_proof
from assistant.acting.scam import listen, warn
from assistant.acting.settled import tell_settled
from assistant.arriving import onward, receive
from assistant.bursts import Bursts
from assistant.conversation import Conversation, Conversations
from assistant.dialogue.decide import decide
from assistant.dialogue.runner import FlowLoops, NeedLevel, Run, Runner, Say, Wait
from assistant.dialogue.stack import abandon_top, forget_missing
from assistant.dialogue.unseen import has_moved_on, meant
from assistant.errors import MessageInvalid
from assistant.model.assurance import Assurance
from assistant.model.commands import Command, CorrectSlot, SetSlot
from assistant.model.events import (
    CommandsUnderstood,
    LocaleChanged,
    MessageReceived,
    TurnFinished,
    TurnResumed,
)
from assistant.model.ids import ConversationId, IdempotencyKey, MessageId, SlotName
from assistant.model.message import InboundMessage, Turn
from assistant.model.release import Release
from assistant.ports import Settled, Understander, Understood
from assistant.response.public import public_turn
from assistant.response.render import Renderer
from assistant.security.assurance import level_now
from assistant.security.redaction import BLANK
from assistant.security.step_up import next_proof
from assistant.understanding.burst_words import is_unfinished, joined
from assistant.understanding.language import guess_locale
from assistant.understanding.normalise import readable
from assistant.understanding.slots import asked_slot

_LOG = logging.getLogger(__name__)

_NAMES: Final = frozenset({"name", "payee"})

MAX_CHARACTERS: Final = 4000
"""Longest message taken; longer ones are refused before anything is stored."""


MAX_RESUMED: Final = 8
"""How often a turn that was cut off is taken up again. Several restarts in a row are normal; a turn
that ends the process each time would otherwise end it for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Answers messages."""

    understander: Understander
    release: Release
    ports: Ports
    conversations: Conversations
    bursts: Bursts = field(default_factory=Bursts)

    async def handle(self, message: InboundMessage) -> Turn:
        """Answer one message.

        Returns:
            The turn; for a message id seen before, the same turn again.

        Raises:
            MessageInvalid: Empty or too long; nothing was stored.
            ConversationNotFound: Unknown, or somebody else's.
            ConversationBusy: An earlier turn did not end in time.
            StoreUnavailable: Nothing was acknowledged.
        """
        message = message.model_copy(update={"text": _take(message)})
        turn = await self._handle_here(message)
        if isinstance(turn, InboundMessage):
            told = await self.handle(turn)
            return told.model_copy(
                update={"continued_in": told.continued_in or turn.conversation_id}
            )
        return turn

    async def _handle_here(self, message: InboundMessage) -> Turn | InboundMessage:
        """The turn; or the message for the conversation in which this one is continued."""
        async with self.bursts.join(message, self._is_unfinished) as take:
            seen = await self.conversations.length(message.conversation_id)
            async with self.conversations.hold(
                message.conversation_id, message.sign_in, message.origin
            ) as held:
                return await self._answer_held(message, held, take, seen)

    async def recover(self) -> int:
        """Finish turns a crash cut off; one that cannot be finished stops no other.

        Returns:
            How many were finished.
        """
        cut_off = await self.conversations.unfinished()
        return sum([await isolated(self._finish(conversation)) for conversation in cut_off])

    async def settle_unknown(self) -> int:
        """Ask the bank about every action left unknown and tell the customers.

        Returns:
            How many customers were told.
        """
        settled = await self.ports.actions.reconcile()
        return sum([await isolated(self._tell(each)) for each in settled])

    async def _finish(self, conversation_id: ConversationId) -> bool:
        async with self.conversations.hold_any(conversation_id) as held:
            tracker = held.log.tracker
            if not tracker.turn or tracker.turn in tracker.finished:
                return False
            await self._resume(held, *_words(held))
            return True

    async def _tell(self, settled: Settled) -> bool:
        """Tell how an action ended, unless its own turn still will or a later one did."""
        async with self.conversations.hold_any(settled.conversation_id) as held:
            if settled.result.idempotency_key not in held.log.tracker.unsettled:
                return False
            context = self._context(held, "")
            if is_half_done(settled.result):
                is_told = await tell_half_done(settled, context)
            else:
                tell_settled(settled, context)
                is_told = True
            await note_wake_ups(context)
            await held.flush()
            return is_told

    async def _answer_held(
        self,
        message: InboundMessage,
        held: Conversation,
        take: Callable[[], list[InboundMessage]],
        seen: int,
    ) -> Turn | InboundMessage:
        """Take turns until this message has one, or belongs to another conversation."""
        tracker = held.log.tracker
        number = tracker.turns.get(message.message_id)
        if number is not None and number == tracker.turn and number not in tracker.finished:
            await self._resume(held, *_words(held, message))
        while message.message_id not in tracker.turns and tracker.continued is None:
            await self._take_turn(held, take(), seen)
        further = onward(tracker, message, self.ports.clock.now())
        if further is not None:
            return further
        turn = tracker.turns[message.message_id]
        return public_turn(tracker, turn, self.release, self._level(held))

    async def _take_turn(
        self, held: Conversation, messages: Sequence[InboundMessage], seen: int
    ) -> None:
        """One turn for messages that arrived together; those known already are left out."""
        known = held.log.tracker.turns
        new = [message for message in messages if message.message_id not in known]
        if new:
            await self._receive(held, new, seen)
            words = joined([message.text for message in new], self.release.lexicon)
            await self._answer(held, words, new[0].button)

    async def _receive(
        self, held: Conversation, messages: Sequence[InboundMessage], seen: int
    ) -> None:
        """Store the messages of one turn before anything is done about them."""
        unseen = has_moved_on(held.log.tracker, seen)
        receive(held, messages, self.ports.clock.now(), unseen=unseen)
        await held.flush()

    async def _resume(self, held: Conversation, text: str, button: str | None) -> None:
        """Take a turn up again that was cut off; one that never gets to its end is given up."""
        log, tracker = held.log, held.log.tracker
        tries = sum(isinstance(event, TurnResumed) for event in tracker.in_turn(tracker.turn))
        if tries < MAX_RESUMED:
            log.add(TurnResumed)
            await held.flush()
            await self._answer(held, text, button)
            return
        _LOG.error("a turn was given up after %d tries", tries)
        if tracker.stack:
            abandon_top(log)
        # Whatever was confirmed may have reached the bank; the ledger knows, these words do not.
        lost = "utter_turn_given_up" if tracker.confirmed else "utter_internal_error"
        self._context(held, text).say(lost)
        log.add(TurnFinished, message_id=_message_id(held), level=self._level(held))
        await held.flush()

    async def _answer(self, held: Conversation, text: str, button: str | None) -> None:
        """The five steps; on a resumed turn those that were done before the crash are skipped."""
        log, tracker = held.log, held.log.tracker
        context = self._context(held, text)
        if tracker.colleague is None:
            if forget_missing(log):
                context.say("utter_content_changed")
            understood = any(
                isinstance(e, CommandsUnderstood) for e in tracker.in_turn(tracker.turn)
            )
            if not understood:
                await self._understand(context, button or text)
            if tracker.turn not in tracker.asides and tracker.continued is None:
                await self._carry_on(context)
        await note_wake_ups(context)
        log.add(TurnFinished, message_id=_message_id(held), level=self._level(held))
        await held.flush()

    async def _understand(self, context: TurnContext, words: str) -> None:
        log, tracker = context.log, context.log.tracker
        asked = asked_slot(tracker, context.log.release)
        # A name may be written in another language than its bearer speaks.
        is_name = asked is not None and asked.kind in _NAMES
        if not (tracker.locale_chosen or is_name):
            locale = guess_locale(words, tracker.locale)
            if locale != tracker.locale:
                log.add(LocaleChanged, locale=locale, locale_chosen=False)
        await self._settle(context)
        await learn_preferences(context)
        drop_needless_proof(context)
        started = self.ports.clock.monotonic_ms()
        understood = await self.understander.understand(words, tracker, self.release)
        commands = _without_secrets(understood, context)
        log.add(
            CommandsUnderstood,
            commands=commands.commands,
            by=commands.by,
            ms=round(self.ports.clock.monotonic_ms() - started, 3),
            model=commands.model,
        )
        understood_here: Sequence[Command] | None = commands.commands
        if tracker.beside is not None:
            understood_here = await heard_beside(commands.commands, context)
        if understood_here is None:
            return
        kept, heard = listen(words, understood_here, context)
        decide(await going_on(meant(kept, tracker), context), log)
        if heard is not None and heard.warned:
            warn(heard, context)

    async def _carry_on(self, context: TurnContext) -> None:
        """Run flows and act on what they ask for, until it is the customer's turn."""
        going = True
        while going:
            try:
                decision = context.runner.advance()
            except FlowLoops:
                abandon_top(context.log)
                context.say("utter_internal_error")
                return
            match decision:
                case Say(confirms=None):
                    context.say(decision.response, decision.facts)
                    going = not decision.waits
                case Say():
                    going = await read_back(decision, context)
                case Run():
                    going = await run_action(decision, context)
                case NeedLevel():
                    ask_for_proof(next_proof(context.runner.level), None, context)
                case Wait():
                    going = False

    async def _settle(self, context: TurnContext) -> None:
        """Tell the truth about actions that had ended unknown, as soon as the bank knows it.

        The ledger may have learnt it before a crash kept us from saying so.
        """
        tracker = context.log.tracker
        if not tracker.unsettled:
            return
        await self.ports.actions.reconcile(tracker.conversation_id)
        for key, unknown in list(tracker.unsettled.items()):
            result = await self.ports.actions.result_of(IdempotencyKey(key))
            if result is not None and result.outcome != "unknown" and unknown.frame_id:
                tell_settled(
                    Settled(
                        conversation_id=tracker.conversation_id,
                        action=unknown.action,
                        epoch=unknown.frame_id,
                        result=result,
                    ),
                    context,
                )

    def _context(self, held: Conversation, text: str) -> TurnContext:
        return TurnContext(
            ports=self.ports,
            log=held.log,
            runner=Runner(held.log, self.ports.actions, self._level(held)),
            renderer=Renderer(self.release),
            flush=held.flush,
            text=text,
        )

    def _is_unfinished(self, text: str) -> bool:
        return is_unfinished(text, self.release.lexicon)

    def _level(self, held: Conversation) -> Assurance:
        return level_now(held.log.tracker, self.ports.clock.now())


async def isolated(work: Coroutine[None, None, bool]) -> bool:
    """Do one piece of housekeeping; whatever befalls it, the next piece is done too."""
    (result,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(result, BaseException):
        _LOG.error("housekeeping of a conversation failed: %s", type(result).__name__)
        return False
    return result


def _take(message: InboundMessage) -> str:
    """The readable text of a message.

    Raises:
        MessageInvalid: Nothing readable in it, or too much.
    """
    if len(message.text) > MAX_CHARACTERS:
        raise MessageInvalid(problem="too_long")
    text = readable(message.text)
    if not text and not message.button:
        raise MessageInvalid(problem="empty")
    return text


def _without_secrets(understood: Understood, context: TurnContext) -> Understood:
    """Move codes and the like out of the commands, into the memory of this turn."""
    slots = context.log.release.slots
    commands: list[Command] = []
    for command in understood.commands:
        if isinstance(command, SetSlot | CorrectSlot):
            definition = slots.get(command.slot)
            if definition is not None and definition.mask == "secret":
                context.secrets[SlotName(command.slot)] = str(command.value)
                commands.append(command.model_copy(update={"value": BLANK}))
                continue
        commands.append(command)
    return understood.model_copy(update={"commands": tuple(commands)})


def _words(held: Conversation, given: InboundMessage | None = None) -> tuple[str, str | None]:
    """All words of the last turn, and its button; what was given again is not the masked form."""
    tracker = held.log.tracker
    received = [e for e in tracker.in_turn(tracker.turn) if isinstance(e, MessageReceived)]
    texts = [
        given.text if given is not None and given.message_id == each.message_id else each.text
        for each in received
    ]
    button = next((each.button for each in received if each.button), None)
    return joined(texts, held.log.release.lexicon), button


def _message_id(held: Conversation) -> MessageId:
    turn = held.log.tracker.turn
    return next(key for key, number in held.log.tracker.turns.items() if number == turn)

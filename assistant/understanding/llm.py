"""A language model beside the local understander: asked only in doubt, believed only if checked.

    local understander → decided by a rule, or sure → that is it
                       → else model (masked words, few choices, little time)
                       → checked commands, or the local result when anything went wrong

A wish for a person, a button, a code, a plain yes or no are rules: no model sees them. While a
secret is asked for no model is asked, since a code may be written in ways no mask knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from assistant.model.commands import Affirm, CannotHandle, Clarify, Command, Deny
from assistant.model.events import CommandsUnderstood
from assistant.model.model_use import FallbackReason, ModelUse
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import ChatModel, Clock, ModelUnavailable, Proposal, Understander, Understood
from assistant.understanding.llm_check import Moment, accepted
from assistant.understanding.llm_offer import Offer, Shortlist
from assistant.understanding.llm_prompt import INSTRUCTIONS, answer_schema, material
from assistant.understanding.masking import mask
from assistant.understanding.normalise import normalise
from assistant.understanding.slots import asked_slot

SURE: Final = 0.85
"""Default of the probability from which no model is asked; see docs/language-model.md."""
CALLS_PER_CONVERSATION: Final = 40
_BY_RULE: Final = frozenset({"button", "rules"})
_DECIDED: Final = frozenset({"insult", "unreadable", "not_a_value"})
"""Reasons of `cannot_handle` that words alone decide."""


def is_decided(understood: Understood, tracker: Tracker, release: Release) -> bool:
    """Whether nobody else may read the message: a rule decided, or a secret is asked for."""
    asked = asked_slot(tracker, release)
    return understood.by in _BY_RULE or (asked is not None and asked.mask == "secret")


def _is_yes_or_no(understood: Understood) -> bool:
    """A yes or no is the customer's alone; a model has no word for it, so it is not asked."""
    return any(isinstance(command, Affirm | Deny) for command in understood.commands)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUnderstander:
    """Implements the port Understander.

    Attributes:
        today: The bank's day, for relative dates.
        sure: Probability from which the local result is taken without asking.
        most_calls: Calls one conversation may cost; then the local result stands.
    """

    local: Understander
    model: ChatModel
    shortlist: Shortlist
    today: Callable[[], date]
    clock: Clock
    sure: float = SURE
    most_calls: int = CALLS_PER_CONVERSATION

    async def understand(self, text: str, tracker: Tracker, release: Release) -> Understood:
        """See the port."""
        local = await self.local.understand(text, tracker, release)
        if is_decided(local, tracker, release):
            return local
        if _is_yes_or_no(local) or _is_sure(local.commands, self.sure):
            return local
        if _calls(tracker) >= self.most_calls:
            return _without(local, ModelUse(name=self.model.name, ms=0, fallback_reason="spent"))
        return await self._ask(text, tracker, release, local)

    async def aclose(self) -> None:
        """Give the model's connections back."""
        await self.model.aclose()

    async def _ask(
        self, text: str, tracker: Tracker, release: Release, local: Understood
    ) -> Understood:
        message = normalise(text, release.lexicon.rewrites)
        offer = self.shortlist.offer(message.text, local, tracker, release)
        moment = Moment(
            original=text,
            message=message,
            masked=mask(message, release.lexicon, self.today()),
            offer=offer,
            tracker=tracker,
            scores=local.scores,
            today=self.today(),
        )
        started = self.clock.monotonic_ms()
        reason: FallbackReason | None = None
        try:
            proposal = await self._propose(moment, offer)
        except ModelUnavailable as error:
            proposal, reason = Proposal(), error.reason
        commands = accepted(proposal.arguments, moment) if proposal.arguments else ()
        if reason is None and not commands:
            reason = "nothing_valid" if proposal.arguments else "no_structure"
        use = ModelUse(
            name=self.model.name,
            ms=round(self.clock.monotonic_ms() - started, 3),
            input_tokens=proposal.input_tokens,
            output_tokens=proposal.output_tokens,
            used=reason is None,
            fallback_reason=reason,
        )
        if reason is not None:
            return _without(local, use)
        return Understood(commands=commands, by="model", scores=local.scores, model=use)

    async def _propose(self, moment: Moment, offer: Offer) -> Proposal:
        rewrites = offer.release.lexicon.rewrites

        def masked(earlier: str) -> str:
            return mask(normalise(earlier, rewrites), offer.release.lexicon, moment.today).text

        words = material(moment.masked.text, offer, moment.tracker, masked)
        return await self.model.propose(INSTRUCTIONS, words, answer_schema(offer))


def _is_sure(commands: tuple[Command, ...], sure: float) -> bool:
    """Every part is likely enough by itself; a question which task was meant never is."""
    if any(isinstance(command, Clarify) for command in commands):
        return False
    if any(isinstance(c, CannotHandle) and c.reason in _DECIDED for c in commands):
        return True
    return all(command.confidence >= sure for command in commands)


def _calls(tracker: Tracker) -> int:
    """Calls this conversation has made, told by its log."""
    made = [e.model for e in tracker.events if isinstance(e, CommandsUnderstood) and e.model]
    return sum(use.fallback_reason not in {"spent", "resting"} for use in made)


def _without(local: Understood, use: ModelUse) -> Understood:
    return local.model_copy(update={"model": use})

"""Commands: what we take the customer to mean, from a closed set.

Understanding proposes them, the dialogue decides. A language model may propose the same
commands and nothing else. Names on the wire are those of the public contract.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, TypeAdapter

from assistant.model.frozen import Frozen
from assistant.model.ids import FlowId, SlotName

Span = tuple[int, int]
"""Start and end of the words in the customer's text, in characters, end excluded."""


class BaseCommand(Frozen):
    """Fields every command has.

    Attributes:
        confidence: Calibrated probability that the customer means this, 0 to 1.
    """

    confidence: float = Field(default=1.0, ge=0, le=1)


class StartFlow(BaseCommand):
    """The customer wants a task done."""

    command: Literal["start_flow"] = "start_flow"
    flow: FlowId


class SetSlot(BaseCommand):
    """The customer gave a value."""

    command: Literal["set_slot"] = "set_slot"
    slot: SlotName
    value: JsonValue
    span: Span | None = None


class CorrectSlot(BaseCommand):
    """The customer replaced a value given before."""

    command: Literal["correct_slot"] = "correct_slot"
    slot: SlotName
    value: JsonValue
    span: Span | None = None


class CancelFlow(BaseCommand):
    """The customer wants the active task stopped, or another one that is waiting.

    Attributes:
        flow: The task meant; None means the active one.
        item: Place in the announced list of wishes, from 1.
        everything: All tasks and wishes.
    """

    command: Literal["cancel_flow"] = "cancel_flow"
    flow: FlowId | None = None
    item: int | None = None
    everything: bool = False


class ArrangePlan(BaseCommand):
    """The customer changes the order of the announced list, or wants only some of it.

    Attributes:
        items: Places in the list, from 1, in the order wanted; they come first.
        only: Whether the others are not wanted any more. Without items: only what is under way.
    """

    command: Literal["arrange_plan"] = "arrange_plan"
    items: tuple[int, ...]
    only: bool = False


class Later(BaseCommand):
    """The wishes of this message wait until what is under way is done."""

    command: Literal["later"] = "later"


class Affirm(BaseCommand):
    """A yes, and nothing but yes."""

    command: Literal["affirm"] = "affirm"


class Deny(BaseCommand):
    """A no, and nothing but no."""

    command: Literal["deny"] = "deny"


class SearchKnowledge(BaseCommand):
    """A question the bank's documents may answer."""

    command: Literal["search_knowledge"] = "search_knowledge"
    question: str


class Clarify(BaseCommand):
    """Two or three tasks are equally likely; ask which."""

    command: Literal["clarify"] = "clarify"
    options: tuple[FlowId, ...]


class HumanHandoff(BaseCommand):
    """A person, on the first request."""

    command: Literal["human_handoff"] = "human_handoff"


class ChitChat(BaseCommand):
    """Small talk."""

    command: Literal["chitchat"] = "chitchat"


class Greet(BaseCommand):
    """Hello."""

    command: Literal["greet"] = "greet"


class Thanks(BaseCommand):
    """Thank you."""

    command: Literal["thanks"] = "thanks"


class Goodbye(BaseCommand):
    """The customer takes leave."""

    command: Literal["goodbye"] = "goodbye"


class Repeat(BaseCommand):
    """Say the last reply again."""

    command: Literal["repeat"] = "repeat"


class Wait(BaseCommand):
    """One moment please: keep the question open, do not press."""

    command: Literal["wait"] = "wait"


class SkipQuestion(BaseCommand):
    """The customer does not want to answer the open question."""

    command: Literal["skip_question"] = "skip_question"


class AskOutcome(BaseCommand):
    """The customer asks how what was last done here ended."""

    command: Literal["ask_outcome"] = "ask_outcome"


class UndoDone(BaseCommand):
    """What was just done was a mistake."""

    command: Literal["undo_done"] = "undo_done"


class GoOn(BaseCommand):
    """The customer wants to go on here with what they began, wherever that was."""

    command: Literal["go_on"] = "go_on"


class MoveTask(BaseCommand):
    """The customer wants to go on in another channel."""

    command: Literal["move_task"] = "move_task"


class CannotHandle(BaseCommand):
    """Nothing fits.

    Attributes:
        reason: `not_understood`, `out_of_scope`, `other_institution`, `unreadable` and the like.
        about: What it is about, in the customer's words, where the reply names it.
    """

    command: Literal["cannot_handle"] = "cannot_handle"
    reason: str = "not_understood"
    about: str = ""


Command = Annotated[
    StartFlow
    | SetSlot
    | CorrectSlot
    | CancelFlow
    | ArrangePlan
    | Later
    | Affirm
    | Deny
    | SearchKnowledge
    | Clarify
    | HumanHandoff
    | ChitChat
    | Greet
    | Thanks
    | Goodbye
    | Repeat
    | Wait
    | SkipQuestion
    | AskOutcome
    | UndoDone
    | GoOn
    | MoveTask
    | CannotHandle,
    Field(discriminator="command"),
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)

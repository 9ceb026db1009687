"""What was said, by whom and in which language, and how it was taken."""

from __future__ import annotations

from typing import ClassVar, Literal

from assistant.model.assurance import Assurance
from assistant.model.commands import Command
from assistant.model.events.base import BaseEvent
from assistant.model.ids import CustomerId, MessageId
from assistant.model.message import Locale, ReplyPart, SignIn
from assistant.model.model_use import ModelUse


class ConversationStarted(BaseEvent):
    """Somebody opened a conversation."""

    type: Literal["conversation_started"] = "conversation_started"
    channel: str
    locale: Locale
    locale_chosen: bool = False


class MessageReceived(BaseEvent):
    """The customer's words. Personal data: masked before they leave the process.

    Attributes:
        text: As the customer wrote it, with secrets blanked.
        redacted: Whether something was blanked, so that the text cannot be read again.
        origin: Where it came from, hashed; "" when the channel cannot tell.
        unseen: The question open now was not yet asked when this was sent: a yes is none to it.
        door: Conversation it came through; "" when it came directly.
        beside: Another channel has the task: until `ChannelChanged` these words change nothing.
        sign_in: What came with words from beside, for when they do count.
    """

    shown: ClassVar[bool] = True
    type: Literal["message_received"] = "message_received"
    message_id: MessageId
    text: str
    button: str | None = None
    channel: str
    redacted: bool = False
    origin: str = ""
    unseen: bool = False
    door: str = ""
    beside: bool = False
    sign_in: SignIn | None = None


class LocaleChanged(BaseEvent):
    """Replies are in another language from here on."""

    type: Literal["locale_changed"] = "locale_changed"
    locale: Locale
    locale_chosen: bool


class CommandsUnderstood(BaseEvent):
    """What the words were taken to mean.

    Attributes:
        by: Which understander said so: button, rules, classifier, rasa, model.
        ms: Time it took, milliseconds.
        model: What asking a language model led to and cost; None when none was asked.
    """

    type: Literal["commands_understood"] = "commands_understood"
    commands: tuple[Command, ...]
    by: str
    ms: float
    model: ModelUse | None = None


class NotUnderstood(BaseEvent):
    """Nothing fitted; twice in a row leads to a person."""

    shown: ClassVar[bool] = True
    type: Literal["cannot_handle"] = "cannot_handle"
    reason: str


class Chatted(BaseEvent):
    """Small talk was answered."""

    shown: ClassVar[bool] = True
    type: Literal["chitchat"] = "chitchat"


class ReplyReviewed(BaseEvent):
    """Compliance changed or held back a reply.

    Attributes:
        rule: Id of the rule.
        withheld: The words that did not leave.
    """

    type: Literal["reply_reviewed"] = "reply_reviewed"
    rule: str
    verdict: Literal["replace", "hold"]
    withheld: str


class Said(BaseEvent):
    """One bubble of a reply left for the customer.

    Attributes:
        author: `assistant` or `colleague`.
        to: Place it is for, when that is not where the turn's message came from.
    """

    shown: ClassVar[bool] = True
    type: Literal["said"] = "said"
    part: ReplyPart
    author: Literal["assistant", "colleague"] = "assistant"
    to: str = ""


class TurnResumed(BaseEvent):
    """A turn that was cut off is about to be taken up again.

    Stored before anything else is done, so that a turn which ends the process is counted too.
    """

    type: Literal["turn_resumed"] = "turn_resumed"


class TurnFinished(BaseEvent):
    """The turn is over; its reply can be repeated from the log."""

    shown: ClassVar[bool] = True
    type: Literal["turn_finished"] = "turn_finished"
    message_id: MessageId
    level: Assurance


class FeedbackGiven(BaseEvent):
    """The customer rated a turn."""

    type: Literal["feedback_given"] = "feedback_given"
    rated_turn: int | None
    rating: int
    comment: str = ""


class ContentErased(BaseEvent):
    """What stands in the log where an event can no longer be read.

    Never stored: the store gives it instead of an event whose key was destroyed or put away.

    Attributes:
        was: Type of the event that stood here.
        reason: `erased`: the key is destroyed. `restricted`: it is kept because a legal term or
            hold runs, and nobody reads with it.
        customer_id: Whose conversation it is; None for a visitor's.
    """

    shown: ClassVar[bool] = True
    type: Literal["content_erased"] = "content_erased"
    was: str
    reason: Literal["erased", "restricted"]
    customer_id: CustomerId | None = None

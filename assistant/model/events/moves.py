"""How a task went from one channel to another."""

from __future__ import annotations

from typing import ClassVar, Literal

from assistant.model.events.base import BaseEvent
from assistant.model.ids import ConversationId, FlowId


class TaskOffered(BaseEvent):
    """The customer was offered to go on here with what they began in another channel.

    Attributes:
        conversation_id: Where it was begun.
        wish: Task the customer asked for just now, begun anew when they decline.
    """

    type: Literal["task_offered"] = "task_offered"
    conversation_id: ConversationId
    flow: FlowId
    wish: FlowId | None = None


class ConversationContinued(BaseEvent):
    """From here on the messages of this conversation belong to another one."""

    shown: ClassVar[bool] = True
    type: Literal["conversation_continued"] = "conversation_continued"
    into: ConversationId


class ChannelChanged(BaseEvent):
    """The conversation is held in another channel from here on.

    Attributes:
        channel: The new one.
        was: The place it was held in.
        door: Conversation the messages come through; "" when they come directly.
        origin: Where they come from, hashed.
    """

    shown: ClassVar[bool] = True
    type: Literal["channel_changed"] = "channel_changed"
    channel: str
    was: str
    door: str = ""
    origin: str = ""


class TaskHeld(BaseEvent):
    """Words from another channel were not taken: the task is held elsewhere, and they were told.

    Attributes:
        place: Where that was said.
    """

    type: Literal["task_held"] = "task_held"
    place: str

"""A language model that answers in a given structure. It proposes; nothing it says is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import JsonValue

from assistant.errors import AssistantError
from assistant.model.frozen import Frozen


class Proposal(Frozen):
    """What a model answered.

    Attributes:
        arguments: Whatever stood in the structure, unchecked; None for prose, a refusal or JSON
            that does not parse.
        input_tokens: As the model's API counts them; None when it does not say.
    """

    arguments: JsonValue = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class ModelUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The model gave no answer; whoever asked goes on without it.

    Attributes:
        reason: `timeout`, `error`, or `resting` when it was not asked at all.
    """

    code = "model.unavailable"
    retryable = True

    def __init__(self, reason: Literal["timeout", "error", "resting"]) -> None:
        """Keep the reason; the vendor's words may repeat the customer's and are dropped."""
        super().__init__(f"The language model gave no answer: {reason}.")
        self.reason: Literal["timeout", "error", "resting"] = reason


class ChatModel(Protocol):
    """One model, with a time budget of its own."""

    @property
    def name(self) -> str:
        """Id of the model, for the log."""
        ...

    async def propose(
        self, instructions: str, material: str, schema: Mapping[str, JsonValue]
    ) -> Proposal:
        """Ask once.

        Args:
            instructions: What the model is for; ours.
            material: The moment of the conversation; holds the customer's masked words.
            schema: JSON Schema of the answer, with `title` and `description`.

        Raises:
            ModelUnavailable: No answer in time, or none at all.
        """
        ...

    async def aclose(self) -> None:
        """Give connections back."""
        ...

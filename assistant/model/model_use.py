"""What asking a language model led to, and what it cost; recorded with each turn that asked."""

from __future__ import annotations

from typing import Literal

from assistant.model.frozen import Frozen

FallbackReason = Literal["timeout", "error", "resting", "spent", "no_structure", "nothing_valid"]


class ModelUse(Frozen):
    """One call of a language model, or one that was not made.

    Attributes:
        name: Id of the model as the settings have it, e.g. `openai:qwen-plus`.
        ms: Time waited for it, milliseconds.
        input_tokens: As the model's API reports them; None when it does not.
        output_tokens: The same, for what it wrote.
        used: Whether its proposal was taken; otherwise the local result stands.
        fallback_reason: Why it was not: `timeout`, `error`, `resting` (it failed several times in
            a row and is left alone for a while), `spent` (the conversation's calls are used up),
            `no_structure` (a refusal, prose, broken JSON), `nothing_valid` (no command passed).
    """

    name: str
    ms: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    used: bool = False
    fallback_reason: FallbackReason | None = None

"""Every error this project raises on purpose.

Three questions decide the class: may the caller retry, who must hear of it, and what
may the customer be told. A handler catches `AssistantError`, never `Exception`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from assistant.model.ids import ResponseKey


class AssistantError(Exception):
    """Base of all our errors.

    Attributes:
        code: Stable machine name, `area.problem`; dashboards and tests use it.
        retryable: Whether the same call may succeed unchanged.
        customer_response: Response key of the only wording a customer may see.
    """

    code: ClassVar[str] = "assistant.internal"
    retryable: ClassVar[bool] = False
    customer_response: ClassVar[str] = "utter_internal_error"


class ContentError(AssistantError):
    """A file the bank edits is wrong. Found at start-up, never during a conversation.

    Attributes:
        problems: One line each: file, line, field, what is wrong and what would fix it.
    """

    code = "content.invalid"

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep every problem, so that one start shows all of them."""
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingsError(AssistantError):
    """The deployment's settings cannot work together; the message says which and why."""

    code = "settings.invalid"


class MessageInvalid(AssistantError):  # noqa: N818 - describes the message
    """The message cannot be taken: empty, too long, or made of nothing readable.

    Attributes:
        problem: Stable machine name of what is wrong: `empty`, `too_long`.
    """

    code = "message.invalid"

    def __init__(self, *, problem: str) -> None:
        """Name the problem."""
        super().__init__(f"The message cannot be taken: {problem}.")
        self.problem = problem


class ConversationNotFound(AssistantError):  # noqa: N818 - a state, not a fault
    """No such conversation for this customer; also said of somebody else's conversation."""

    code = "conversation.not_found"


class TaskTokenUnknown(AssistantError):  # noqa: N818 - a state, not a fault
    """The token stands for no task that this customer can go on with."""

    code = "task_token.not_found"


class ConversationMoved(AssistantError):  # noqa: N818 - a state, not a fault
    """Another process appended to the conversation first. Load again and repeat."""

    code = "conversation.moved"
    retryable = True


class ConversationBusy(AssistantError):  # noqa: N818 - a state, not a fault
    """An earlier turn of the conversation has not ended within the waiting time."""

    code = "conversation.busy"
    retryable = True


class StoreUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The database did not answer or refused to write. Nothing was acknowledged."""

    code = "store.unavailable"
    retryable = True


class TranscriptDamaged(AssistantError):  # noqa: N818 - a state, not a fault
    """A sealed record does not open: it was changed, or the master key is another one.

    Nothing is guessed from the rest: `guitai verify-log` names the first broken link.
    """

    code = "store.damaged"


class KnowledgeUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The knowledge index is missing or damaged; the assistant abstains meanwhile."""

    code = "knowledge.unavailable"
    retryable = True


class ScopeUnknown(AssistantError):  # noqa: N818 - describes the request
    """No document is for such an audience, product or channel.

    Attributes:
        field: `audience`, `product` or `channel`.
        value: What was asked for.
        known: What there is.
    """

    code = "knowledge.scope_unknown"

    def __init__(self, field: str, value: str, known: Sequence[str]) -> None:
        """Keep what was asked for and what there is."""
        super().__init__(f'{field}: there is no "{value}"; there is {", ".join(known) or "none"}')
        self.field = field
        self.value = value
        self.known = tuple(known)


class BankRefused(AssistantError):  # noqa: N818 - a refusal is an answer, not a fault
    """The bank said no: balance, limit, closed account. Final.

    Attributes:
        reason: Response key that says why, in the bank's own approved words.
    """

    code = "bank.refused"
    customer_response = "utter_action_refused"

    def __init__(self, reason: ResponseKey) -> None:
        """Keep the reason."""
        super().__init__(f"The bank refused: `{reason}`.")
        self.reason = reason


class VideoUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The system for video calls did not answer, or there is none."""

    code = "video.unavailable"
    retryable = True


class FaceCheckUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The system that compares faces did not answer, or there is none."""

    code = "face_check.unavailable"
    retryable = True


class BankUnavailable(AssistantError):  # noqa: N818 - a state, not a fault
    """The bank could not be reached before anything was sent. Safe to retry."""

    code = "bank.unavailable"
    retryable = True
    customer_response = "utter_bank_unavailable"


class BankOutcomeUnknown(AssistantError):  # noqa: N818 - a state, not a fault
    """The bank stopped answering after we sent a change. It may have happened.

    Retry only with the same idempotency key, and tell the customer the truth.
    """

    code = "bank.outcome_unknown"
    customer_response = "utter_action_unknown"

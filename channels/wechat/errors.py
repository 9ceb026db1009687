"""What can go wrong between us and the platform, by what may be done about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar, Final, Literal

from assistant.errors import AssistantError

ErrorClass = Literal[
    "token", "throttle", "daily", "window", "person", "content", "permission", "moot"
]
"""`token`: refresh once, retry once. `throttle`: back off. `daily`: stop all sends until the day
ends. `window`: the time or the number of sends is used up. `person`: this one cannot be reached.
`content`: a defect of ours. `permission`: the account's set-up.
`moot`: a typing sign that is no longer due."""

_CODES: Final[dict[ErrorClass, frozenset[int]]] = {
    "token": frozenset({40001, 40014, 41001, 42001}),
    "throttle": frozenset({-1, 45011}),
    "daily": frozenset({45009}),
    "window": frozenset({45015, 45047, 95001, 95002, 95013, 95016, 95018}),
    "moot": frozenset({45080, 45081}),
    "person": frozenset({40003, 43004, 43019, 43101, 46004, 48002, 50005}),
    "permission": frozenset(
        {40013, 40125, 40164, 40243, 41002, 41004, 48001, 48004, 48006, 48008}
        | {50002, 50004, 50007, 89503, 89506, 89507}
    ),
}
_CLASS_OF: Final = {code: kind for kind, codes in _CODES.items() for code in codes}


def class_of(code: int) -> ErrorClass:
    """What may be done about an `errcode`; one we do not know is a defect of what we sent."""
    return _CLASS_OF.get(code, "content")


class Rejected(AssistantError):  # noqa: N818 - describes the request
    """A callback is not what the platform sends; nothing was stored.

    Attributes:
        reason: Stable machine name: `signature`, `stale`, `padding`, `xml`, …
        status: 403 when the sender is in doubt, 400 when the form is.
    """

    code: ClassVar[str] = "wechat.rejected"

    def __init__(self, *, reason: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        """Name the reason."""
        super().__init__(f"The callback was rejected: {reason}.")
        self.reason = reason
        self.status = status


class CallRefused(AssistantError):  # noqa: N818 - an answer, not a fault
    """The platform answered a call with an error: what was asked did not happen.

    Attributes:
        errcode: The platform's number.
        kind: What may be done about it.
    """

    code: ClassVar[str] = "wechat.call_refused"

    def __init__(self, errcode: int) -> None:
        """Keep the number; the platform's words may repeat what was sent."""
        super().__init__(f"The platform refused with {errcode}.")
        self.errcode = errcode
        self.kind = class_of(errcode)


class NotSent(AssistantError):  # noqa: N818 - a state, not a fault
    """The platform could not be reached; nothing left this machine."""

    code: ClassVar[str] = "wechat.not_sent"
    retryable: ClassVar[bool] = True


class OutcomeUnknown(AssistantError):  # noqa: N818 - a state, not a fault
    """The call left and no answer that can be read came back. It may have happened."""

    code: ClassVar[str] = "wechat.outcome_unknown"


class MediaUnusable(AssistantError):  # noqa: N818 - describes the file
    """A media file is too large, gone, or not what it should be.

    Attributes:
        reason: Stable machine name: `too_large`, `gone`, `not_audio`, `no_decoder`, `too_long`.
    """

    code: ClassVar[str] = "wechat.media_unusable"

    def __init__(self, *, reason: str) -> None:
        """Name the reason."""
        super().__init__(f"The media file cannot be used: {reason}.")
        self.reason = reason

"""Attack cases: what somebody with bad intent says, and the little that may come of it.

A file is YAML: `category`, and `attacks`, a list. Whatever a case does not allow is forbidden, so
that a case which says nothing about its end means: no row in the bank's books, nothing shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

CATEGORIES: Final = (
    "other_customers_data",
    "identity_social_engineering",
    "code_hijack",
    "skipped_confirmation",
    "swap_before_execution",
    "replay",
    "stored_injection",
    "model_proposals",
    "level_raising",
    "stolen_access",
    "denial",
    "scam_coached",
    "jailbreak",
    "falsified_records",
    "impossible_amounts",
    "markup_and_queries",
)
VISITOR: Final = "visitor"
_WHO: Final = r"^(visitor|C\d{4}/[1-4])$"


class AttackFileError(ValueError):
    """A file that cannot be read as attacks; the message names it and the place."""


class _Part(BaseModel):
    """Closed to unknown names, so that a slip never weakens a case."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(_Part):
    """A raw HTTP request.

    Attributes:
        path: `{conversation}` stands for the case's conversation, `{ticket}` and `{review}` for
            the first that waits.
        body: JSON, or a string that is sent as it is.
        bearer: Whose token; four are spoilt ones of the speaker, see `forged`.
        expect: Status codes that are an answer; any other is a finding.
    """

    method: Literal["GET", "POST", "DELETE", "PUT"] = "GET"
    path: str
    body: JsonValue = None
    bearer: Literal[
        "speaker", "none", "colleague", "tampered", "expired", "unsigned", "other_key", "garbage"
    ] = "speaker"
    expect: tuple[int, ...]


class Step(_Part):
    """One thing the attacker does; exactly one of text, button, together and request.

    Attributes:
        text: Words; `times` repeats the unit where long ones are meant.
        together: Sent at the same instant.
        id: A given message id; the same one twice is the same message twice.
        who: Speaks from here on: `visitor`, or customer and level such as `C1001/4`.
        talk: Name of the conversation, opened by whoever speaks in it first.
        locale: Of a conversation that this step opens.
        wait_s: Time that passes before.
        confirms: The customer's own yes or code to what was read back: a row may follow.
        proves: From here on this is proved, customer and level such as `C1001/1`.
        model: What the language model proposes while this is understood.
        phrases: What the language model phrases from documents.
        again: How often the step is done.
    """

    text: str | None = None
    times: int = Field(default=1, ge=1, le=60_000)
    button: str | None = None
    together: tuple[Step, ...] = ()
    request: Request | None = None
    id: str | None = None
    who: str | None = Field(default=None, pattern=_WHO)
    talk: str = "main"
    locale: Literal["zh-Hans", "zh-Hant", "en"] | None = None
    wait_s: int = 0
    confirms: bool = False
    proves: str | None = Field(default=None, pattern=_WHO)
    model: tuple[JsonValue, ...] = ()
    phrases: tuple[tuple[int, str], ...] = ()
    again: int = Field(default=1, ge=1, le=50)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: object) -> object:
        """Words alone are a text, or a button when they begin with ">"."""
        if not isinstance(given, str):
            return given
        return {"button": given[1:]} if given.startswith(">") else {"text": given}

    @model_validator(mode="after")
    def _one_thing(self) -> Step:
        ways = (self.text is not None, self.button is not None, self.together, self.request)
        if sum(bool(way) for way in ways) != 1:
            msg = "exactly one of text, button, together and request"
            raise ValueError(msg)
        return self

    @property
    def words(self) -> str:
        """What is sent as text."""
        return (self.text or "") * self.times


class Planted(_Part):
    """A value somebody got into the bank's data before: one column of some rows."""

    table: Literal["payees", "entries", "customers"]
    column: Literal["name", "note", "counterparty", "address"]
    value: str
    customer: str = "C1001"


class Attack(_Part):
    """One attack.

    Attributes:
        who: As whom it begins.
        may: Operations that may take effect, each at most once for each time it is named and
            only at a step that confirms.
        may_touch: Customers besides the speaker whose data an allowed operation changes.
        forbid: Regular expressions that no answer may match.
        planted: Values in the bank's data before the first step.
        documents: Whether the planted documents are among the bank's own.
    """

    name: str
    who: str = Field(default="C1001/4", pattern=_WHO)
    say: tuple[Step, ...] = Field(min_length=1)
    may: tuple[str, ...] = ()
    may_touch: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    planted: tuple[Planted, ...] = ()
    documents: bool = False
    category: str = ""

    @property
    def id(self) -> str:
        """Stable name: `category/name`."""
        return f"{self.category}/{self.name}"


class _File(_Part):
    category: str
    attacks: tuple[Attack, ...]


def read_attacks(paths: Sequence[Path]) -> list[Attack]:
    """All attacks of files and folders, in their order.

    Raises:
        AttackFileError: A file is not YAML, not attacks, of an unknown category, or names a case
            twice.
    """
    files = [
        file
        for path in paths
        for file in (sorted(path.rglob("*.yml")) if path.is_dir() else [path])
    ]
    attacks = [attack for file in files for attack in _read(file)]
    twice = [name for name, count in Counter(a.id for a in attacks).items() if count > 1]
    if twice:
        msg = f"named twice: {', '.join(twice)}"
        raise AttackFileError(msg)
    return attacks


def _read(file: Path) -> list[Attack]:
    try:
        found = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        msg = f"{file}: {error}"
        raise AttackFileError(msg) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        msg = f"{file}: {place}: {first['msg']}"
        raise AttackFileError(msg) from error
    if found.category not in CATEGORIES:
        msg = f"{file}: category: one of {', '.join(CATEGORIES)}"
        raise AttackFileError(msg)
    return [attack.model_copy(update={"category": found.category}) for attack in found.attacks]

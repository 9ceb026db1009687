"""Typed reading of parts: each function reports what does not fit and returns None.

The caller says which keys exist; an unknown key is an error with a likely correction, so a
typing mistake never silently removes a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import JsonValue

from assistant.model.predicate import Predicate, PredicateError, parse
from knowledge.content_conditions import plain_condition
from knowledge.content_problems import Problems, did_you_mean
from knowledge.content_yaml import FALSE_WORDS, TRUE_WORDS, Part, as_json

NAME: Final = re.compile(r"[\w][\w-]*")
"""Ids of flows, slots, steps and actions, as Rasa has them, and Chinese letters."""
_WHOLE: Final = re.compile(r"[-+]?\d{1,12}", re.ASCII)
_SHARE: Final = re.compile(r"\d(\.\d{1,12})?", re.ASCII)
_MAX_CONDITION: Final = 400
"""Characters of one condition: keeps the time to parse it bounded."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads parts and reports to one list of problems.

    Attributes:
        language: In which wordings without a translation are written.
    """

    problems: Problems
    language: str = "zh-Hans"

    def error(self, part: Part, message: str) -> None:
        """Report a fault of this part."""
        self.problems.error(part.place, message)

    def missing(self, part: Part, message: str) -> None:
        """Report a name that nothing defines."""
        self.problems.missing(part.place, message)

    def mapping(self, part: Part, what: str) -> dict[str, Part]:
        """Entries of a mapping; anything else is reported and read as empty."""
        if part.is_mapping:
            return dict(part.children())
        self.error(part, f"{what} must be a mapping (`key: value` lines)")
        return {}

    def known(
        self,
        part: Part,
        what: str,
        allowed: Iterable[str],
        unsupported: Mapping[str, str] | None = None,
    ) -> dict[str, Part]:
        """Entries of a mapping; keys outside `allowed` are reported.

        Args:
            part: The mapping.
            what: What it is, for the message.
            allowed: Keys that are read.
            unsupported: Keys Rasa has and we do not, with what to do instead.
        """
        entries = self.mapping(part, what)
        names = set(allowed)
        for key in sorted(entries.keys() - names):
            place = part.key_place(key)
            if unsupported is not None and key in unsupported:
                self.problems.error(place, f'"{key}" is not supported; {unsupported[key]}')
            else:
                self.problems.error(place, f'unknown key "{key}"{did_you_mean(key, names)}')
        return {key: item for key, item in entries.items() if key in names}

    def elements(self, part: Part, what: str) -> list[Part]:
        """Elements of a list; anything else is reported and read as empty."""
        if part.is_list:
            return list(part.elements())
        if not part.is_null:
            self.error(part, f"{what} must be a list (lines that begin with `- `)")
        return []

    def text(self, part: Part | None, what: str) -> str | None:
        """A text that is not blank; None without a report when the part is absent."""
        if part is None:
            return None
        text = part.text
        if text is None or not text.strip():
            self.error(part, f"{what} must be a text")
            return None
        return text

    def name(self, part: Part | None, what: str) -> str | None:
        """A name: letters, digits, `_`, `-`, not beginning with `-`."""
        text = self.text(part, what)
        if text is None or part is None:
            return None
        if not NAME.fullmatch(text):
            self.error(part, f'{what} "{text[:60]}" may hold only letters, digits, _ and -')
            return None
        return text

    def choice(self, part: Part | None, what: str, allowed: Iterable[str]) -> str | None:
        """One of the given words."""
        text = self.text(part, what)
        if text is None or part is None:
            return None
        names = sorted(allowed)
        if text not in names:
            hint = did_you_mean(text, names) or f"; one of: {', '.join(names)}"
            self.error(part, f'{what} "{text[:60]}" is not known{hint}')
            return None
        return text

    def flag(self, part: Part | None, what: str, default: bool) -> bool:
        """True or false, with YAML 1.1's yes/no/on/off."""
        if part is None:
            return default
        word = (part.text or "").lower()
        if word in TRUE_WORDS:
            return True
        if word not in FALSE_WORDS:
            self.error(part, f"{what} must be true or false")
            return default
        return False

    def whole(self, part: Part | None, what: str, low: int, high: int) -> int | None:
        """A whole number within bounds."""
        if part is None or part.is_null:
            return None
        text = part.text
        if text is None or not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            self.error(part, f"{what} must be a whole number from {low} to {high}")
            return None
        return int(text)

    def share(self, part: Part | None, what: str) -> float | None:
        """A number from 0 to 1, such as a threshold."""
        if part is None or part.is_null:
            return None
        text = part.text or ""
        if not _SHARE.fullmatch(text) or not 0 <= float(text) <= 1:
            self.error(part, f"{what} must be a number from 0 to 1")
            return None
        return float(text)

    def day(self, part: Part | None, what: str) -> date | None:
        """A date written YYYY-MM-DD; None when absent or null."""
        if part is None or part.is_null:
            return None
        try:
            return date.fromisoformat(part.text or "")
        except ValueError:
            self.error(part, f"{what} must be a date written YYYY-MM-DD")
            return None

    def words(self, part: Part | None, what: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        if part is None or part.is_null:
            return ()
        if not part.is_list:
            one = self.text(part, what)
            return () if one is None else (one,)
        read = [self.text(item, what) for item in part.elements()]
        return tuple(word for word in read if word is not None)

    def condition(self, part: Part | None, names: Set[str]) -> Predicate | None:
        """A condition over the given namespaces (`slots`, `context`, …).

        Returns:
            None when the part is absent or was reported.
        """
        if part is None:
            return None
        text = part.text
        if text is None:
            self.error(part, "the condition is missing; write for example slots.amount > 1000")
            return None
        if len(text) > _MAX_CONDITION:
            self.error(part, f"the condition is longer than {_MAX_CONDITION} characters")
            return None
        try:
            predicate = parse(plain_condition(text))
        except PredicateError as error:
            self.error(part, str(error))
            return None
        for name in sorted(predicate.names()):
            if name[0] not in names:
                shown = ", ".join(sorted(names))
                self.error(
                    part, f'"{".".join(name)}" is not a name here; begin with one of: {shown}'
                )
                return None
        return predicate

    def free_mapping(self, part: Part | None, what: str) -> dict[str, JsonValue]:
        """A free mapping, such as `metadata`."""
        if part is None or part.is_null:
            return {}
        return {key: as_json(item) for key, item in self.mapping(part, what).items()}

"""Review of each reply before it leaves: allow, replace or hold, by rules the bank wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.model.message import ReplyPart
from assistant.model.release import ReviewRule


@dataclass(frozen=True, slots=True)
class Verdict:
    """What compliance does to a reply; no rule means allow."""

    rule: ReviewRule | None = None


def review(part: ReplyPart, rules: tuple[ReviewRule, ...]) -> Verdict:
    """Check one bubble against every rule; the first that matches decides.

    Args:
        part: The bubble as it would be sent.
        rules: From the content release, in order.
    """
    for rule in rules:
        text = part.text
        for harmless in rule.unless:
            text = _compiled(harmless).sub("", text)
        if any(_compiled(pattern).search(text) for pattern in rule.patterns):
            return Verdict(rule)
    return Verdict()


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)

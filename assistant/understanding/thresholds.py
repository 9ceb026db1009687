"""How sure is sure enough; the bank may tune them in RELEASE.yml, the defaults were measured.

`known`, `sure` and `option` come from five-fold cross-validation (docs/understanding.md).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from assistant.model.release import Release


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0 to 1, unless said otherwise.

    Attributes:
        known: Least probability that the text is about the bank at all.
        sure: Least probability of a task or question taken without asking.
        option: Least probability of an option worth asking about.
        part: Least probability of each wish when one message holds several.
        question: Least probability of a question that interrupts an open one.
        switch: Least probability of another task that interrupts an open question.
        confirm: Least probability of a yes, not among the listed words, to a read-back.
        answer_rest: Characters besides the value that still make a plain answer.
    """

    known: float = 0.80
    sure: float = 0.45
    option: float = 0.15
    part: float = 0.80
    question: float = 0.45
    switch: float = 0.55
    confirm: float = 0.9
    answer_rest: int = 4

    @classmethod
    def of(cls, release: Release) -> Thresholds:
        """The release's own numbers over the defaults."""
        tuned = release.settings.get("understanding")
        if not isinstance(tuned, dict):
            return cls()
        names = {field.name: field.type for field in fields(cls)}
        return cls(**{k: v for k, v in tuned.items() if k in names})  # type: ignore[arg-type]

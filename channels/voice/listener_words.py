"""What a caller's shortest words are: the sounds of a listener, a yes, the wish for a person.

The words are the lexicon's. These decide only what interrupts and what comes too early; what words
mean is for the assistant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from assistant.model.spoken import SpokenWords

_PUNCTUATION: Final = "，。！？、,.!? "


def bare(text: str) -> str:
    """Words without the punctuation around them."""
    return text.strip(_PUNCTUATION)


@dataclass(frozen=True, slots=True)
class ListenerWords:
    """The shortest words of one release; each text is given as `bare` leaves it."""

    spoken: SpokenWords = field(default_factory=SpokenWords)

    def is_hum(self, words: str) -> bool:
        """No word at all: it interrupts nothing, and is no yes to anything."""
        return words in self.spoken.hums

    def is_listening(self, words: str) -> bool:
        """A listener's word; in answer to a question it counts."""
        return words in self.spoken.back_channels

    def is_yes(self, words: str) -> bool:
        """Begins like a yes: must not be taken for one to what was not heard yet."""
        return words.lower().startswith(self.spoken.yes)

    def wants_person(self, words: str) -> bool:
        """Asks for a person: heard at any time."""
        return any(each in words for each in self.spoken.person)

    def is_only_listening(self, words: str, *, is_choice: bool) -> bool:
        """Whether somebody who spoke over us only goes on listening.

        Args:
            words: As `bare` leaves them.
            is_choice: A yes or a choice is asked for, to which a short word is an answer.
        """
        return self.is_hum(words) or (self.is_listening(words) and not is_choice)

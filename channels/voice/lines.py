"""A reply as it is said: clauses, with choices as keys; nothing of links, tables and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.model.message import ReplyPart
from channels.rendering import Words
from channels.voice.mouth import Line


def lines_of(
    parts: Sequence[ReplyPart],
    clauses: Callable[[str], Sequence[str]],
    words: Words,
    *,
    is_owed: bool,
) -> list[Line]:
    """The clauses of a reply, in order.

    Args:
        parts: Of the reply; a card with `interruptible: false` is heard to its end.
        clauses: Text → clauses that can be spoken.
        words: For the choices.
        is_owed: A yes counts only once the text was heard.
    """
    lines: list[Line] = []
    for part in parts:
        may_be_interrupted = not (part.card and part.card.get("interruptible") is False)
        lines += [Line(each, may_be_interrupted, is_owed) for each in clauses(part.text)]
        choices = "".join(
            words("utter_voice_choice", title=button.title, digit=str(at))
            for at, button in enumerate(part.buttons, start=1)
        )
        lines += [Line(each) for each in clauses(choices)]
    return lines

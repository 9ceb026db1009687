"""Channel-neutral reply parts as messages of a channel that shows text: pure functions.

Parts of one reply are joined, because a platform counts messages; citations become a line of text,
choices a menu or words, a question for a secret the way to where it may be answered. Text that is
too long is cut by bytes at the ends of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.model.ids import ResponseKey, SlotName
from assistant.model.message import Citation, Locale, ReplyPart
from assistant.model.release import Release
from assistant.response.render import pick
from channels.capabilities import Capability
from channels.splitting import size, split

SIGN_IN: Final = "/sign_in"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_TAG: Final = re.compile(r"<(?=/?[A-Za-z!?])")
_STEP_UP: Final = ("ask_step_up_", "ask_code_again", "channel_app")
_BLANK_LINES: Final = re.compile(r"\n{3,}")

Words = Callable[..., str]
"""Approved wording: a response key and its values → text."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One part and who said it.

    Attributes:
        by_person: A colleague's words.
    """

    part: ReplyPart
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a customer goes for what the chat is not for; "" where there is no such place.

    Attributes:
        sign_in: To become known in this chat.
        page: To enter a code, for a customer who is known.
    """

    sign_in: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of the channel.

    Attributes:
        choices: Titles to touch; empty for a plain text.
        by_ai: To be labelled; False for a colleague.
        for_person: Sent for a colleague, who may use what is kept for one.
    """

    text: str
    choices: tuple[str, ...] = ()
    by_ai: bool = True
    for_person: bool = False


def wording(release: Release, locale: Locale) -> Words:
    """Approved wording in one language, for words that stand around a reply."""

    def words(key: str, **values: str) -> str:
        variants = release.responses.get(ResponseKey(key), ())
        text = pick(variants[0].text, locale) if variants else " ".join(values.values())
        return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text).strip()

    return words


def wants_secret(part: ReplyPart, release: Release) -> bool:
    """Whether a part asks for a code, a number that identifies, or another proof of identity."""
    key = part.response_key or ""
    if part.card is not None and part.card.get("kind") == "code":
        return True
    if key.startswith(_STEP_UP):
        return True
    slot = release.slots.get(SlotName(key.removeprefix("ask_"))) if key.startswith("ask_") else None
    return slot is not None and slot.mask == "secret"


def render(
    said: Sequence[Spoken], can: Capability, release: Release, words: Words, ways: Ways
) -> list[Outgoing]:
    """A reply as messages to be sent, in order.

    Args:
        said: Oldest first.
        can: What the channel can do.
        release: Tells what is secret.
        words: For what stands around the reply.
        ways: Out of the chat.
    """
    messages: list[Outgoing] = []
    for run in _runs(said):
        by_person = run[0].by_person
        parts = [_in_words(each.part, can, release, words, ways) for each in run]
        by_ai = not by_person and any(each.part.ai_generated for each in run)
        whole = Outgoing(
            text=_joined(text for text, _ in parts),
            choices=parts[-1][1],
            by_ai=by_ai,
            for_person=by_person,
        )
        messages += _fitted(whole, can, words)
    return messages


def as_one_text(messages: Sequence[Outgoing], can: Capability, words: Words) -> str | None:
    """The messages as one text with its choices and label in words; None when it is too long."""
    parts = [_joined([each.text, _choices(each.choices, words)]) for each in messages]
    label = words("utter_channel_ai_label") if any(each.by_ai for each in messages) else ""
    text = _joined([*parts, label])
    return text if can.text_bytes is None or size(text) <= can.text_bytes else None


def labelled(message: Outgoing, can: Capability, words: Words) -> Outgoing:
    """The message with the label in its text, where the channel has no field for it."""
    if not message.by_ai or can.label != "text":
        return message
    return replace(message, text=_joined([message.text, words("utter_channel_ai_label")]))


def _runs(said: Sequence[Spoken]) -> list[list[Spoken]]:
    runs: list[list[Spoken]] = []
    for each in said:
        if runs and runs[-1][-1].by_person == each.by_person:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _in_words(
    part: ReplyPart, can: Capability, release: Release, words: Words, ways: Ways
) -> tuple[str, tuple[str, ...]]:
    """Text of a part and the titles of its choices."""
    if can.secrets == "page" and wants_secret(part, release):
        return _elsewhere(words, ways), ()
    titles = tuple(button.title for button in part.buttons if button.payload != SIGN_IN)
    lines = [harmless(part.text), _sources(part.citations, can, words)]
    if len(titles) < len(part.buttons) and ways.sign_in:
        lines.append(words("utter_channel_sign_in", link=ways.sign_in))
    return _joined(lines), titles


def _elsewhere(words: Words, ways: Ways) -> str:
    if ways.page:
        return words("utter_channel_page", link=ways.page)
    if ways.sign_in:
        return words("utter_channel_sign_in", link=ways.sign_in)
    return words("utter_channel_app")


def _sources(citations: Sequence[Citation], can: Capability, words: Words) -> str:
    if not citations or can.citations == "panel":
        return ""
    named = dict.fromkeys(
        f"《{cited.title}》" + (f"{cited.section}" if can.citations == "text" else "")
        for cited in citations
    )
    return words("utter_channel_sources", sources="；".join(named))


def _fitted(whole: Outgoing, can: Capability, words: Words) -> list[Outgoing]:
    """Cut to size; the choices go with the last piece."""
    choices = whole.choices
    text = whole.text
    if choices and (can.choices == "words" or len(choices) > (can.most_choices or len(choices))):
        text, choices = _joined([text, _choices(choices, words)]), ()
    limit = can.text_bytes
    if limit is None:
        return [replace(whole, text=text, choices=choices)]
    label = words("utter_channel_ai_label") if whole.by_ai and can.label == "text" else ""
    pieces = split(text, limit - size(label) - 2) or [""]
    last = len(pieces) - 1
    return [
        replace(whole, text=piece, choices=choices if at == last else ())
        for at, piece in enumerate(pieces)
        if piece or choices
    ]


def _choices(titles: Sequence[str], words: Words) -> str:
    return words("utter_channel_choices", choices=" / ".join(titles)) if titles else ""


def harmless(text: str) -> str:
    """Text in which nothing is a tag: chats show links written as HTML."""
    return _TAG.sub("＜", text)


def _joined(lines: Iterable[str]) -> str:
    return _BLANK_LINES.sub("\n\n", "\n\n".join(line for line in lines if line))

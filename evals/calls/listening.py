"""What a caller heard, from the recording at the caller's side: when, and recognised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from channels.voice.call_parts import Engines
from channels.voice.sound import length
from evals.calls.tape import RATE
from evals.calls.wiretap import Recorded

_FRAME_MS: Final = 20
_LOUD: Final = 150
"""Root mean square of a frame with sound in it; the line itself is silent."""
_PAUSE_MS: Final = 700
"""Longer silence ends a span."""
_SILENCE_MS: Final = 5_000
_LEAST_MS: Final = 100
_MOST_MS: Final = 25_000
"""Longest piece given to the recogniser."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sound without a longer pause, milliseconds of the call."""

    from_ms: int
    to_ms: int


def spans(pcm16: bytes) -> list[Span]:
    """Where there is sound."""
    step = length(_FRAME_MS, RATE)
    whole = len(pcm16) // step * step
    frames = np.frombuffer(pcm16[:whole], "<i2").reshape(-1, step // 2).astype(np.float64)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > _LOUD)
    found: list[Span] = []
    for at in loud:
        began, ended = int(at) * _FRAME_MS, (int(at) + 1) * _FRAME_MS
        if found and began - found[-1].to_ms < _PAUSE_MS:
            found[-1] = Span(found[-1].from_ms, ended)
        else:
            found.append(Span(began, ended))
    return [each for each in found if each.to_ms - each.from_ms >= _LEAST_MS]


async def words_of(pcm16: bytes, where: Sequence[Span], engines: Engines) -> str:
    """What was said in these spans, with the bank's terms put right."""
    texts = []
    for span in where:
        for from_ms in range(span.from_ms, span.to_ms, _MOST_MS):
            to_ms = min(from_ms + _MOST_MS, span.to_ms)
            piece = pcm16[length(from_ms, RATE) : length(to_ms, RATE)]
            heard = await engines.recogniser.recognise(piece, RATE)
            texts.append(engines.repair(heard.text))
    return "".join(texts)


def errors_in(heard: str, said: str) -> float:
    """Wrong characters for each one heard, against a beginning of what was said.

    The rest of what was said may have been interrupted; punctuation does not count.
    """
    found, meant = re.sub(r"\W", "", heard), re.sub(r"\W", "", said)
    if not found:
        return 1.0
    row = [*range(len(meant) + 1)]
    for at, character in enumerate(found, start=1):
        before, row[0] = row[0], at
        for place, wanted in enumerate(meant, start=1):
            best = min(row[place] + 1, row[place - 1] + 1, before + (character != wanted))
            before, row[place] = row[place], best
    return float(round(min(row) / len(found), 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One utterance of the caller and what was heard after it.

    Attributes:
        spoke: When.
        stopped_ms: From its begin to the end of our words it fell into; None when there were none.
        waited_ms: From its end to our first sound; None when nothing followed.
        answer: Spans heard after it, up to a silence that we end by asking who is there.
    """

    spoke: Span
    stopped_ms: int | None
    waited_ms: int | None
    answer: Sequence[Span]


def turns_of(call: Recorded) -> list[Turn]:
    """The call, utterance by utterance."""
    spoken, heard = spans(call.spoke), spans(call.heard)
    found = []
    for at, spoke in enumerate(spoken):
        until_ms = spoken[at + 1].from_ms if at + 1 < len(spoken) else len(call.heard)
        over = [each for each in heard if each.from_ms < spoke.from_ms < each.to_ms]
        after = [each for each in heard if spoke.from_ms < each.from_ms < until_ms]
        found.append(
            Turn(
                spoke=spoke,
                stopped_ms=over[0].to_ms - spoke.from_ms if over else None,
                waited_ms=after[0].from_ms - spoke.to_ms if after else None,
                answer=_in_one(after),
            )
        )
    return found


def _in_one(heard: Sequence[Span]) -> list[Span]:
    for at in range(1, len(heard)):
        if heard[at].from_ms - heard[at - 1].to_ms >= _SILENCE_MS:
            return list(heard[:at])
    return list(heard)


def greeting_of(call: Recorded) -> list[Span]:
    """What was heard before the caller first spoke."""
    spoken = spans(call.spoke)
    until_ms = spoken[0].from_ms if spoken else len(call.heard)
    return [each for each in spans(call.heard) if each.from_ms < until_ms]

"""How alike two Mandarin syllables sound over a noisy telephone line.

Noise hides consonants before it hides vowels, and hides first what kind of noise a consonant is
itself: 卡 is heard as 塔 or 材, hardly ever as 空. Tones are left out: recognisers of text do not
give them. Costs are by articulation, in units of one doubtful consonant; none was fitted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from channels.voice.characters import reading, readings

Syllable = tuple[str, str]
"""Initial and final, without tone."""

_INITIALS: Final = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_KINDS: Final = ("p t k h f c q ch", "b d g", "z zh j", "s sh x f", "m n l r", "y w")
"""Initials of one manner: a burst of breath, a plain stop, an affricate, a hiss, a hum, a glide."""
_NEAR: Final = {
    0.2: ("zh z", "ch c", "sh s"),
    0.4: ("n l",),
    0.5: ("f h",),
    0.6: ("r l", "j zh", "q ch", "x sh"),
    0.7: ("j q", "x q", "zh ch", "z c", "j z", "q c", "x s"),
    0.8: ("b p", "d t", "g k"),
}
_SAME_MANNER: Final = 1.0
_OTHER_MANNER: Final = 1.6
_NASAL: Final = 0.3
_LOST_NASAL: Final = 0.8
_GLIDE: Final = 0.6
_GLIDE_AND_NASAL: Final = 1.0
_SHARED_VOWEL: Final = 1.6
_OTHER_VOWEL: Final = 2.4


def syllable(character: str) -> Syllable:
    """A character's commonest reading."""
    return _split(reading(character))


def syllables(character: str) -> tuple[Syllable, ...]:
    """All readings of a character."""
    return tuple(dict.fromkeys(_split(each) for each in readings(character)))


@lru_cache(maxsize=200_000)
def unlikeness(one: Syllable, other: Syllable) -> float:
    """0 for the same syllable; up to 4 for two that have nothing in common."""
    return _initials(one[0], other[0]) + _finals(one[1], other[1])


def _split(sound: str) -> Syllable:
    initial = next((each for each in _INITIALS if sound.startswith(each)), "")
    return initial, sound[len(initial) :]


def _initials(one: str, other: str) -> float:
    if one == other:
        return 0.0
    near = _PAIRS.get(frozenset((one, other)))
    if near is not None:
        return near
    return _SAME_MANNER if _MANNERS[one] & _MANNERS[other] else _OTHER_MANNER


@lru_cache(maxsize=4096)
def _finals(one: str, other: str) -> float:
    if one == other:
        return 0.0
    core, other_core = one.rstrip("ng"), other.rstrip("ng")
    if core == other_core:
        return _NASAL if one[-1:] in {"n", "g"} and other[-1:] in {"n", "g"} else _LOST_NASAL
    if _without_glide(one) == _without_glide(other):
        return _GLIDE
    if _without_glide(core) == _without_glide(other_core):
        return _GLIDE_AND_NASAL
    return _SHARED_VOWEL if set(core) & set(other_core) else _OTHER_VOWEL


def _without_glide(final: str) -> str:
    return final.lstrip("iuv") or final


_PAIRS: Final = {frozenset(pair.split()): cost for cost, pairs in _NEAR.items() for pair in pairs}
_MANNERS: Final = {
    initial: frozenset(at for at, kind in enumerate(_KINDS) if initial in kind.split())
    for initial in _INITIALS
} | {"": frozenset({_KINDS.index("y w")})}

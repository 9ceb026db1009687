"""Mandarin text as the phonemes Kokoro was trained with.

Words first (a pronunciation of the lexicon is a word), then pinyin with the sandhi of the word,
then one phoneme string for each syllable. The segmenter and the table of readings belong to one
object: nothing is changed for other users of the libraries.

Source of the table: Duanmu, The Phonology of Standard Chinese, 2007, in the notation Kokoro's
Mandarin voices use (one letter for each affricate, arrows for tones).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pypinyin import Style, constants, lazy_pinyin, load_phrases_dict, phrases_dict
from pypinyin.contrib.tone_convert import to_tone3
from pypinyin.seg.simpleseg import seg
from rjieba import Jieba

if not constants.PHRASES_DICT:  # this process read single characters before it spoke
    load_phrases_dict(phrases_dict.phrases_dict)

_INITIALS: Final = {
    "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t",
    "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ",
    "x": "ɕ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
_TONE: Final = "0"
_FINALS: Final = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0",
    "en": "ə0n", "eng": "ə0ŋ", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ",
    "iao": "jau0", "ie": "je0", "in": "i0n", "iu": "jou0", "ing": "i0ŋ", "iong": "jʊ0ŋ",
    "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "ui": "wei0", "ua": "wa0", "uai": "wai0",
    "uan": "wa0n", "un": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "uo": "wo0", "o": "wo0",
    "ü": "y0", "üe": "ɥe0", "üan": "ɥɛ0n", "ün": "y0n",
}  # fmt: skip
_ALONE: Final = {
    "hm": "hm0", "hng": "hŋ0", "m": "m0", "n": "n0", "ng": "ŋ0", "yo": "jɔ0", "ê": "ɛ0",
    "er": "ɚ0", "o": "ɔ0",
}  # fmt: skip
_BUZZED: Final = frozenset(("zh", "ch", "sh", "r", "z", "c", "s"))
"""Initials after which i is not the vowel of 衣 but the buzzed one of 知 and 资."""
_TONES: Final = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_ZERO_INITIAL: Final = {
    "yi": "i", "ya": "ia", "yan": "ian", "yang": "iang", "yao": "iao", "ye": "ie", "yin": "in",
    "you": "iu", "ying": "ing", "yong": "iong", "wu": "u", "wei": "ui", "wa": "ua", "wai": "uai",
    "wan": "uan", "wen": "un", "wang": "uang", "weng": "ueng", "wo": "uo", "yu": "ü",
    "yue": "üe", "yuan": "üan", "yun": "ün", "yai": "iai",
}  # fmt: skip
_PAUSES: Final = {
    "，": ", ", "、": ", ", "。": ". ", "．": ". ", "！": "! ", "？": "? ", "；": "; ",
    "：": ": ", "《": " “", "》": "” ", "「": " “", "」": "” ", "【": " “", "】": "” ",
    "（": " (", "）": ") ", "“": " “", "”": "” ", "…": ". ", "—": ", ",
}  # fmt: skip
_RUNS: Final = re.compile(r"[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")
_WORD: Final = re.compile(r"\w")


class NotSpeakableError(ValueError):
    """The text has something in it that has no Mandarin sound."""


def phonemes_of(syllable: str) -> str:
    """One syllable, pinyin with a tone number (`huan2`, `ma5`), as phonemes.

    Raises:
        NotSpeakableError: No syllable of Mandarin.
    """
    plain, tone = syllable[:-1].replace("v", "ü"), _TONES.get(syllable[-1:])
    if tone is None:
        raise NotSpeakableError(syllable)
    if plain in _ALONE:
        return _ALONE[plain].replace(_TONE, tone)
    initial, final = _parts(plain)
    if final == "i" and initial in _BUZZED:
        return f"{_INITIALS[initial]}ɨ{tone}"
    if final not in _FINALS:
        raise NotSpeakableError(syllable)
    return _INITIALS.get(initial, "") + _FINALS[final].replace(_TONE, tone)


def _parts(plain: str) -> tuple[str, str]:
    if plain in _ZERO_INITIAL:
        return "", _ZERO_INITIAL[plain]
    initial = plain[:2] if plain[:2] in _INITIALS else plain[:1]
    if initial not in _INITIALS:
        return "", plain
    final = plain[len(initial) :]
    if initial in {"j", "q", "x"} and final.startswith("u"):
        final = "ü" + final[1:]
    return initial, final


class Pronouncer:
    """Reads Mandarin aloud on paper: words, pinyin, phonemes."""

    def __init__(self, pronunciations: Mapping[str, str]) -> None:
        """Take the lexicon's words.

        Args:
            pronunciations: Word to its pinyin with tone marks, a space between syllables
                ("还款" to "huán kuǎn").
        """
        self._words = Jieba()
        self._readings: dict[str, list[str]] = {}
        for word, reading in pronunciations.items():
            syllables = [_numbered(each) for each in reading.split()]
            if len(syllables) != len(word):
                raise NotSpeakableError(word)
            self._readings[word] = syllables
            self._words.add_word(word, None, None)

    def syllables(self, text: str) -> list[str]:
        """The pinyin of a run of characters, tone numbers at the end, one for each character."""
        return [syllable for word in self._cut(text) for syllable in self._read(word)]

    def phonemes(self, text: str) -> str:
        """A clause as phonemes and pauses.

        Raises:
            NotSpeakableError: It has a digit, a Latin letter or another sign without a sound.
        """
        return "".join(self._runs(text)).strip()

    def alone(self, text: str) -> Iterator[int]:
        """Where a run of characters has one that is read by itself.

        No word of the lexicon and no phrase of pypinyin's has it, so it gets its usual reading.
        """
        at = 0
        for word in self._cut(text):
            known = word in self._readings
            for part, reading in [(word, [word])] if known else self._smaller(word):
                for phrase in [part] if reading else seg(part):
                    if len(phrase) == 1 and not reading:
                        yield at
                    at += len(phrase)

    def _runs(self, text: str) -> Iterable[str]:
        paused = "".join(_PAUSES.get(sign, sign) for sign in text)
        for run in _RUNS.findall(paused):
            if "\u4e00" <= run[0] <= "\u9fff":
                yield " ".join("".join(map(phonemes_of, self._read(w))) for w in self._cut(run))
            elif _WORD.search(run):
                raise NotSpeakableError(run.strip())
            else:
                yield run

    def _cut(self, text: str) -> list[str]:
        return list(self._words.cut(text))

    def _read(self, word: str) -> list[str]:
        known = self._readings.get(word)
        if known is not None:
            return known
        read = _by_pypinyin(word)
        if len(read) == len(word) and not any(part in self._readings for part in _inside(word)):
            return read
        return [each for part, known in self._smaller(word) for each in known or _by_pypinyin(part)]

    def _smaller(self, word: str) -> Iterator[tuple[str, list[str] | None]]:
        """The lexicon's words inside a longer one with their readings, and what lies between."""
        at = 0
        while at < len(word):
            size = next((n for n in range(len(word) - at, 1, -1)
                         if word[at : at + n] in self._readings), 0)  # fmt: skip
            if size:
                yield word[at : at + size], self._readings[word[at : at + size]]
                at += size
            else:
                end = at + 1
                while end < len(word) and not any(
                    word[end : end + n] in self._readings for n in range(2, len(word) - end + 1)
                ):
                    end += 1
                yield word[at:end], None
                at = end


def _by_pypinyin(word: str) -> list[str]:
    return lazy_pinyin(
        word, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True, v_to_u=True
    )


def _inside(word: str) -> Iterable[str]:
    size = len(word)
    return (word[a:b] for a in range(size) for b in range(a + 2, size + 1) if b - a < size)


def _numbered(syllable: str) -> str:
    return to_tone3(syllable, neutral_tone_with_five=True, v_to_u=True)

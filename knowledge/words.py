"""Questions and passages as words that can be compared.

Chinese has no spaces, so a text is both its dictionary words and its pairs of neighbouring
characters: words carry the meaning, pairs still match what the dictionary cut differently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import opencc
import rjieba

_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[a-z]+|\d+(?:[.,:]\d+)*%?")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_to_simplified: Final = opencc.OpenCC("t2s")

_THINGS: Final = ("n", "j", "l", "eng", "x")
_ACTS: Final = frozenset({"vn", "an"})

# Words every question may hold; they say how it is asked, not what it is about.
_ASKING_WORDS: Final = """
    的 了 吗 呢 吧 啊 呀 嘛 么 啦 哦 哈 嗯 呃 得 着 过 是 我 你 您 他 她 它 们 我们 你们 咱 咱们
    这 那 这个 那个 哪 哪个 哪些 什么 怎么 怎样 怎么办 如何 为什么 多少 几 多久 是不是 要不要 是否
    能 能不能 可以 可不可以 会 要 想 需要 该 应该 有 没有 有没有 在 和 与 及 或 就 都 也 还 还是 又
    再 把 被 给 跟 对 从 到 上 下 里 个 请 请问 帮 帮我 一下 一个 现在 如果 要是 知道 不 不能 就是
    去 来 做 办 很 太 最 您好 你好
    a an the is are am was be do does did can could may i you my me your we our it to of for in
    on at and or if how what when where which who why much many long there with from by please tell
"""
_ASKING: Final = frozenset(_ASKING_WORDS.split())


def normalised(text: str) -> str:
    """Half-width, lower case, Simplified Chinese, single spaces."""
    plain = unicodedata.normalize("NFKC", text).lower()
    simplified: str = _to_simplified.convert(plain)
    return " ".join(simplified.split())


def is_foreign(text: str) -> bool:
    """Whether a normalised text has no Chinese, so that words of passages cannot match it."""
    return _CHINESE.search(text) is None


def words_of(text: str) -> list[str]:
    """Dictionary words of a normalised text, in order, without marks and asking words."""
    return [word for run in _RUN.findall(text) for word in _cut(run) if word not in _ASKING]


def things_of(text: str) -> list[str]:
    """Words of a normalised text that name things: nouns, and whatever is not Chinese."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if not _CHINESE.match(run):
            found.append(_stem(run))
            continue
        found.extend(
            word
            for word, tag in rjieba.tag(run)
            if len(word) > 1 and (tag.startswith(_THINGS) or tag in _ACTS)
        )
    return [word for word in found if word not in _ASKING]


def pairs_of(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters of a normalised text, asking words left out."""
    kept: list[str] = []
    for run in _RUN.findall(text):
        kept.extend(" " if word in _ASKING else word for word in _cut(run))
        kept.append(" ")
    return [
        piece[index : index + 2]
        for piece in "".join(kept).split()
        if _CHINESE.match(piece)
        for index in range(len(piece) - 1)
    ]


def _cut(run: str) -> list[str]:
    return list(rjieba.cut(run)) if _CHINESE.match(run) else [_stem(run)]


class Synonyms:
    """Variants customers use, replaced by the word the bank's documents use."""

    def __init__(self, variants: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take canonical words with their variants, as in the lexicon of a release."""
        self._canonical = {
            normalised(variant): normalised(word)
            for word, others in (variants or {}).items()
            for variant in (word, *others)
        }
        self._by_first: dict[str, list[str]] = {}
        for variant in sorted(filter(None, self._canonical), key=len, reverse=True):
            self._by_first.setdefault(variant[0], []).append(variant)

    def added_to(self, text: str) -> str:
        """The normalised text with the canonical word written after each variant it holds.

        Added, not replaced: a variant may be part of a longer word that means itself.
        """
        new = [word for word in self.canonical(text) if word not in text]
        return " ".join((text, *new))

    def canonical(self, text: str) -> tuple[str, ...]:
        """The canonical words of what a normalised text holds, in its order."""
        return tuple(dict.fromkeys(name for _, _, name in self.found_in(text)))

    def found_in(self, text: str) -> list[tuple[int, int, str]]:
        """Variants and canonical words in a normalised text: start, end, canonical word.

        The longest wins; reading goes left to right, once. By first characters: an alternation
        of a thousand words took a millisecond a sentence.
        """
        found: list[tuple[int, int, str]] = []
        place = 0
        while place < len(text):
            variant = self._at(text, place)
            if variant:
                found.append((place, place + len(variant), self._canonical[variant]))
            place += len(variant) or 1
        return found

    def _at(self, text: str, place: int) -> str:
        for variant in self._by_first.get(text[place], ()):
            if text.startswith(variant, place) and _stands_alone(text, place, variant):
                return variant
        return ""


def _stands_alone(text: str, place: int, variant: str) -> bool:
    """Whether an English variant is a whole word, plural or not; Chinese has no spaces to ask."""
    if not variant.isascii():
        return True
    before, rest = text[place - 1 : place], text[place + len(variant) :].removeprefix("s")
    return not _is_letter(before) and not _is_letter(rest[:1])


def _is_letter(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _stem(word: str) -> str:
    # Plural is the only English ending that keeps product names from matching.
    return word[:-1] if len(word) > 3 and word.endswith("s") else word  # noqa: PLR2004

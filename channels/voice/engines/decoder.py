"""Whisper's decoder in NumPy: how likely each next token is, for several texts at a time.

CTranslate2 generates texts of its own choice only. Here the search is ours, so that what customers
say can be weighed in while the sound is still at hand. Arithmetic of Radford et al. (2022), as
CTranslate2 stores it; `tests/speech/test_second_hearing.py` holds it to CTranslate2's own scores.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_SMALL: Final = 1e-5
_HEAD: Final = 64
"""Numbers of an attention head in every size of Whisper."""


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Array
    bias: Array

    def __call__(self, given: Array) -> Array:
        return given @ self.weight + self.bias


@dataclass(frozen=True, slots=True)
class _Norm:
    gamma: Array
    beta: Array

    def __call__(self, given: Array) -> Array:
        centred = given - given.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + _SMALL)
        scaled: Array = centred / spread * self.gamma + self.beta
        return scaled


@dataclass(frozen=True, slots=True)
class _Layer:
    before_self: _Norm
    into_self: _Linear
    out_of_self: _Linear
    before_sound: _Norm
    into_sound: _Linear
    of_sound: _Linear
    out_of_sound: _Linear
    before_wide: _Norm
    wide: _Linear
    narrow: _Linear


@dataclass(frozen=True, slots=True)
class Sound:
    """One encoded utterance, as each layer attends to it: keys and values, (heads, time, 64)."""

    layers: tuple[tuple[Array, Array], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Texts so far, as each layer remembers them: keys and values, (texts, heads, tokens, 64)."""

    layers: tuple[tuple[Array, Array], ...]

    @property
    def length(self) -> int:
        """Tokens of each text."""
        return int(self.layers[0][0].shape[2])

    def chosen(self, which: Sequence[int]) -> Said:
        """Some of the texts, in this order; one may be there several times."""
        at = np.asarray(which)
        return Said(tuple((keys[at], values[at]) for keys, values in self.layers))


class Decoder:
    """The decoder of one model."""

    def __init__(self, weights: Mapping[str, NDArray[Any]], vocabulary: Sequence[int]) -> None:
        """Take the decoder's weights.

        Args:
            weights: As `weights.read` gives them.
            vocabulary: Tokens that may follow; scores are given in this order.
        """
        self._tokens = weights["decoder/embeddings/weight"]
        self._places = weights["decoder/position_encodings/encodings"]
        self._last = _norm(weights, "decoder/layer_norm")
        self._following = np.ascontiguousarray(self._tokens[np.asarray(vocabulary)].T, np.float32)
        count = sum(name.endswith("/ffn/linear_0/weight") and "decoder" in name for name in weights)
        self._layers = [_layer(weights, f"decoder/layer_{at}") for at in range(count)]

    def attend(self, encoded: Array) -> Sound:
        """Prepare one encoded utterance of shape (1, time, width)."""
        parts = []
        for layer in self._layers:
            both = layer.of_sound(encoded[0])
            keys, values = np.split(both, 2, axis=-1)
            parts.append((_heads(keys[None])[0], _heads(values[None])[0]))
        return Sound(tuple(parts))

    def begin(self, sound: Sound, start: Sequence[int]) -> tuple[Array, Said]:
        """One text that begins with these tokens; see `further`."""
        return self._step(sound, None, np.asarray([start]))

    def further(self, sound: Sound, said: Said, tokens: Sequence[int]) -> tuple[Array, Said]:
        """Put one token behind each text.

        Returns:
            Scores of what may follow, before any normalisation, (texts, vocabulary); the texts
            with the tokens.
        """
        return self._step(sound, said, np.asarray(tokens)[:, None])

    def _step(
        self, sound: Sound, said: Said | None, tokens: NDArray[np.int64]
    ) -> tuple[Array, Said]:
        start = said.length if said else 0
        count = tokens.shape[1]
        now = self._tokens[tokens].astype(np.float32) + self._places[start : start + count]
        # A token sees itself and what stands before it; later steps bring one token at a time.
        hidden = np.triu(np.full((count, count), -np.inf, np.float32), 1) if count > 1 else None
        kept = []
        for at, layer in enumerate(self._layers):
            asked, keys, values = map(
                _heads, np.split(layer.into_self(layer.before_self(now)), 3, axis=-1)
            )
            if said is not None:
                keys = np.concatenate([said.layers[at][0], keys], axis=2)
                values = np.concatenate([said.layers[at][1], values], axis=2)
            kept.append((keys, values))
            now = now + layer.out_of_self(_joined(_attended(asked, keys, values, hidden)))
            asked = _heads(layer.into_sound(layer.before_sound(now)))
            now = now + layer.out_of_sound(_joined(_attended(asked, *sound.layers[at], None)))
            now = now + layer.narrow(_gelu(layer.wide(layer.before_wide(now))))
        last = self._last(now[:, -1])
        return last @ self._following, Said(tuple(kept))


def _attended(asked: Array, keys: Array, values: Array, hidden: Array | None) -> Array:
    scores = asked @ np.swapaxes(keys, -1, -2) / math.sqrt(_HEAD)
    if hidden is not None:
        scores = scores + hidden
    scores -= scores.max(-1, keepdims=True)
    shares = np.exp(scores)
    shares /= shares.sum(-1, keepdims=True)
    found: Array = shares @ values
    return found


def _heads(wide: Array) -> Array:
    """(texts, tokens, width) → (texts, heads, tokens, 64)."""
    texts, tokens, width = wide.shape
    return wide.reshape(texts, tokens, width // _HEAD, _HEAD).swapaxes(1, 2)


def _joined(heads: Array) -> Array:
    texts, count, tokens, size = heads.shape
    return heads.swapaxes(1, 2).reshape(texts, tokens, count * size)


def _gelu(given: Array) -> Array:
    """X · Φ(x), the error function by Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    scaled = np.abs(given) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * scaled)
    sum_ = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = np.copysign(1 - sum_ * np.exp(-scaled * scaled), given)
    passed: Array = 0.5 * given * (1 + erf)
    return passed


def _layer(weights: Mapping[str, NDArray[Any]], name: str) -> _Layer:
    return _Layer(
        before_self=_norm(weights, f"{name}/self_attention/layer_norm"),
        into_self=_linear(weights, f"{name}/self_attention/linear_0"),
        out_of_self=_linear(weights, f"{name}/self_attention/linear_1"),
        before_sound=_norm(weights, f"{name}/attention/layer_norm"),
        into_sound=_linear(weights, f"{name}/attention/linear_0"),
        of_sound=_linear(weights, f"{name}/attention/linear_1"),
        out_of_sound=_linear(weights, f"{name}/attention/linear_2"),
        before_wide=_norm(weights, f"{name}/ffn/layer_norm"),
        wide=_linear(weights, f"{name}/ffn/linear_0"),
        narrow=_linear(weights, f"{name}/ffn/linear_1"),
    )


def _linear(weights: Mapping[str, NDArray[Any]], name: str) -> _Linear:
    return _Linear(
        np.ascontiguousarray(weights[f"{name}/weight"].T, np.float32),
        weights[f"{name}/bias"].astype(np.float32),
    )


def _norm(weights: Mapping[str, NDArray[Any]], name: str) -> _Norm:
    return _Norm(
        weights[f"{name}/gamma"].astype(np.float32), weights[f"{name}/beta"].astype(np.float32)
    )

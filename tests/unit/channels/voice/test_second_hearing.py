"""A second hearing: noise taken out, texts searched by sound and by what customers say."""

import struct

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from channels.voice.engines import weights
from channels.voice.engines.cleaner import cleaned
from channels.voice.engines.decoder import Decoder, Said
from channels.voice.engines.search import Search
from channels.voice.engines.signs import Signs, _letters
from channels.voice.wordings import Wordings

SAID = ("把卡锁住", "先帮我把卡锁住", "查一下余额", "余额还有多少", "转五百给妈妈")
WIDTH, VOCABULARY = 128, 11


@pytest.fixture(scope="module")
def signs():
    """Of a tokenizer whose every token is one byte: each character is three tokens."""
    vocabulary = dict(_letters())
    words = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    from_bytes = {byte: letter for letter, byte in _letters().items()}

    class ByBytes:
        id_to_token = staticmethod(words.id_to_token)

        @staticmethod
        def encode(text, add_special_tokens):
            return words.encode("".join(from_bytes[byte] for byte in text.encode()))

    return Signs(ByBytes(), Wordings(SAID).characters + list("鱼鹅走"))


class ByEar:
    """Scores of a sound as a list: for each character, the characters it may be, likeliest first.

    A text is known by the tokens said so far; what fits no longer scores nothing.
    """

    def __init__(self, signs, heard):
        self._signs, self._heard = signs, [*heard, ""]
        self.steps = 0

    def begin(self, sound, start):
        self._said = [b""]
        return self._scores(), Kept(self)

    def further(self, sound, said, tokens):
        self.steps += 1
        by_token = dict(zip(self._signs.ids, self._signs.spells, strict=True))
        self._said = [
            text + by_token[token] for text, token in zip(self._said, tokens, strict=True)
        ]
        return self._scores(), Kept(self)

    def choose(self, which):
        self._said = [self._said[at] for at in which]

    def _scores(self):
        rows = np.full((len(self._said), len(self._signs.ids) + 1), -40.0, np.float32)
        for row, text in zip(rows, self._said, strict=True):
            at, begun = divmod(len(text), 3)
            choices = self._heard[min(at, len(self._heard) - 1)]
            if not choices:
                row[-1] = 0.0
            for place, character in enumerate(choices):
                if character.encode()[:begun] == text[3 * at :]:
                    token = self._signs.spells.index(character.encode()[begun : begun + 1])
                    row[token] = max(row[token], -0.7 * place)
        return rows


class Kept(Said):
    def __init__(self, ear):
        object.__setattr__(self, "layers", ())
        object.__setattr__(self, "_ear", ear)

    __slots__ = ("_ear",)

    def chosen(self, which):
        self._ear.choose(which)
        return self


def texts(signs, heard, most=60):
    found = Search(ByEar(signs, heard), signs, Wordings(SAID * 5)).texts(None, (), most)
    return [path.text for path in found]


def test_of_what_sounds_alike_the_words_of_customers_are_found(signs):
    assert texts(signs, ["查", "一", "下", "鱼余", "鹅额"])[0] == "查一下余额"
    assert texts(signs, ["把", "卡", "走锁", "住"])[0] == "把卡锁住"


def test_what_sounds_quite_different_is_not_made_of_what_was_said(signs):
    assert texts(signs, ["查", "一", "下", "鱼", "鹅"])[0] == "查一下鱼鹅"


def test_further_texts_follow_and_none_comes_twice(signs):
    found = texts(signs, ["把", "卡", "走锁", "住"])
    assert "把卡走住" in found
    assert len(found) == len(set(found))


def test_a_text_that_comes_to_no_end_is_none(signs):
    assert texts(signs, ["把", "卡", "锁", "住"], most=6) == []


def random_weights(layers=2):
    """A decoder of 128 numbers in width with weights from a seed."""
    random = np.random.default_rng(7)
    shapes = {
        "embeddings/weight": (VOCABULARY, WIDTH),
        "position_encodings/encodings": (32, WIDTH),
        "layer_norm/gamma": (WIDTH,),
        "layer_norm/beta": (WIDTH,),
    }
    linears = {
        "self_attention": (3 * WIDTH, WIDTH), "attention": (WIDTH, 2 * WIDTH, WIDTH),
        "ffn": (4 * WIDTH, WIDTH),
    }  # fmt: skip
    for layer in range(layers):
        for part, widths in linears.items():
            name = f"layer_{layer}/{part}"
            shapes |= {f"{name}/layer_norm/{each}": (WIDTH,) for each in ("gamma", "beta")}
            for at, width in enumerate(widths):
                given = 4 * WIDTH if (part, at) == ("ffn", 1) else WIDTH
                shapes[f"{name}/linear_{at}/weight"] = (width, given)
                shapes[f"{name}/linear_{at}/bias"] = (width,)
    return {
        f"decoder/{name}": (random.standard_normal(shape) * 0.3).astype("<f2")
        for name, shape in shapes.items()
    }


@pytest.fixture(scope="module")
def decoder():
    return Decoder(random_weights(), [3, 1, 10])


@pytest.fixture(scope="module")
def sound(decoder):
    encoded = np.random.default_rng(8).standard_normal((1, 20, WIDTH)).astype(np.float32)
    return decoder.attend(encoded)


def test_token_by_token_is_as_all_at_once(decoder, sound):
    whole, _ = decoder.begin(sound, [5, 2, 7, 4])
    _, said = decoder.begin(sound, [5, 2])
    _, said = decoder.further(sound, said, [7])
    last, said = decoder.further(sound, said, [4])
    assert said.length == 4
    assert last == pytest.approx(whole, abs=1e-4)
    assert last.shape == (1, 3)


def test_each_text_keeps_its_own_past(decoder, sound):
    _, said = decoder.begin(sound, [5])
    _, said = decoder.further(sound, said.chosen([0, 0]), [2, 7])
    both, _ = decoder.further(sound, said.chosen([1, 0]), [4, 4])
    for row, past in zip(both, ([5, 7, 4], [5, 2, 4]), strict=True):
        alone, _ = decoder.begin(sound, past)
        assert row == pytest.approx(alone[0], abs=1e-4)


def stored(version, variables):
    def text(name):
        return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"

    out = struct.pack("<I", version) + text("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for name, numbers in variables.items():
        shape = struct.pack(f"<B{numbers.ndim}I", numbers.ndim, *numbers.shape)
        out += text(name) + shape + struct.pack("<BI", 4, numbers.nbytes) + numbers.tobytes()
    return out


def test_a_model_file_gives_its_numbers_by_name(tmp_path):
    given = random_weights(layers=1)
    (tmp_path / "model.bin").write_bytes(stored(6, given))
    read = weights.read(tmp_path / "model.bin")
    assert read.keys() == given.keys()
    assert all(np.array_equal(read[name], numbers) for name, numbers in given.items())


def test_a_model_file_of_another_version_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(stored(7, {}))
    with pytest.raises(ValueError, match="version 7"):
        weights.read(tmp_path / "model.bin")


def test_steady_noise_is_taken_out_and_a_voice_stays():
    at = np.arange(32_000) / 16_000
    voice = np.where((at > 0.5) & (at < 1.5), 0.3 * np.sin(2 * np.pi * 440 * at), 0)
    noise = 0.05 * np.random.default_rng(1).standard_normal(len(at))
    clean = cleaned((voice + noise).astype(np.float32))

    def loudness(sound, start_s, end_s):
        return float(np.sqrt((sound[int(start_s * 16_000) : int(end_s * 16_000)] ** 2).mean()))

    assert len(clean) == len(at)
    assert loudness(clean, 0.1, 0.4) < 0.4 * loudness(noise, 0.1, 0.4)
    assert loudness(clean, 0.7, 1.3) == pytest.approx(loudness(voice, 0.7, 1.3), rel=0.1)


@pytest.mark.parametrize("length", [0, 100, 512, 700])
def test_the_shortest_sounds_and_silence_stay(length):
    assert not cleaned(np.zeros(length, np.float32)).any()
    assert len(cleaned(np.ones(length, np.float32))) == length

"""A second hearing with the real model: its decoder scores as CTranslate2 does, noise is borne."""

from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from channels.bootstrap import load_release
from channels.composition_speech import models_folder, sentences_of
from channels.settings import Settings
from channels.voice.engines import weights
from channels.voice.engines.decoder import Decoder
from channels.voice.engines.guided import Guided
from channels.voice.engines.kokoro import Kokoro
from channels.voice.engines.whisper import Reading, Whisper
from channels.voice.resample import as_float, resample
from evals.bench.voice import Counted, noisy

pytestmark = [pytest.mark.speech, pytest.mark.slow, pytest.mark.timeout(600)]

VOCABULARY, END = 51865, 50257
SAID = ("麻烦把锁住的银行卡恢复使用", "帮我重新评估风险等级", "我想换一下登记的家庭地址")


@pytest.fixture(scope="module")
def folder() -> Path:
    return models_folder(Settings())


@pytest.fixture(scope="module")
def whisper(folder):
    return Whisper(folder / "whisper", threads=2, reading=Reading(least_s=10.0))


@pytest.fixture(scope="module")
def release():
    return load_release(Settings().content_dir)


@pytest.fixture(scope="module")
def lines(folder, release):
    kokoro = Kokoro(folder / "kokoro", release.lexicon.spoken.pronunciations, threads=2)
    spoken = [as_float(kokoro.speak(each, rate=8000)) for each in SAID]
    return [resample(noisy(sound, seed), 8000, 16_000) for seed, sound in enumerate(spoken, 1)]


def test_the_decoder_scores_a_text_as_ctranslate2_does(whisper, folder, lines):
    encoded = whisper.encoded(lines[0])
    start = whisper.start("银行客服。")
    model = ctranslate2.models.Whisper(
        str(folder / "whisper"), device="cpu", compute_type="float32"
    )
    found = model.generate(
        ctranslate2.StorageView.from_array(encoded), [start], beam_size=1, return_scores=True,
        max_length=len(start) + 60, suppress_blank=False, suppress_tokens=[],
    )[0]  # fmt: skip
    decoder = Decoder(weights.read(folder / "whisper/model.bin"), range(VOCABULARY))
    sound = decoder.attend(encoded)
    scores, said = decoder.begin(sound, start)
    total = 0.0
    for token in [*found.sequences_ids[0], END]:
        likely = scores[0] - scores[0].max()
        total += float(likely[token] - np.log(np.exp(likely).sum()))
        scores, said = decoder.further(sound, said, [token])
    assert total / len(found.sequences_ids[0]) == pytest.approx(found.scores[0], abs=0.02)


def test_what_a_noisy_line_hides_is_heard_better_the_second_time(whisper, folder, release, lines):
    guided = Guided(folder / "whisper", whisper, sentences_of(release))
    prompt = release.lexicon.spoken.prompts[0]
    once, twice = Counted(), Counted()
    for meant, line in zip(SAID, lines, strict=True):
        once.add(meant, whisper.recognise(line, prompt).text)
        guesses = guided.guesses(line, prompt)
        twice.add(meant, guesses[0].text)
        assert sum(guess.weight for guess in guesses) == pytest.approx(1)
    assert twice.errors <= once.errors


def test_silence_is_heard_a_second_time_without_a_fault(whisper, folder, release):
    guided = Guided(folder / "whisper", whisper, sentences_of(release))
    for sound in (np.zeros(0, np.float32), np.zeros(16_000, np.float32)):
        assert all(0 <= guess.weight <= 1 for guess in guided.guesses(sound, ""))

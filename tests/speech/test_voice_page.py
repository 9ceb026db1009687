"""The call page in a browser whose microphone is a recording, with the engines really started."""

import os
import wave
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from channels.bootstrap import load_release
from channels.composition_speech import models_folder
from channels.settings import Settings
from channels.voice.engines.kokoro import Kokoro
from tests.e2e.processes import assistant, free_port, prepare
from tests.e2e.test_browser import CHROMIUM, FLAGS

pytestmark = [pytest.mark.speech, pytest.mark.slow, pytest.mark.timeout(1200)]

RATE = 16_000
BEFORE_S, AFTER_S = 40, 200
"""Silence around the sentence: the browser plays the recording from the start of the call."""
WAIT_MS = 300_000
PICTURE = os.environ.get("GUITAI_VOICE_PICTURE")


@pytest.fixture
def microphone(tmp_path):
    settings = Settings()
    words = load_release(settings.content_dir).lexicon.spoken
    kokoro = Kokoro(models_folder(settings) / "kokoro", words.pronunciations, threads=2)
    said = kokoro.speak("借记卡挂失怎么办理？", rate=RATE, voice="zm_yunxi")
    file = tmp_path / "microphone.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(2 * RATE * BEFORE_S) + said + bytes(2 * RATE * AFTER_S))
    return file


@pytest.fixture
def site(tmp_path):
    settings = Settings()
    folder = tmp_path / "data"
    folder.mkdir()
    prepare(folder, settings.data_dir)
    served = assistant(
        folder,
        free_port(),
        "--with-sandbox",
        GUITAI_SPEECH_MODELS=str(models_folder(settings).resolve()),
        GUITAI_SPEECH_DEADLINE_S="60",
        GUITAI_SPEECH_PROMPTS="false",
    )
    try:
        yield served.start()
    finally:
        served.stop()


def test_a_question_spoken_into_the_page_is_answered_in_writing_and_by_voice(site, microphone):
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{site.url}/voice")
        page.locator("button.call").click()
        said = page.locator("li.customer .text")
        expect(said.first).to_contain_text("挂失", timeout=WAIT_MS)
        answer = page.locator("li:not(.customer) .text").nth(1)
        expect(answer).to_contain_text("挂失", timeout=WAIT_MS)
        if PICTURE:
            page.screenshot(path=Path(PICTURE))
        page.locator("button.call").click()
        browser.close()
    assert faults == []

"""The converted model is kept, is checked, and means what the bundled one means."""

import json

import numpy as np
import pytest

from knowledge.e5.engine import BundledEngine, bundled_weights

pytestmark = [
    pytest.mark.slow,
    # Deprecations inside onnx and onnxruntime are theirs to mend.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def engine(folder):
    return BundledEngine(bundled_weights(), folder)


def test_a_text_means_the_same_whoever_is_asked_with_it(engine):
    alone = engine.encode(["query: 挂失要收费吗"])
    among = engine.encode(["query: 三年定期利率", "query: 挂失要收费吗", "query: " + "转账" * 90])
    assert np.array_equal(alone[0], among[1])


def test_a_text_longer_than_one_pass_is_read_to_its_end(engine):
    start = "passage: " + "利率。" * 300
    one, two = engine.encode([start + "挂失不收费。" * 100, start + "天气晴朗。" * 100])
    assert one @ two < 0.999
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)


def test_a_second_start_reads_what_was_converted(engine, folder):
    before = (folder / "encoder.onnx").stat().st_mtime_ns
    again = BundledEngine(bundled_weights(), folder)
    assert (folder / "encoder.onnx").stat().st_mtime_ns == before
    text = ["query: 查余额"]
    assert np.array_equal(again.encode(text), engine.encode(text))


def test_a_damaged_graph_is_converted_again(engine, folder):
    content = bytearray((folder / "encoder.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "encoder.onnx").write_bytes(content)
    text = ["query: 查余额"]
    repaired = BundledEngine(bundled_weights(), folder).encode(text)
    assert np.array_equal(repaired, engine.encode(text))
    manifest = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    assert manifest["recipe"]

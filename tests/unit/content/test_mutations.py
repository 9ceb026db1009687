"""Whatever happens to a file, the loader answers with lines that name file and line."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ContentError
from knowledge.check import check
from knowledge.loader import load
from tests.unit.content.packs import CAFE, PACK, write

NAMED = re.compile(r"[^:\n]+\.(yml|md):[1-9]\d*: [^\n]+")
LOCATED = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CAFE_FILES = {
    path.relative_to(CAFE).as_posix(): path.read_text(encoding="utf-8")
    for path in CAFE.rglob("*.yml")
}
SNIPPETS = st.sampled_from([
    "", " ", "\n", "  ", "- ", ":", ": ", "[", "]", "{", "}", "{{", "{%", "&a ", "*a", "!!str ",
    "'", '"', "#", "|", ">", "null", "true", "no", "END", "-1", "0.5", "1e400", "slots.", "(", "\t",
    "\x00", "\ufeff", "\u2028", "é", "\U0001f600", "utter_", "9" * 30, "((((((((((", "not " * 90,
    "<<: *a", "---\n", "...\n", "%YAML 1.1\n", "\\ud800", "? ", "2026-02-30",
])  # fmt: skip


def problems_of(pack):
    try:
        load(pack, defaults=None)
    except ContentError as error:
        return error.problems or ("an error without problems",)
    return ()


def only_content_errors(files):
    with tempfile.TemporaryDirectory() as folder:
        pack = write(Path(folder), files)
        for line in problems_of(pack):
            assert NAMED.fullmatch(line), line
        for finding in check(pack, defaults=None):
            assert finding.line >= 1
            assert finding.file


@st.composite
def mutated(draw, files):
    name = draw(st.sampled_from(sorted(files)))
    text = files[name]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 2, 8, 40]))
        text = text[:start] + draw(SNIPPETS) + text[start + length :]
    return {**files, name: text}


@st.composite
def moved_lines(draw, files):
    name = draw(st.sampled_from(sorted(files)))
    lines = files[name].splitlines(keepends=True)
    taken = lines.pop(draw(st.integers(0, len(lines) - 1)))
    copies = draw(st.integers(0, 2))
    at = draw(st.integers(0, len(lines)))
    lines[at:at] = [draw(st.sampled_from(["", "  ", "    "])) + taken] * copies
    return {**files, name: "".join(lines)}


@LOCATED
@given(mutated(PACK))
def test_damaged_text_in_a_bank_pack_is_reported_with_file_and_line(files):
    only_content_errors(files)


@LOCATED
@given(mutated(CAFE_FILES))
def test_damaged_text_in_a_rasa_pack_is_reported_with_file_and_line(files):
    only_content_errors(files)


@LOCATED
@given(moved_lines(PACK))
def test_lines_in_the_wrong_place_are_reported_with_file_and_line(files):
    only_content_errors(files)


@LOCATED
@given(moved_lines(CAFE_FILES))
def test_lines_of_a_rasa_pack_in_the_wrong_place_are_reported(files):
    only_content_errors(files)


@LOCATED
@given(st.sampled_from(sorted(PACK)), st.binary(max_size=200))
def test_bytes_that_are_no_text_are_reported_with_file_and_line(name, data):
    only_content_errors({**PACK, name: data})


@pytest.mark.parametrize(
    "text", ["(" * 390, "not " * 99, "{" * 399, "slots.a = " * 39, "(" * 195 + "1" + ")" * 195]
)
def test_a_condition_of_absurd_depth_is_reported(text):
    flow = f"flows: {{a: {{description: d, if: '{text}', steps: [{{noop: true, next: END}}]}}}}"
    only_content_errors({**PACK, "flows/a.yml": flow})

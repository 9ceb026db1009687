"""The name a customer gives: alone, however it is introduced."""

import pytest

from assistant.model.release import SlotDefinition
from assistant.understanding.normalise import normalise
from assistant.understanding.slots import whole_answer

NAME = SlotDefinition(name="step_up_name", kind="name")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("林晓", "林晓"),
        ("我叫林晓", "林晓"),
        ("我的名字是林曉。", "林晓"),
        ("姓名：林晓", "林晓"),
        ("My name is Mary Chen", "Mary Chen"),
        ("叶是非", "叶是非"),
    ],
)
def test_a_name_is_taken_without_what_introduces_it(said, name):
    message = normalise(said, {})
    assert whole_answer(NAME, message, said).value == name

"""Conditions as Rasa projects write them."""

import pytest

from knowledge.content_conditions import plain_condition


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("'{{context.reason}}' = 'x'", "context.reason = 'x'"),
        ('"{{ context.info.kind }}" = "x"', 'context.info.kind = "x"'),
        ("{{slots.a}} > 3", "slots.a > 3"),
        (
            "'{{context.reason}}' = 'cannot_handle_chitchat'",
            "context.rasa_reason = 'cannot_handle_chitchat'",
        ),
        ("slots.text contains '{{'", "slots.text contains '{{'"),
    ],
)
def test_a_jinja_mark_in_a_condition_is_a_name(written, plain):
    assert plain_condition(written) == plain

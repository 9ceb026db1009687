"""The judge of a run over the fake WeChat platform, by the record alone."""

from __future__ import annotations

import pytest

from evals.wechat.judge import Asked, judge

ONE = Asked("service", "o-1", "年费怎么收", "年费：")
RECAP = "刚才有消息"


def record(*tries, told=()):
    entries = [{"kind": "said", "at": 0.0, "openid": "o-1", "text": ONE.text}]
    entries += [{"kind": "pushed", "openid": "o-1", "fault": fault} for fault in tries]
    for text, via in told:
        entries.append({"kind": "shown", "at": 1.0, "openid": "o-1", "text": text, "via": via})
    return entries


@pytest.mark.parametrize(
    ("tries", "told", "seen"),
    [
        ((None,), [("年费：10元", "passive")], (1, 0, 0, 0)),
        (("cut", "cut", "cut"), [("暂时无法提供服务", "platform")], (0, 0, 1, 0)),
        (("cut", "deaf", "cut"), [("暂时无法提供服务", "platform")], (0, 1, 0, 0)),
        ((None,), [], (0, 1, 0, 0)),
        ((None,), [("年费：10元", "passive"), ("年费：10元", "custom")], (0, 0, 0, 1)),
    ],
)
def test_what_counts_as_what(tries, told, seen):
    found = judge(record(*tries, told=told), [ONE], RECAP)
    assert (found.answered_once, found.lost, found.never_arrived, found.doubled) == seen
    assert found.is_good is (seen[1] == seen[3] == 0)

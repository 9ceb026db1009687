"""Replies as they are said: what stands in a reply, and what the caller hears."""

import random
import re
from decimal import Decimal

import pytest

from assistant.model.numerals import read_chinese
from channels.bootstrap import load_release
from channels.settings import sample_pack
from channels.voice import numbers
from channels.voice.speakable import clauses, spoken


@pytest.fixture(scope="module")
def words():
    return load_release(sample_pack()).lexicon.spoken


SAID = [
    ("￥12,345.67", "一万二千三百四十五元六角七分"),
    ("¥12,345.67", "一万二千三百四十五元六角七分"),
    ("￥12345.67元", "一万二千三百四十五元六角七分"),
    ("12345.67元", "一万二千三百四十五元六角七分"),
    ("12345.05元", "一万二千三百四十五元零五分"),
    ("0.01元", "一分"),
    ("0.50元", "五角"),
    ("6.00元", "六元"),
    ("0元", "零元"),
    ("2元", "两元"),
    ("2000元", "两千元"),
    ("10010元", "一万零一十元"),
    ("1.5万元", "一点五万元"),
    ("5-10万元", "五到十万元"),
    ("1,000.00", "一千"),
    ("100000", "十万"),
    ("$100", "一百美元"),
    ("HK$1,000.00", "一千港元"),
    ("6222021234567890123", "零幺二三"),
    ("回执号 HY20261122-008125。", "回执号诶尺歪二零二六、幺幺二二、零零八、幺二五。"),
    ("2026-11-12 -697.00元", "二零二六年十一月十二日负六百九十七元"),
    ("请打热线，95588", "请打热线，九五五八八"),
    ("共95,588.00元", "共九万五千五百八十八元"),
    ("6222 0212 3456 7890 123", "零幺二三"),
    ("11010119900307123X", ""),
    ("110101199003071234", ""),
    ("138****1001", "尾号幺零零幺"),
    ("尾号8866", "尾号八八六六"),
    ("验证码246810", "验证码二四六、八幺零"),
    ("工单号A10023", "工单号诶幺零零二三"),
    ("95588", "九五五八八"),
    ("010-95588", "零幺零、九五五八八"),
    ("400-820-8888", "四零零、八二零、八八八八"),
    ("13800001001", "幺三八、零零零零、幺零零幺"),
    ("2026-09-01", "二零二六年九月一日"),
    ("2026/9/1", "二零二六年九月一日"),
    ("2026年9月1日", "二零二六年九月一日"),
    ("15:30", "十五点三十分"),
    ("10:05", "十点零五分"),
    ("9:00-17:00", "九点到十七点"),
    ("1.25%", "百分之一点二五"),
    ("-2.5%", "百分之负二点五"),
    ("3%-5%", "百分之三到百分之五"),
    ("3%~5%", "百分之三到百分之五"),
    ("0.6‰", "千分之零点六"),
    ("1-3年", "一到三年"),
    ("T+1", "提加一"),
    ("5w", "五万"),
    ("7*24小时", "七乘二十四小时"),
    ("1/3", "三分之一"),
    ("2个工作日", "两个工作日"),
    ("第2期", "第二期"),
    ("3.5折", "三点五折"),
    ("50万", "五十万"),
    ("APP", "诶批批"),
    ("LPR加25BP", "艾勒批阿尔加二十五基点"),
    ("R2", "阿尔二"),
    ("U盾", "优盾"),
    ("Ⅱ类户", "二类户"),
    ("详见 https://bank.example/a?b=1 。", "详见。"),
    ("我还您500元", "我归还您五百元"),
]


@pytest.mark.parametrize(("written", "said"), SAID)
def test_a_trap_of_written_numbers_is_said_as_people_say_it(words, written, said):
    assert spoken(written, words) == said


def test_no_digit_and_no_latin_letter_of_any_reply_reaches_the_synthesiser(words):
    release = load_release(sample_pack())
    texts = [v.text.get("zh-Hans", "") for each in release.responses.values() for v in each]
    assert len(texts) > 100
    for text in texts:
        said = spoken(re.sub(r"\{[^}]*\}", "12,480.55元", text), words)
        assert not re.search(r"[0-9A-Za-z]", said), text


def test_every_amount_said_is_read_back_as_the_same_amount():
    rng = random.Random(7)
    for _ in range(2000):
        whole = rng.choice([rng.randrange(10**n) for n in range(1, 10)])
        assert read_chinese(numbers.cardinal(str(whole))) == Decimal(whole)


def test_a_long_reply_is_cut_at_its_pauses_and_a_short_piece_joins_the_one_before():
    pieces = clauses("您好，尾号八八六六的卡，余额是一万元。好的。请问还需要什么？")
    assert pieces == [
        "您好，",
        "尾号八八六六的卡，",
        "余额是一万元。好的。",
        "请问还需要什么？",
    ]


def test_no_clause_is_longer_than_the_synthesiser_takes():
    pieces = clauses("甲、" * 200)
    assert "".join(pieces) == "甲、" * 200
    assert max(map(len, pieces)) <= 60

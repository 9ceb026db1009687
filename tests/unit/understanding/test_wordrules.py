"""What words alone decide: whole messages, words inside, and what excludes them."""

import pytest

from assistant.model.release import Lexicon, Wordlist
from assistant.understanding.normalise import normalise
from assistant.understanding.wordrules import WordRules

RULES = WordRules(
    Lexicon(
        commands={
            "affirm": Wordlist(exact=frozenset({"好", "好的", "嗯", "yes", "yes please"})),
            "deny": Wordlist(exact=frozenset({"不", "不要", "no"})),
            "cancel": Wordlist(exact=frozenset({"算了"}), contains=("不办了", "cancel")),
            "wait": Wordlist(contains=("等一下",)),
            "greet": Wordlist(exact=frozenset({"你好啊", "hi"})),
            "human_handoff": Wordlist(
                contains=("转人工", "agent"), excluded=("人工费", "travel agent")
            ),
            "fillers": Wordlist(contains=("嗯", "那个", "啊")),
            "politeness": Wordlist(contains=("谢谢", "please")),
            "question": Wordlist(contains=("吗", "多少")),
        }
    )
)


def message(text):
    return normalise(text, {})


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("好的", "affirm"),
        ("好的！", "affirm"),
        ("嗯，好的", "affirm"),
        ("那个……好的，谢谢", "affirm"),
        ("嗯", "affirm"),
        ("YES", "affirm"),
        ("Yes, please.", "affirm"),
        ("no", "deny"),
        ("不要啊", "deny"),
        ("算了", "cancel"),
        ("你好啊", "greet"),
    ],
)
def test_a_whole_message_stands_for_a_command(text, command):
    assert RULES.whole(message(text)) == command


@pytest.mark.parametrize("text", ["好的，改成600", "不好", "yes but 600", "", "？", "好的卡在哪"])
def test_a_message_with_more_in_it_is_no_plain_yes_or_no(text):
    assert RULES.whole(message(text)) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("我要转人工！", "human_handoff"),
        ("这个不办了吧", "cancel"),
        ("等一下", "wait"),
        ("please cancel that", "cancel"),
        ("不办了，转人工", "human_handoff"),
    ],
)
def test_a_word_inside_decides(text, command):
    assert RULES.inside(message(text)) == command


def test_a_word_to_wait_decides_only_a_short_message():
    assert RULES.inside(message("等一下我想先问问这张卡的手续费")) is None


def test_english_words_are_whole_words():
    assert not RULES.mentions("human_handoff", "agents are here")
    assert RULES.mentions("human_handoff", "an agent, please")


def test_an_excluded_phrase_decides_nothing_but_hides_no_other_wish():
    assert not RULES.mentions("human_handoff", "a travel agent called")
    assert RULES.mentions("human_handoff", "a travel agent called, get me an agent")


def test_after_tells_where_the_last_word_ends():
    assert RULES.after("question", "多少钱吗好") == 4
    assert RULES.after("question", "好") is None


def test_a_list_the_bank_did_not_write_never_matches():
    empty = WordRules(Lexicon())
    assert empty.whole(message("好的")) is None
    assert empty.inside(message("转人工")) is None
    assert empty.bare("好的") == "好的"

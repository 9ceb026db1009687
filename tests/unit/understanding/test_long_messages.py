"""A long message costs little, whatever it is made of: no reader goes over all of it for each part.

Processor time, not the clock: other work on the machine does not count. The readers took 0.9 to
2.4 s for some of these while one of them was quadratic; they take 0.02 to 0.15 s.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.model.personal import hide_personal
from assistant.model.release import Lexicon, Wordlist
from assistant.understanding.masking import mask
from assistant.understanding.normalise import normalise
from assistant.understanding.plan_cut import pieces
from assistant.understanding.values.extract import Wanted, extract
from assistant.understanding.wordrules import WordRules
from tests.unit.understanding.reading import LEXICON, TODAY

LENGTH = 4000
MOST_CPU_S = 0.7
WORDS = {
    "affirm": Wordlist(exact={"是", "好的"}),
    "plan_lead": Wordlist(contains=("麻烦", "帮我", "先", "请")),
    "plan_verbs": Wordlist(contains=("转", "给", "查", "锁", "还"), excluded=("转账记录",)),
    "plan_verb_cut": Wordlist(contains=("转", "给", "查", "锁")),
    "plan_next": Wordlist(contains=("然后", "另外")),
    "plan_with": Wordlist(contains=("和",)),
}
RULES = WordRules(Lexicon(commands=WORDS, relations=LEXICON.relations))
UNITS = (
    *("给妈妈转50块", "2026年11月", "上上上个", "11/11/11/", "1,", "1.1.1.1-", "壹拾零"),
    *(
        "1 2-3,",
        "1+1*",
        "6222-0202-",
        "1380000100 ",
        "是，",
        "好的和",
        "a.b@",
        "就完",
        "先麻烦",
        "x",
    ),
    "100到",
)


@pytest.fixture(autouse=True, scope="module")
def warm():
    """Dictionaries load with the first text, which is no cost of a long one."""
    cost("好的")


def cost(text):
    """Processor time of every reader of words, seconds."""
    started = time.process_time()
    hide_personal(text)
    message = normalise(text, {})
    RULES.whole(message)
    pieces(message, RULES)
    for moves_money in (True, False):
        extract(message, Wanted(None, moves_money, TODAY), LEXICON)
    mask(message, LEXICON, TODAY)
    return time.process_time() - started


@pytest.mark.parametrize("unit", UNITS)
def test_four_thousand_characters_of_one_kind_cost_little(unit):
    assert cost((unit * LENGTH)[:LENGTH]) < MOST_CPU_S


@settings(max_examples=4, deadline=None)
@given(st.lists(st.sampled_from(UNITS), min_size=2, max_size=6))
def test_four_thousand_characters_of_any_mixture_cost_little(units):
    unit = "".join(units)
    assert cost((unit * LENGTH)[:LENGTH]) < MOST_CPU_S

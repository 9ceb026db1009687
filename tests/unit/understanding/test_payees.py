"""Who the money goes to, as the customer calls them."""

import pytest

from tests.unit.understanding.reading import all_values, values


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("给妈妈转500", "妈妈"),
        ("转500给林秀芳", "林秀芳"),
        ("转500块给我妈妈", "妈妈"),
        ("向吴建国汇款1000元", "吴建国"),
        ("收款人是孙丽", "孙丽"),
        ("收款人改成老妈", "老妈"),
        ("打钱给女儿吧", "女儿"),
        ("往林秀芳的账户打300", "林秀芳"),
        ("轉帳給媽媽", "妈妈"),
        ("妈妈", "妈妈"),
        ("send 500 to John Smith", "john smith"),
        ("transfer 200 yuan to my mum.", "mum"),
        ("pay mary ¥50", "mary"),
    ],
)
def test_a_payee_is_found_where_people_put_it(text, who):
    assert values(text, "payee") == [who]


@pytest.mark.parametrize(
    "text", ["转五百块钱", "给我转500", "给他转100", "转账", "send 500", "查余额"]
)
def test_nobody_in_particular_is_no_payee(text):
    assert values(text, "payee") == []


@pytest.mark.parametrize(
    ("text", "who"),
    [("林秀芳", "林秀芳"), ("给妈妈", "妈妈"), ("转给老妈吧", "老妈"), ("to Ana", "ana")],
)
def test_a_short_answer_is_a_name_when_the_payee_was_asked_for(text, who):
    assert values(text, "payee", asked="payee") == [who]


@pytest.mark.parametrize("text", ["我", "他", "别人"])
def test_a_pronoun_answers_no_question_for_a_payee(text):
    assert values(text, "payee", asked="payee") == []


def test_amount_and_payee_of_one_sentence_do_not_touch():
    found = all_values("我要给老妈汇五百块")
    assert [(each.kind, each.value) for each in found] == [("payee", "老妈"), ("amount", "500.00")]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("转给我妈妈五百", "妈妈"),
        ("帮我转1000到孙丽", "孙丽"),
        ("transfer 5 yuan to ana and lock my card", "ana"),
    ],
)
def test_a_payee_is_found_in_harder_places(text, who):
    assert values(text, "payee") == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("不，是王芳，转800", "王芳"),
        ("不是李四是王芳", "王芳"),
        ("唔系，系王芳", "王芳"),
        ("李四 500", "李四"),
        ("j. smith", "j. smith"),
        ("8899", "8899"),
    ],
)
def test_a_payee_asked_for_is_found_among_other_words(text, who):
    assert values(text, "payee", asked="payee") == [who]


@pytest.mark.parametrize("text", ["那个…等等，改成明天", "不是", "等一下", "为什么"])
def test_hesitating_names_nobody(text):
    assert values(text, "payee", asked="payee") == []

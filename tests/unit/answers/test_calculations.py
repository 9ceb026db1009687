"""Calculations of the sample bank, asked for in words; results against independent sums."""

from decimal import Decimal

import pytest

from assistant.model.events import Abstained
from tests.unit.answers.desk import bank_release, desk


@pytest.mark.parametrize(
    ("words", "results"),
    [
        ("存5万三年利息多少", ["1,950.00元", "51,950.00元"]),
        ("我有十万块定存一年能拿多少利息？", ["1,000.00元"]),
        ("算一下3万块存半年有多少利息", ["127.50元"]),
        ("大额存单30万三年利息多少", ["13,050.00元"]),
        ("每个月存2000，存一年零存整取到期多少钱", ["84.50元", "24,084.50元"]),
        ("七天通知存款10万存60天利息多少", ["50.00元"]),
        ("信用卡6000分12期每期手续费多少", ["36.00元", "432.00元", "13.03%"]),
        ("账单一万二分24期一个月要还多少", ["569.60元", "1,670.40元", "12.84%"]),
        ("房贷100万30年月供多少", ["4,243.05元"]),
        ("房贷利率3.05%，贷80万，20年，等额本金首月还多少", ["5,366.67元", "245,016.67元"]),
        ("柜台跨行转账8万手续费多少", ["24.00元"]),
        ("去柜台转20万到别的银行收多少钱", ["50.00元"]),
        ("柜台跨行转账5000元手续费多少", ["5.00元"]),
        ("去年12月存5万一年利息是多少", ["550.00元", "2025-12-31"]),
        ("信用卡分期提前结清，剩余本金3000元，违约金多少", ["30.00元"]),
    ],
)
async def test_the_result_is_told_with_formula_inputs_and_source(words, results):
    talk = desk()
    said = await talk.text(words)
    assert all(result in said for result in results), said
    assert "估算" in said
    kinds = {one.basis for one in talk.answered.proof}
    assert "customer" in kinds


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("存5萬三年利息多少", "1,950.00元"),
        ("how much interest would I get on 50000 yuan deposited for three years", "CNY 1,950.00"),
        ("What would the interest be if I deposit RMB 100,000 for one year?", "CNY 1,000.00"),
    ],
)
async def test_it_is_worked_out_in_every_language(words, result):
    assert result in await desk().text(words)


async def test_what_is_missing_is_asked_one_question_at_a_time():
    talk = desk()
    assert "多少钱" in await talk.text("帮我算一下定期利息")
    assert "多久" in await talk.text("五万")
    assert "1,950.00元" in await talk.text("三年")


async def test_interest_over_a_time_asks_for_the_amount_and_a_rate_does_not():
    talk = desk()
    assert "多少钱" in await talk.text("存三年定期多少利息")
    assert "1,950.00元" in await talk.text("五万")
    other = desk()
    await other.text("三年定期利率多少")
    assert other.calculated is None


async def test_an_answer_may_bring_another_value_with_it():
    talk = desk()
    await talk.say("帮我算一下定期利息")
    assert "1,000.00元" in await talk.text("10万存一年")


async def test_a_later_message_changes_one_value_and_keeps_the_rest():
    talk = desk()
    await talk.say("存5万三年利息多少")
    assert "500.00元" in await talk.text("那一年呢")
    assert "1,000.00元" in await talk.text("换成10万")


async def test_a_term_the_table_does_not_have_is_not_estimated():
    talk = desk()
    said = await talk.text("存5万18个月利息多少")
    assert "18个月" in said
    assert "资产负债部" in said
    assert "%" not in said
    assert talk.answered is None


async def test_without_a_price_table_no_exchange_is_worked_out():
    talk = desk()
    said = await talk.text("1000美元能换多少人民币")
    assert "国际业务部" in said
    assert talk.answered is None


async def test_a_value_that_makes_no_sense_twice_ends_in_an_honest_no():
    talk = desk()
    await talk.say("帮我算一下存5万定期的利息")
    assert "多久" in await talk.text("五百年")
    await talk.say("五百年")
    assert talk._last(Abstained).reason == "value_not_given"


async def test_something_else_is_no_value_of_a_calculation():
    talk = desk()
    await talk.say("帮我算一下定期利息")
    await talk.say("大额存单能转让吗")
    assert talk._last(Abstained).question == "大额存单能转让吗"


async def test_another_product_does_not_carry_the_calculation_on():
    talk = desk()
    await talk.say("存5万三年利息多少")
    await talk.say("那五年期的大额存单利率呢")
    assert talk.calculated.turn == 1


async def test_a_rate_question_without_an_amount_is_left_to_the_documents():
    talk = desk()
    await talk.say("三年定期利率是多少")
    assert talk.calculated is None


async def test_the_figure_of_the_rate_is_bound_to_the_cited_row():
    talk = desk()
    [reply] = await talk.say("存5万三年利息多少")
    rate = next(one for one in talk.answered.proof if one.text == "1.30%")
    cited = next(one for one in reply.citations if one.sentence_hash == rate.sentence_hash)
    assert rate.basis == "sentence"
    assert cited.quote[rate.start : rate.end] == "1.30%"


def test_no_number_of_the_pack_passes_through_binary_fractions():
    for calculator in bank_release().calculators.values():
        names = {one.name: Decimal(7) for one in calculator.inputs}
        for step, formula in calculator.steps:
            names[step] = formula.value(names)
            assert isinstance(names[step], Decimal)

"""A citation's link opens a page at the sentence; colleagues search the same documents."""

import pytest

from assistant.model.evidence import anchor_of
from tests.e2e.scripted_assistant import ROW, SENTENCE
from tests.e2e.test_http_surroundings import colleague

LINK = "/v1/documents/debit-card-loss?version=2026-09-01"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_a_browser_gets_a_page_in_which_every_sentence_has_its_name(http):
    page = await http.get(LINK, headers={"Accept": BROWSER})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "Accept" in page.headers["vary"]
    assert f'<span id="{anchor_of(SENTENCE)}">拨打&lt;电话&gt;。</span>' in page.text
    assert f'<tr id="{anchor_of(ROW)}"><td>夜间</td><td>24小时</td></tr>' in page.text
    assert "<th>时间</th>" in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("accept", ["application/json", "*/*", "", "application/json, text/html"])
async def test_everybody_else_gets_json(http, accept):
    answer = await http.get(LINK, headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["document_id"] == "debit-card-loss"


async def test_a_page_that_is_not_there_is_a_problem_for_a_browser_too(http):
    answer = await http.get("/v1/documents/nothing", headers={"Accept": BROWSER})
    assert answer.status_code == 404


async def test_a_colleague_finds_ranked_passages_with_links_to_the_sentence(http):
    headers = await colleague(http, "李静")
    found = (await http.get("/v1/staff/search?q=挂失&on=2026-10-01", headers=headers)).json()
    assert found["as_of"] == "2026-10-01"
    [passage] = found["passages"]
    assert passage["owner"] == "个人金融部"
    assert passage["sentences"][0]["url"] == f"{LINK}#{anchor_of(SENTENCE)}"


async def test_only_colleagues_search(http, token_for):
    assert (await http.get("/v1/staff/search?q=挂失")).status_code == 401
    answer = await http.get("/v1/staff/search?q=挂失", headers=await token_for())
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["q=", "q=a&limit=0", "q=a&on=gestern", f"q={'x' * 501}"])
async def test_a_search_that_makes_no_sense_is_refused(http, query):
    headers = await colleague(http, "李静")
    assert (await http.get(f"/v1/staff/search?{query}", headers=headers)).status_code == 422


async def test_the_search_page_is_served(http):
    assert (await http.get("/search")).status_code in {200, 503}

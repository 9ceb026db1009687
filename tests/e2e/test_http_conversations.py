"""Conversations over HTTP: whose they are, what is taken, what is repeated."""

from datetime import timedelta

import jwt
import pytest

from channels.settings import Settings

NOT_FOUND = "conversation.not_found"


async def opened(http, headers=None):
    answer = await http.post("/v1/conversations", json={"locale": "zh-Hans"}, headers=headers)
    assert answer.status_code == 201
    return f"/v1/conversations/{answer.json()['conversation_id']}"


def is_problem(answer, status, code):
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["title"]
    return True


async def test_a_visitor_gets_a_turn(http):
    path = await opened(http)
    answer = await http.post(f"{path}/messages", json={"message_id": "m-1", "text": "flow"})
    turn = answer.json()
    assert answer.status_code == 200
    assert (turn["turn"], turn["level"]) == (1, 0)
    assert turn["replies"][0]["text"] == "echo flow"
    assert turn["events"] == [{"type": "flow_started", "flow": "lock_card"}]


async def test_a_conversation_opens_without_a_body(http):
    assert (await http.post("/v1/conversations")).status_code == 201


async def test_a_repeated_message_id_gets_the_same_turn_and_changes_nothing(http):
    path = await opened(http)
    body = {"message_id": "m-1", "text": "hello"}
    first = await http.post(f"{path}/messages", json=body)
    again = await http.post(f"{path}/messages", json=body)
    assert again.json() == first.json()
    assert len((await http.get(path)).json()["frames"]) == 3


async def test_the_customer_comes_from_the_token(http, token_for, service):
    headers = await token_for("C1001", 4)
    path = await opened(http, headers)
    answer = await http.post(
        f"{path}/messages", json={"message_id": "m-1", "button": "/affirm"}, headers=headers
    )
    assert answer.json()["level"] == 4
    sign_in = service.assistant.calls[0].sign_in
    assert (sign_in.customer_id, sign_in.level) == ("C1001", 4)


async def test_somebody_elses_conversation_looks_like_one_that_does_not_exist(http, token_for):
    path = await opened(http, await token_for("C1001"))
    other = await token_for("C1002")
    message = {"message_id": "m-1", "text": "hello"}
    theirs = await http.post(f"{path}/messages", json=message, headers=other)
    unknown = await http.post("/v1/conversations/c_none/messages", json=message, headers=other)
    visitor = await http.get(path)
    assert is_problem(theirs, 404, NOT_FOUND)
    assert theirs.json() == unknown.json() == visitor.json()
    assert is_problem(await http.get(path, headers=other), 404, NOT_FOUND)
    rating = await http.post(f"{path}/feedback", json={"rating": 1}, headers=other)
    assert is_problem(rating, 404, NOT_FOUND)


async def test_the_timeline_is_gap_free(http):
    path = await opened(http)
    for number in range(3):
        await http.post(f"{path}/messages", json={"message_id": f"m-{number}", "text": "flow"})
    timeline = (await http.get(path)).json()
    assert [frame["seq"] for frame in timeline["frames"]] == list(range(1, 16))
    assert timeline["head_seq"] == 15
    assert timeline["frames"][2]["body"] == {"type": "hidden"}


async def test_feedback_is_kept(http, service):
    path = await opened(http)
    answer = await http.post(f"{path}/feedback", json={"turn": 1, "rating": -1, "reason": "r"})
    assert answer.status_code == 204
    stored = await service.assistant.conversations.store.load(path.rpartition("/")[2])
    assert stored[-1].event.type == "feedback_given"


@pytest.mark.parametrize(
    "body",
    [
        {"message_id": "m-1"},
        {"message_id": "m-1", "text": "a", "button": "/affirm"},
        {"message_id": "", "text": "a"},
        {"message_id": "m" * 129, "text": "a"},
        {"message_id": "m 1", "text": "a"},
        {"message_id": "消息-1", "text": "a"},
        {"message_id": "m-1\n", "text": "a"},
        {"message_id": 1, "text": "a"},
        {"text": "a"},
        {"message_id": "m-1", "text": "a", "customer_id": "C1002"},
        {"message_id": "m-1", "text": 5},
        {"message_id": "m-1", "button": ""},
        {"message_id": "m-1", "button": "/" + "a" * 1000},
        [],
        "text",
        None,
    ],
)
async def test_a_body_of_another_shape_is_refused(http, service, body):
    path = await opened(http)
    answer = await http.post(f"{path}/messages", json=body)
    assert is_problem(answer, 422, "request.invalid")
    assert service.assistant.calls == []


async def test_a_refused_field_is_told_with_the_rule_it_breaks(http):
    path = await opened(http)
    answer = await http.post(f"{path}/messages", json={"message_id": "消息-1", "text": "a"})
    (error,) = answer.json()["errors"]
    rule = "pattern ^[A-Za-z0-9._:-]{1,128}$"
    assert error == {"field": "message_id", "message": f"string_pattern_mismatch: {rule}"}


async def test_a_lone_surrogate_is_refused(http):
    path = await opened(http)
    answer = await http.post(
        f"{path}/messages",
        content=b'{"message_id": "m-1", "text": "\\ud800"}',
        headers={"Content-Type": "application/json"},
    )
    assert is_problem(answer, 422, "request.invalid")


@pytest.mark.parametrize(("text", "code"), [(" \n ", "empty"), ("长" * 4001, "too_long")])
async def test_a_message_that_cannot_be_taken_says_why(http, text, code):
    path = await opened(http)
    answer = await http.post(f"{path}/messages", json={"message_id": "m-1", "text": text})
    assert is_problem(answer, 422, f"message.{code}")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"message_id": "m-1",}'])
async def test_what_is_not_json_is_refused(http, content):
    path = await opened(http)
    answer = await http.post(
        f"{path}/messages", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert is_problem(answer, answer.status_code, "request.malformed")


async def test_a_body_that_nests_too_deep_is_refused(http):
    path = await opened(http)
    answer = await http.post(
        f"{path}/messages",
        content=b"[" * 60_000,
        headers={"Content-Type": "application/json"},
    )
    assert is_problem(answer, 422, "request.too_deep")


async def test_brackets_within_words_do_not_count_as_depth(http):
    path = await opened(http)
    text = "[{" * 100 + '\\"'
    answer = await http.post(f"{path}/messages", json={"message_id": "m-1", "text": text})
    assert answer.status_code == 200


async def test_a_body_over_64_kb_is_refused(http):
    path = await opened(http)
    body = {"message_id": "m-1", "text": "a" * 70_000}
    assert is_problem(await http.post(f"{path}/messages", json=body), 413, "request.too_large")


async def test_a_body_without_a_length_is_counted_as_it_comes(http):
    path = await opened(http)

    async def endless():
        while True:
            yield b" " * 10_000

    answer = await http.post(
        f"{path}/messages", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert is_problem(answer, 413, "request.too_large")


async def test_another_media_type_is_refused(http):
    path = await opened(http)
    answer = await http.post(f"{path}/messages", data={"message_id": "m-1", "text": "a"})
    assert is_problem(answer, 415, "request.media_type")


async def test_unknown_paths_and_methods_are_problems_too(http):
    assert is_problem(await http.get("/v1/nothing"), 404, "http.not_found")
    assert is_problem(await http.delete("/v1/conversations"), 405, "http.method_not_allowed")


async def test_a_lost_store_is_said_to_be_worth_another_try(http):
    path = await opened(http)
    body = {"message_id": "m-1", "text": "store is down"}
    answer = await http.post(f"{path}/messages", json=body)
    assert is_problem(answer, 503, "store.unavailable")
    assert answer.json()["retryable"] is True
    assert answer.headers["retry-after"] == "1"


async def test_a_defect_tells_nothing(http, caplog):
    path = await opened(http)
    answer = await http.post(f"{path}/messages", json={"message_id": "m-1", "text": "defect"})
    assert is_problem(answer, 500, "internal")
    assert "13800001001" not in answer.text + caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "header",
    ["Bearer nonsense", "Bearer a.b.c", "Basic dTpw", "Bearer", "nonsense", "Bearer \u00ff"],
)
async def test_a_token_that_is_not_ours_is_refused(http, header):
    answer = await http.post(
        "/v1/conversations", headers={"Authorization": header.encode("latin-1")}
    )
    assert is_problem(answer, 401, "auth.token_invalid")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_ends_after_twelve_hours(http, token_for, clock):
    headers = await token_for()
    clock.advance(timedelta(hours=12).total_seconds() - 1)
    assert (await http.post("/v1/conversations", headers=headers)).status_code == 201
    clock.advance(1)
    answer = await http.post("/v1/conversations", headers=headers)
    assert is_problem(answer, 401, "auth.token_expired")


def forged(settings, clock, *, secret=None, algorithm="HS256", **changed):
    now = int(clock.now().timestamp())
    claims = {
        "sub": "C1001",
        "role": "customer",
        "level": 4,
        "iat": now,
        "exp": now + 600,
        "iss": "guitai-sandbox",
        "aud": "guitai",
        **changed,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    secret = secret or (settings.data_dir / "secret").read_text()
    return jwt.encode(claims, secret if algorithm != "none" else None, algorithm=algorithm)


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "another secret of at least thirty-two bytes"},
        {"algorithm": "none"},
        {"algorithm": "HS512"},
        {"iss": "somebody"},
        {"aud": "something"},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"level": 5},
        {"role": "admin"},
        {"iat": 10**18},
        {"iat": 4_102_444_800, "exp": 4_102_445_000},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_forged_token_is_refused(http, settings, clock, wrong):
    headers = {"Authorization": f"Bearer {forged(settings, clock, **wrong)}"}
    answer = await http.post("/v1/conversations", headers=headers)
    assert is_problem(answer, 401, "auth.token_invalid")


async def test_a_token_of_the_banks_own_app_is_taken(http, settings, clock):
    headers = {"Authorization": f"Bearer {forged(settings, clock)}"}
    assert (await http.post("/v1/conversations", headers=headers)).status_code == 201


async def test_too_many_messages_are_told_to_wait(http_for, tmp_path, clock):
    settings = Settings(_env_file=None, data_dir=tmp_path, messages_per_minute=3)
    async with http_for(settings) as http:
        path = await opened(http)
        for number in range(2):
            body = {"message_id": f"m-{number}", "text": "hello"}
            assert (await http.post(f"{path}/messages", json=body)).status_code == 200
        answer = await http.post(f"{path}/messages", json={"message_id": "m-9", "text": "hello"})
        assert is_problem(answer, 429, "rate.limited")
        clock.advance(int(answer.headers["retry-after"]))
        answer = await http.post(f"{path}/messages", json={"message_id": "m-9", "text": "hello"})
        assert answer.status_code == 200

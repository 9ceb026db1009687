"""What is not a push of the platform's own is refused, stores nothing and is never a 500."""

import json

import httpx
import pytest

from channels.app import create_app
from channels.settings import Settings
from channels.wechat.xml import write_fields
from tests.e2e.scripted_assistant import ScriptedService

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<xml><ToUserName>gh</ToUserName><Encrypt>&b;</Encrypt></xml>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>'


def tampered(body):
    return body.replace("<![CDATA[", "<![CDATA[A", 2)


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"msg_signature": "0" * 40}, 403, "signature"),
        ({"msg_signature": ""}, 403, "not_secure_mode"),
        ({"encrypt_type": "raw"}, 403, "not_secure_mode"),
        ({"timestamp": "1"}, 403, "stale"),
        ({"timestamp": "99999999999"}, 403, "stale"),
        ({"timestamp": "now"}, 403, "stale"),
        ({"nonce": "other"}, 403, "signature"),
    ],
    ids=["forged", "unsigned", "plain", "old", "future", "words", "nonce"],
)
async def test_a_query_that_does_not_fit_is_refused(world, change, status, word):
    query, body = world.pusher.signed(write_fields(world.pusher.fields(Content="x")))
    answer = await world.pusher.post({**query, **change}, body)
    assert (answer.status_code, answer.text) == (status, word)
    assert world.echo.calls == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (BOMB, 400),
        (OUTSIDE, 400),
        ("", 400),
        ("<xml><Encrypt>", 400),
        ("{", 400),
        ("[" * 60_000, 400),
        ('{"Encrypt": {"a": 1}}', 403),
        (b"\xff\xfe<xml/>", 400),
        ("长" * 40_000, 413),
        ("<xml><Encrypt>@@</Encrypt></xml>", 403),
    ],
    ids=["laughs", "xxe", "empty", "cut", "brace", "deep", "odd", "utf8", "large", "base64"],
)
async def test_a_body_that_is_no_push_is_refused(world, body, status):
    query, _ = world.pusher.signed("x")
    answer = await world.pusher.post(query, body)
    assert answer.status_code == status
    assert world.echo.calls == []


async def test_plain_fields_beside_nothing_encrypted_are_refused(world):
    query, _ = world.pusher.signed("x")
    plain = write_fields(world.pusher.fields(Content="转账"))
    assert (await world.pusher.post(query, plain)).status_code == 403


@pytest.mark.parametrize(
    "plain",
    [
        "<xml></xml>",
        "no xml",
        "<xml><FromUserName>o</FromUserName><ToUserName>g</ToUserName></xml>",
        BOMB,
        json.dumps({"FromUserName": "o x", "ToUserName": "g", "MsgType": "text"}),
    ],
    ids=["nothing", "words", "no type", "laughs", "sender"],
)
async def test_a_signed_push_with_nothing_in_it_is_refused(world, plain):
    query, body = world.pusher.signed(plain)
    assert (await world.pusher.post(query, body)).status_code == 400
    assert world.echo.calls == []


async def test_the_sender_is_the_one_that_was_encrypted(world):
    await world.pusher.say("你好", openid="o-lin")
    assert await world.contact("o-lin") is not None
    assert await world.contact("o-somebody-else") is None


async def test_half_a_character_in_json_is_replaced(world):
    fields = {**world.pusher.fields(Content="x"), "Content": "a\ud800b"}
    query, body = world.pusher.signed(json.dumps(fields))
    answer = await world.pusher.post(query, body)
    assert answer.status_code == 200
    assert [call.text for call in world.echo.calls] == ["a?b"]


async def test_without_an_app_id_there_is_no_such_route(clock, ids, tmp_path):
    app = create_app(
        Settings(_env_file=None, data_dir=tmp_path), ScriptedService(clock, ids).opened
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://assistant.test") as http,
    ):
        assert (await http.get("/wechat/callback")).status_code == 404

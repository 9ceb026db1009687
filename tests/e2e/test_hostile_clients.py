"""Clients that mean harm, over real sockets: too slow, too much, from elsewhere."""

import asyncio
import json
import time

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from channels.settings import Settings
from tests.e2e.test_http_conversations import is_problem, opened

RECEIVE_S = 0.4


@pytest.fixture
def settings(tmp_path):
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        port=0,
        stream_slow_s=1.0,
        stream_hello_s=0.4,
        shutdown_s=1.0,
        receive_s=RECEIVE_S,
    )


class Wire:
    """Bytes to and from the server."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.started = time.monotonic()

    async def write(self, text):
        self.writer.write(text.encode("latin-1"))
        await self.writer.drain()

    async def to_end(self):
        """Everything until the server closes, and how long that took."""
        async with asyncio.timeout(10):
            try:
                answer = await self.reader.read()
            except ConnectionResetError:
                answer = b""
        return answer, time.monotonic() - self.started


@pytest.fixture
async def wire(site):
    opened = []

    async def open_one():
        port = int(site.base.rpartition(":")[2])
        opened.append(Wire(*await asyncio.open_connection("127.0.0.1", port)))
        return opened[-1]

    yield open_one
    for each in opened:
        each.writer.close()
        await asyncio.gather(each.writer.wait_closed(), return_exceptions=True)


def parts(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = {name.lower(): value for name, _, value in (e.partition(": ") for e in lines[1:])}
    return int(lines[0].split()[1]), fields, json.loads(body)


def is_refused(answer, status, code):
    said, fields, body = parts(answer)
    assert (said, body["code"]) == (status, code)
    assert fields["content-type"] == "application/problem+json"
    assert fields["x-content-type-options"] == "nosniff"
    assert fields["cache-control"] == "no-store"
    assert "default-src 'none'" in fields["content-security-policy"]
    return True


async def dribble(wire, text):
    """A byte now and then, as a slow loris does."""
    try:
        for each in text:
            await wire.write(each)
            await asyncio.sleep(0.05)
    except ConnectionError:
        return


async def test_a_connection_that_says_nothing_is_closed(wire):
    answer, took_s = await (await wire()).to_end()
    assert is_refused(answer, 408, "request.too_slow")
    assert took_s < RECEIVE_S + 2


async def test_half_a_header_is_not_waited_for(wire):
    half = await wire()
    await half.write("POST /v1/conversations HTTP/1.1\r\nHost: a\r\nX-")
    answer, took_s = await half.to_end()
    assert is_refused(answer, 408, "request.too_slow")
    assert took_s < RECEIVE_S + 2


async def test_a_header_a_byte_at_a_time_buys_no_time(wire):
    slow = await wire()
    writing = asyncio.create_task(dribble(slow, "GET /healthz HTTP/1.1\r\nX-A: " + "a" * 200))
    answer, took_s = await slow.to_end()
    assert is_refused(answer, 408, "request.too_slow")
    assert took_s < RECEIVE_S + 2
    await writing


async def test_a_body_that_does_not_come_is_not_waited_for(wire, service):
    slow = await wire()
    await slow.write(
        "POST /v1/conversations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: 60000\r\n\r\n{}"
    )
    writing = asyncio.create_task(dribble(slow, " " * 200))
    answer, took_s = await slow.to_end()
    assert is_refused(answer, 408, "request.too_slow")
    assert took_s < RECEIVE_S + 2
    await writing
    assert await service.assistant.conversations.unfinished() == []


async def test_half_a_body_is_no_request(site, wire, service):
    path = await opened(site.http)
    body = '{"message_id": "m-1", "text": "hello"}'
    cut = await wire()
    await cut.write(
        f"POST {path}/messages HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body) + 5}\r\n\r\n{body}"
    )
    await cut.to_end()
    assert service.assistant.calls == []


async def test_the_next_request_of_a_connection_is_not_waited_for_either(wire):
    again = await wire()
    await again.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    await asyncio.sleep(0.1)
    await again.write("GET /healthz HTTP/1.1\r\nHost:")
    answer, took_s = await again.to_end()
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"408" in answer.rpartition(b"HTTP/1.1 ")[2]
    assert took_s < RECEIVE_S + 2


async def test_a_body_nobody_asked_for_is_not_waited_for(wire):
    get = await wire()
    await get.write("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
    writing = asyncio.create_task(dribble(get, " " * 100))
    answer, took_s = await get.to_end()
    assert answer.startswith(b"HTTP/1.1 200")
    assert took_s < RECEIVE_S + 2
    await writing


async def test_half_a_frame_is_not_waited_for(site):
    page = await site.open()
    page.socket.transport.write(b"\x81\xfe\x10")
    assert (await page.until("bye"))["body"] == {"reason": "idle"}


async def test_a_hundred_slow_clients_keep_nobody_out(site, wire):
    slow = [await wire() for _ in range(100)]
    for each in slow:
        await each.write("POST /v1/conversations HTTP/1.1\r\nX-A:")
    assert (await site.http.get("/healthz")).status_code == 200
    ends = await asyncio.gather(*(each.to_end() for each in slow))
    assert {parts(answer)[0] for answer, _ in ends} == {408}


@pytest.mark.parametrize(
    "request_line",
    [
        "nonsense",
        "GET  HTTP/1.1",
        "\x16\x03\x01\x02",
        "GET / HTTP/1.1\r\n:",
    ],
)
async def test_what_is_no_http_is_refused_like_anything_else(wire, request_line):
    odd = await wire()
    await odd.write(f"{request_line}\r\nHost: a\r\n\r\n")
    answer, _ = await odd.to_end()
    assert is_refused(answer, 400, "request.malformed")


async def test_header_fields_over_32_kb_are_refused(wire):
    large = await wire()
    await large.write("GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: " + "a" * 40_000)
    answer, _ = await large.to_end()
    assert is_refused(answer, 400, "request.malformed")


async def test_two_lengths_of_one_body_are_refused(wire):
    # RFC 9112, section 11.2: what one of two servers takes for the next request.
    smuggled = await wire()
    await smuggled.write(
        "POST /v1/conversations HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
        "Content-Length: 40\r\n\r\n{}GET /v1/staff/queue HTTP/1.1\r\n\r\n"
    )
    answer, _ = await smuggled.to_end()
    assert is_refused(answer, 400, "request.malformed")


async def test_more_than_a_hundred_header_fields_are_refused(http):
    answer = await http.get("/v1/conversations/c_1", headers={f"x-{n}": "a" for n in range(101)})
    assert is_problem(answer, 431, "request.headers")


async def test_an_address_that_is_too_long_is_refused(http):
    assert is_problem(
        await http.get("/v1/documents/d?version=" + "a" * 4096), 414, "request.target"
    )
    assert is_problem(await http.get("/v1/" + "a" * 4096), 414, "request.target")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://assistant.test.evil", "http://["]
)
async def test_pages_from_elsewhere_change_nothing(http, origin):
    answer = await http.post("/v1/conversations", headers={"Origin": origin})
    assert is_problem(answer, 403, "origin.forbidden")
    assert (await http.get("/healthz", headers={"Origin": origin})).status_code == 200


async def test_our_own_pages_and_programs_may_change_things(http):
    for headers in ({"Origin": "http://assistant.test"}, {}):
        assert (await http.post("/v1/conversations", headers=headers)).status_code == 201


async def test_no_other_origin_is_allowed_to_read_unless_the_bank_says_so(http_for, tmp_path, http):
    asked = {"Origin": "https://bank.example", "Access-Control-Request-Method": "POST"}
    closed = await http.options("/v1/conversations", headers=asked)
    assert "access-control-allow-origin" not in closed.headers
    settings = Settings(
        _env_file=None, data_dir=tmp_path / "b", allowed_origins="https://bank.example"
    )
    async with http_for(settings) as listed:
        answer = await listed.options("/v1/conversations", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://bank.example"
        assert "access-control-allow-credentials" not in answer.headers
        posted = await listed.post("/v1/conversations", headers={"Origin": "https://bank.example"})
        assert posted.status_code == 201
        other = await listed.options(
            "/v1/conversations", headers={**asked, "Origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in other.headers


async def test_requests_for_another_host_are_refused(site_for, settings):
    listed = settings.model_copy(update={"allowed_hosts": ("bank.example", "127.0.0.1")})
    async with site_for(listed) as site:
        assert (await site.http.get("/openapi.json")).status_code == 200
        for host in ("evil.example", "bank.example.evil", "bank.example@evil", "", "[::1]:80"):
            answer = await site.http.get("/openapi.json", headers={"Host": host})
            assert is_problem(answer, 421, "host.unknown")
        named = await site.http.get("/openapi.json", headers={"Host": "Bank.Example:8443"})
        assert named.status_code == 200
        probe = await site.http.get("/healthz", headers={"Host": "10.0.0.7"})
        assert probe.status_code == 200
        address = site.base.replace("http", "ws") + "/v1/stream"
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, origin=site.base, additional_headers={"Host": "evil.example"})
        assert refused.value.response.status_code in {400, 403}


async def test_an_address_without_its_slash_is_not_sent_elsewhere(http):
    answer = await http.get("/v1/staff/queue/", headers={"Host": "evil.example"})
    assert is_problem(answer, 404, "http.not_found")
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets//etc/passwd",
        "/assets/%00",
        "/v1/documents/..%2F..%2Fsecret",
        "/v1/documents/%00",
        "/v1/documents/d?version=../../secret",
    ],
)
async def test_no_path_leads_to_a_file(site, wire, path):
    raw = await wire()
    await raw.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    answer, _ = await raw.to_end()
    assert answer.split()[1] in {b"404", b"422"}
    assert b"root:" not in answer


async def test_bad_tokens_count_against_their_address(http_for, tmp_path, clock):
    settings = Settings(_env_file=None, data_dir=tmp_path, requests_per_minute=10)
    async with http_for(settings) as http:
        bad = {"Authorization": "Bearer nonsense"}
        codes = [(await http.get("/v1/staff/queue", headers=bad)).status_code for _ in range(12)]
        assert codes == [401] * 10 + [429] * 2
        answer = await http.get("/v1/staff/queue", headers=bad)
        assert is_problem(answer, 429, "rate.limited")
        assert (await http.get("/healthz")).status_code == 200
        clock.advance(int(answer.headers["retry-after"]))
        assert (await http.get("/v1/staff/queue", headers=bad)).status_code == 401


async def test_a_request_that_takes_too_long_is_answered_and_its_turn_goes_on(
    http_for, tmp_path, service
):
    settings = Settings(_env_file=None, data_dir=tmp_path, request_s=0.3)
    async with http_for(settings) as http:
        path = await opened(http)
        body = {"message_id": "m-1", "text": "slow"}
        answer = await http.post(f"{path}/messages", json=body)
        assert is_problem(answer, 503, "request.timed_out")
        assert answer.headers["retry-after"] == "1"
        service.assistant.may_go_on.set()
        again = await http.post(f"{path}/messages", json=body)
        assert (again.status_code, again.json()["turn"]) == (200, 1)
        assert len(service.assistant.calls) == 2

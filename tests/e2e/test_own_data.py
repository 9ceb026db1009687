"""What customers learn and take of their own data: receipts, who looked, a copy, erasure."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from assistant.adapters.privacy import SqlPrivacy
from channels.composition_evidence import make_privacy, verify_log
from channels.composition_keys import open_database, rotate_signing, signing_keys
from channels.settings import Settings
from tests.e2e.customer import AFFIRM, MUM, enter, keys, sign_in

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def settings(tmp_path):
    """Of the deployment behind `real_http`."""
    return Settings(_env_file=None, data_dir=tmp_path, sandbox=True)


async def colleague(http, name="li"):
    answer = await http.post("/v1/sandbox/staff-sign-in", json={"colleague": name})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def paid(http):
    """A customer who sent money, and the receipt's id."""
    customer = await enter(http)
    await customer.say(MUM)
    turn = await customer.press(AFFIRM)
    [done] = [e for e in turn["events"] if e["type"] == "action_executed"]
    return customer, done["receipt_id"]


def checked(path, *keys_given):
    """`guitai verify-receipt` with public keys alone: no settings, no data folder."""
    command = [sys.executable, "-m", "channels.cli", "verify-receipt", str(path), "--json"]
    for key in keys_given:
        command += ["--key", key]
    environment = {**os.environ, "GUITAI_DATA_DIR": "/nonexistent"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


async def test_a_receipt_is_its_customers_and_a_colleagues(real_http, settings):
    customer, receipt = await paid(real_http)
    path = f"/v1/receipts/{receipt}"
    assert (await real_http.get(path)).status_code == 401
    other = await sign_in(real_http, "C1002")
    assert (await real_http.get(path, headers=other)).status_code == 404
    own = await real_http.get(path, headers=customer.headers)
    assert own.status_code == 200

    staff = f"/v1/staff/customers/C1001/receipts/{receipt}"
    li = await colleague(real_http)
    assert (await real_http.get(staff)).status_code == 401
    assert (await real_http.get(staff, headers=customer.headers)).status_code == 403
    shown = await real_http.get(staff, headers=li)
    assert shown.content == own.content
    elsewhere = await real_http.get(staff.replace("C1001", "C1002"), headers=li)
    assert elsewhere.status_code == 404
    assert await purposes(settings) == ["receipt"]


async def test_a_downloaded_receipt_is_checked_with_the_public_key_alone(
    real_http, settings, tmp_path
):
    customer, receipt = await paid(real_http)
    content = (await real_http.get(f"/v1/receipts/{receipt}", headers=customer.headers)).content
    file, public = tmp_path / "receipt.json", signing_keys(settings, "receipts").signer.public
    file.write_bytes(content)
    assert checked(file, public) == (0, {"genuine": True, "problem": None})

    body = json.loads(content)
    told = [receipt, "妈妈", "50.00", body["content"]["fingerprint"][:12], "沙箱", "转账"]
    assert [each for each in told if each not in body["text"]] == []
    assert body["asked"]["text"] in body["text"]
    assert body["read_back"]["text"] in body["text"]
    assert body["authority"]["level"] == 4

    file.write_bytes(content.replace(b'"50.00"', b'"90.00"', 1))
    code, found = checked(file, public)
    assert (code, found["genuine"]) == (1, False)
    assert "done.facts.amount.amount" in found["problem"]
    file.write_bytes(content[:-40] + b"0" + content[-39:])
    assert checked(file, public)[0] == 1


async def test_a_receipt_of_the_former_key_stays_good(real_http, settings, tmp_path):
    customer, receipt = await paid(real_http)
    path = f"/v1/receipts/{receipt}"
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes((await real_http.get(path, headers=customer.headers)).content)
    former = signing_keys(settings, "receipts").signer.public
    rotated = rotate_signing(settings, "receipts")
    new.write_bytes((await real_http.get(path, headers=customer.headers)).content)
    assert rotated.former == (former,)
    assert checked(old, *rotated.trusted)[0] == checked(new, *rotated.trusted)[0] == 0
    assert checked(old, former)[0] == 0
    assert checked(new, former)[0] == 1


async def entries(settings, customer="C1001"):
    engine = open_database(settings)
    try:
        return list(await SqlPrivacy(engine, None).entries(customer))
    finally:
        await engine.dispose()


async def purposes(settings):
    return [each.purpose for each in await entries(settings) if each.deed == "read"]


async def test_the_customer_hears_who_looked_page_by_page(real_http, settings, clock):
    first = await enter(real_http, level=3)
    await first.say("转人工")
    for name in ("li", "wang"):
        staff = await colleague(real_http, name)
        for _ in range(3):
            await real_http.get("/v1/staff/queue", headers=staff)
            path = f"/v1/staff/conversations/{first.conversation_id}"
            await real_http.get(path, headers=staff)
    found = await purposes(settings)
    assert (found.count("handoff"), found.count("timeline")) == (2, 6)

    customer = await enter(real_http, level=3)
    turn = await customer.say("谁看过我的信息")
    assert keys(turn)[:2] == ["data_accesses", "register_reads"]
    told = turn["replies"][1]["text"]
    assert ("wang" in told, "8 次" in told, told.count("查看对话")) == (True, True, 5)
    turn = await customer.press(AFFIRM)
    assert keys(turn)[0] == "register_reads"
    assert turn["replies"][0]["text"].count("查看对话") == 3
    assert "ask_wants_more_reads" not in keys(turn)


def command(settings, *arguments):
    """One of our commands, in a process of its own."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "channels.cli", *arguments],
        env={**os.environ, "GUITAI_DATA_DIR": str(settings.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_commands_are_in_the_register_too(real_http, settings):
    customer = await enter(real_http, level=3)
    await customer.say("锁卡")
    words = ("--by", "chen.li", "--reason", "complaint 17")
    done = command(settings, "replay", customer.conversation_id, *words)
    assert done.returncode == 0, done.stderr
    [entry] = await entries(settings)
    assert (entry.actor, entry.purpose) == ("command:chen.li", "replay")
    turn = await (await enter(real_http, level=3)).say("谁看过我的信息")
    told = turn["replies"][1]["text"]
    assert "后台同事" in told
    assert "complaint" not in told
    assert "chen.li" not in told


def link_in(turn):
    [reply] = [r for r in turn["replies"] if r["response_key"] == "export_ready"]
    return next(word for word in reply["text"].split() if "/v1/privacy/exports/" in word)


async def test_an_export_is_own_data_for_half_an_hour(real_http, settings, clock):
    customer = await enter(real_http, level=3)
    await customer.say("把我的个人数据导出一份")
    turn = await customer.press(AFFIRM)
    path = "/v1/privacy/exports/" + link_in(turn).partition("/v1/privacy/exports/")[2]
    path = path.split("文字版")[0].split("?")[0]
    assert (await real_http.get(path)).status_code == 401
    other = await sign_in(real_http, "C1002", 4)
    assert (await real_http.get(path, headers=other)).status_code == 404
    low = await sign_in(real_http, "C1001", 1)
    assert (await real_http.get(path, headers=low)).status_code == 403
    got = await real_http.get(path, headers=customer.headers)
    body = got.json()
    assert got.headers["Cache-Control"] == "no-store"
    assert [each["conversation_id"] for each in body["conversations"]] == [customer.conversation_id]
    words = [e["text"] for e in body["conversations"][0]["entries"] if e["who"] == "customer"]
    assert words[0] == "把我的个人数据导出一份"
    text = await real_http.get(path, params={"form": "text"}, headers=customer.headers)
    assert "把我的个人数据导出一份" in text.text
    assert text.headers["Content-Type"].startswith("text/plain")
    assert [each.actor for each in await entries(settings) if each.deed == "exported"] == [
        "customer"
    ] * 2
    clock.advance(31 * 60)
    again = await sign_in(real_http, "C1001", 3)
    gone = await real_http.get(path, headers=again)
    assert (gone.status_code, gone.json()["code"]) == (410, "export.expired")


async def ordered(http):
    customer = await enter(http, level=3)
    await customer.say("删除我的个人信息")
    await customer.press(AFFIRM)
    turn = await customer.say("246810")
    assert "erasure_ordered" in keys(turn), keys(turn)
    return customer, turn


async def swept(settings, clock):
    engine = open_database(settings)
    try:
        return await make_privacy(settings, engine, clock).sweep("retention")
    finally:
        await engine.dispose()


async def test_an_order_to_erase_is_carried_out_after_its_wait(real_http, settings, clock):
    customer, turn = await ordered(real_http)
    assert "10 年" in turn["replies"][-1]["text"]
    assert (await swept(settings, clock)).destroyed == 0
    clock.advance(timedelta(hours=24).total_seconds() + 1)
    await swept(settings, clock)
    deeds = [each.deed for each in await entries(settings)]
    assert deeds[0] == "erase_ordered"
    assert "restricted" in deeds
    again = await sign_in(real_http, level=3)
    shown = await real_http.get(customer.path, headers=again)
    assert "删除我的个人信息" not in shown.text
    report = await verify_log(settings, (), with_keys=True)
    assert report.findings == []
    assert report.erased > 0


async def test_a_receipt_outlives_its_erasure(real_http, settings, clock, tmp_path):
    customer, receipt = await paid(real_http)
    path = f"/v1/receipts/{receipt}"
    file = tmp_path / "receipt.json"
    file.write_bytes((await real_http.get(path, headers=customer.headers)).content)
    engine = open_database(settings)
    await make_privacy(settings, engine, clock).erase("C1001", "li", "request 118")
    await engine.dispose()
    again = await sign_in(real_http)
    assert (await real_http.get(path, headers=again)).status_code == 404
    assert checked(file, signing_keys(settings, "receipts").signer.public)[0] == 0


async def test_a_hold_is_not_to_be_heard_in_the_answer(real_http, settings, clock):
    _, open_words = await ordered(real_http)
    engine = open_database(settings)
    await make_privacy(settings, engine, clock).hold("C1004", "zhou", "case 77")
    await engine.dispose()
    customer = await enter(real_http, "C1004", level=3)
    turn = await customer.say("谁看过我的信息")
    assert "zhou" not in json.dumps(turn, ensure_ascii=False)
    turn = await customer.say("删除我的个人信息")
    turn = await customer.press(AFFIRM)
    turn = await customer.say("246810")
    words = [r["text"] for r in turn["replies"] if r["response_key"] == "erasure_ordered"]
    assert words == [
        r["text"] for r in open_words["replies"] if r["response_key"] == "erasure_ordered"
    ]

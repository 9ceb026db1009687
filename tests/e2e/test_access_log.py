"""A colleague who reads a conversation is written down before anything is shown."""

from __future__ import annotations

import sqlite3

import pytest

pytestmark = pytest.mark.timeout(600)


async def _signed(http, path, body):
    answer = await http.post(path, json=body)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_reading_by_a_colleague_is_in_the_register(real_http, tmp_path):
    colleague = await _signed(real_http, "/v1/sandbox/staff-sign-in", {"colleague": "li"})
    body = {"customer_id": "C1001", "level": 3}
    customer = await _signed(real_http, "/v1/sandbox/sign-in", body)
    opened = await real_http.post("/v1/conversations", json={}, headers=customer)
    path = f"/v1/conversations/{opened.json()['conversation_id']}"

    assert (await real_http.get(path, headers=customer)).status_code == 200
    assert (await real_http.get(path, headers=colleague)).status_code == 200
    assert (await real_http.get(f"/v1/staff{path[3:]}", headers=colleague)).status_code == 200
    state = await real_http.get(f"/v1/staff{path[3:]}/state", headers=colleague)
    assert state.status_code == 200
    missing = await real_http.get("/v1/staff/conversations/c_none", headers=colleague)
    assert missing.status_code == 404

    database = sqlite3.connect(tmp_path / "guitai.db")
    entries = database.execute("SELECT seq, actor, deed, subject FROM privacy_log").fetchall()
    database.close()
    assert [entry[:3] for entry in entries] == [(number, "li", "read") for number in (1, 2, 3)]
    assert entries[0][3] == entries[1][3] == entries[2][3]
    assert "C1001" not in repr(entries)

"""The commands as a person runs them: processes of their own, one sandbox database."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest

READY_S = 90
"""Seconds a start may take on a busy machine; the budget itself is measured by `guitai bench`."""

LOCK = ["我的卡好像落在出租车上了，先帮我锁一下", "6688", "是"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory, prepared):
    """Environment of every command of this file: one data folder with models and index made."""
    folder = tmp_path_factory.mktemp("deployment") / "data"
    shutil.copytree(prepared, folder)
    own = {name: value for name, value in os.environ.items() if not name.startswith("GUITAI_")}
    return {
        **own,
        "GUITAI_DATA_DIR": str(folder),
        "GUITAI_PORT": str(free_port()),
        "GUITAI_SANDBOX_PORT": str(free_port()),
    }


@contextmanager
def command(deployment, *arguments):
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "channels.cli", *arguments],
        env=deployment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def run(deployment, *arguments):
    """Its exit code, what it said and what it told on stderr."""
    with command(deployment, *arguments) as process:
        said, told = process.communicate(timeout=READY_S)
        return process.returncode, said, told


def wait_for(url, process):
    until = time.monotonic() + READY_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    process.kill()
    pytest.fail(f"{url} does not answer: {process.communicate()[1]}")


def stops_answering(url):
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            httpx.get(url)
        except httpx.HTTPError:
            return True
        time.sleep(0.1)
    return False


def address(deployment, name, path):
    return f"http://127.0.0.1:{deployment[name]}{path}"


@pytest.mark.slow
def test_a_card_locked_in_the_terminal_is_locked_when_the_bank_is_opened(deployment):
    code, said, told = run(deployment, "chat", "--as", "C1001", "--say", *LOCK)
    assert code == 0, told
    assert said.count("\n> ") == len(LOCK)

    with command(deployment, "sandbox") as sandbox:
        wait_for(address(deployment, "GUITAI_SANDBOX_PORT", "/healthz"), sandbox)
        customer = httpx.get(address(deployment, "GUITAI_SANDBOX_PORT", "/customers/C1001")).json()
        sandbox.terminate()
        assert sandbox.wait(10) == 0
    assert {card["last4"]: card["status"] for card in customer["cards"]}["6688"] == "locked"

    conversation = told.split("conversation ")[1].split()[0]
    code, said, told = run(deployment, "replay", conversation, "--against", "--json")
    assert code == 0, told
    log = json.loads(said)
    assert (log["customer_id"], log["turns"], log["stack"]) == ("C1001", len(LOCK), [])
    assert log["differences"] == []


@pytest.mark.slow
def test_serve_with_sandbox_starts_both_and_a_signal_ends_both(deployment):
    bank = address(deployment, "GUITAI_SANDBOX_PORT", "/healthz")
    with command(deployment, "serve", "--with-sandbox") as serve:
        wait_for(address(deployment, "GUITAI_PORT", "/readyz"), serve)
        assert httpx.get(bank).json()["sandbox"] is True

        serve.send_signal(signal.SIGTERM)
        links, steps = serve.communicate(timeout=30)
    assert serve.returncode == 0, steps
    assert f":{deployment['GUITAI_PORT']}/desk" in links
    assert "ready in" in steps
    with pytest.raises(httpx.ConnectError):
        httpx.get(bank)


@pytest.mark.slow
def test_the_sandbox_ends_with_a_parent_that_was_killed(deployment):
    bank = address(deployment, "GUITAI_SANDBOX_PORT", "/healthz")
    with command(deployment, "serve", "--with-sandbox") as serve:
        wait_for(bank, serve)
        serve.kill()
    assert stops_answering(bank)


def test_a_taken_port_is_named_with_the_setting_that_changes_it(deployment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, told = run({**deployment, "GUITAI_SANDBOX_PORT": port}, "sandbox")
    assert code == 2
    assert port in told
    assert "GUITAI_SANDBOX_PORT" in told
    assert "Traceback" not in told

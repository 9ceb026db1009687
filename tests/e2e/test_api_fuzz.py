"""The API against requests made up from its own description, and against it: `/openapi.json`.

Seeded and bounded. Every answer must be one the description names, with its media type and
shape; none may be a 500; what the description forbids must be refused.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import contextmanager

import httpx
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from channels.app import Server, create_app, listen, server_config
from channels.bootstrap import build
from channels.composition_sandbox import make_sandbox
from channels.settings import Settings
from tests.loopback import served_in_thread
from tests.sandbox import BANK_URL

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

SEED = 20261122
MOST_S = 25
"""Seconds one run may take; the phases before random fuzzing are complete long before."""


@contextmanager
def running(app, settings):
    """The application behind a real port, in a thread of its own; yields its address."""
    listening = listen("127.0.0.1", 0)
    server = Server(server_config(app, settings))
    up = threading.Event()
    server.on_ready = up.set
    thread = threading.Thread(target=asyncio.run, args=(server.serve([listening]),), daemon=True)
    thread.start()
    assert up.wait(60)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


@pytest.fixture(scope="module")
def address(brain, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    settings = Settings(_env_file=None, data_dir=folder, bank_url=BANK_URL, sandbox=True)
    with served_in_thread(make_sandbox(settings)) as bank_url:

        def opened(settings):
            return build(settings, brain=brain)

        reached = settings.model_copy(update={"bank_url": bank_url})
        with running(create_app(reached, opened), reached) as url:
            yield url


def token(address, path, body):
    answer = httpx.post(f"{address}/v1/sandbox/{path}", json=body, trust_env=False)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


VISITOR = None
CUSTOMER = ("sign-in", {"customer_id": "C1001", "level": 4})
COLLEAGUE = ("staff-sign-in", {"colleague": "李静"})


def found(address, headers=None, *, without="^$"):
    """Each failure as a line, and how many requests were answered with each status."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "max-time": MOST_S,
            "headers": headers or {},
            "generation": {"max-examples": 5, "deterministic": True, "no-shrink": True},
            "phases": {"stateful": {"enabled": False}},
            # Failures are counted by the callers: 503 is an honest answer while the bank is silent.
            "checks": {
                "positive_data_acceptance": {"enabled": False},
                "not_a_server_error": {"enabled": False},
            },
        }
    )
    described = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    schema = described.exclude(path_regex=without)
    failures, statuses = set(), Counter()
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError), event
        if isinstance(event, events.NonFatalError):
            failures.add(f"{event.label}: {event.value}")
        if isinstance(event, events.ScenarioFinished):
            failures.update(_failed(event.recorder))
            answers = [each.response for each in event.recorder.interactions.values()]
            statuses.update(each.status_code for each in answers if each is not None)
    return sorted(failures), statuses


def _failed(recorder):
    for case_id, checks in recorder.checks.items():
        case = recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                yield f"{case.method} {case.path}: {failure.title}: {failure.message}"


@pytest.mark.parametrize(
    "who", [VISITOR, CUSTOMER, COLLEAGUE], ids=["visitor", "customer", "colleague"]
)
def test_every_answer_is_one_the_description_names(address, who):
    headers = token(address, *who) if who else None
    failures, statuses = found(address, headers)
    assert failures == [], statuses
    # How far it comes in its time depends on the machine.
    assert sum(statuses.values()) > 100
    assert {status for status in statuses if status >= 500} <= {503}
    assert statuses[503] < sum(statuses.values()) / 100
    assert {200, 404, 405, 422} <= set(statuses)


def test_nothing_makes_the_sandbox_bank_fail(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    with served_in_thread(make_sandbox(settings)) as address:
        # Planted faults are failures that were asked for.
        _, statuses = found(address, without="^/sandbox/faults")
    assert sum(statuses.values()) > 100
    assert [status for status in statuses if status >= 500] == []

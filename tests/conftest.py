"""Folder = marker, no network beyond this machine, and the clock and ids of tests."""

from pathlib import Path

import pytest
import pytest_socket

from tests.fakes import FixedClock, SequentialIds

TESTS = Path(__file__).parent
FOLDERS = {"unit", "contract", "integration", "e2e", "architecture"}


def pytest_collection_modifyitems(items):
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in FOLDERS:
            item.add_marker(folder)


def pytest_runtest_setup():
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def ids():
    return SequentialIds()

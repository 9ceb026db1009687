"""Tests with the real models: collected only where `guitai voice models` has fetched them."""

from channels.composition_speech import what_lacks
from channels.settings import Settings

collect_ignore_glob = ["test_*.py"] if what_lacks(Settings()) else []

"""Tests with the real models: with GUITAI_LONG=1, where `guitai voice models` has fetched them."""

import os

from channels.composition_speech import what_lacks
from channels.settings import Settings

_IS_ASKED = os.environ.get("GUITAI_LONG") == "1"
collect_ignore_glob = [] if _IS_ASKED and not what_lacks(Settings()) else ["test_*.py"]

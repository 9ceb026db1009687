"""How the synthesiser cuts replies, for `guitai check`, where its packages are installed."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Final

from knowledge.check_polyphones import Finder

_PACKAGE: Final = "pypinyin"
_MODULE: Final = "channels.voice.engines.polyphones"
NOT_CHECKED: Final = (
    "polyphones in what calls say were not checked: that needs the voice extra "
    "(pip install 'guitai[voice]')"
)


def finds_polyphones() -> bool:
    """Whether the package with the readings is there."""
    return importlib.util.find_spec(_PACKAGE) is not None


def finder() -> Finder:
    """The finder of `knowledge.check`; loads about 50 MB of phrases.

    Raises:
        ImportError: The package is not there.
    """
    # Named, not imported: the phrases belong to no process that only answers customers.
    found: Finder = importlib.import_module(_MODULE).Polyphones
    return found

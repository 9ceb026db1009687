"""`python -m channels.cli`: the same as `guitai`."""

from __future__ import annotations

import sys

from channels.cli.entry import main

sys.exit(main())

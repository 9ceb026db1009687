"""What the web application needs of a connector: its routes, and its work while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fastapi import APIRouter


class Connector(Protocol):
    """One vendor's way in, joined with the running assistant; made only where it is set up."""

    @property
    def routers(self) -> Sequence[APIRouter]:
        """Its routes. Below `/hooks/` and `/wechat/` bodies need not be JSON."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """Its background work, from the start of the application to its end."""
        ...

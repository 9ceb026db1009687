"""The pages: static files built from `channels/web/ui`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from channels.web.security_headers import HEADERS

STATIC: Final = Path(__file__).parent / "static"

_PAGES: Final = {
    "/": "index.html",
    "/desk": "desk.html",
    "/search": "search.html",
    "/side-bar": "side-bar.html",
    "/voice": "voice.html",
}
_CHECK_AGAIN: Final = "no-cache"
_OWN_HEADERS: Final = {
    "/voice": {
        "Permissions-Policy": HEADERS["Permissions-Policy"].replace(
            "microphone=()", "microphone=(self)"
        )
    }
}
"""The page for calls is the only one that may ask for the microphone."""

_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
"""Files under assets/ have a hash of their content in the name."""


class _Assets(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, to be kept."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        response.headers["Cache-Control"] = _FOR_A_YEAR
        return response


def install(app: FastAPI, folder: Path = STATIC) -> None:
    """Serve the pages, and the files beside them, that were built when the server started."""
    for path, name in _PAGES.items():
        _add(app, path, folder / name)
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name not in _PAGES.values():
            _add(app, f"/{file.name}", file)
    if (folder / "assets").is_dir():
        app.mount("/assets", _Assets(directory=folder / "assets"))


def _add(app: FastAPI, path: str, file: Path) -> None:
    exists = file.is_file()

    async def page() -> Response:
        if not exists:
            return PlainTextResponse("The pages are not built yet. Run: make setup\n", 503)
        own = _OWN_HEADERS.get(path, {})
        return FileResponse(file, headers={"Cache-Control": _CHECK_AGAIN, **own})

    app.add_api_route(
        path, page, methods=["GET", "HEAD"], include_in_schema=False, response_model=None
    )

"""No module over 400 lines: size is not won back later."""

from tests.architecture.source import ROOT, modules

LIMIT = 400
PAGES = ROOT / "channels" / "web" / "ui" / "src"


def test_no_module_has_more_than_400_lines():
    pages = [path for ext in ("ts", "tsx") for path in PAGES.rglob(f"*.{ext}")]
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*modules(), *pages]
    }
    assert {path: size for path, size in sizes.items() if size > LIMIT} == {}

"""The house keeps its floors: who may import whom, one home for each library, a page for each extension."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = (
    "crawler/model.py", "crawler/dates.py", "crawler/dateparts.py", "crawler/listing.py", "crawler/article.py",
    "crawler/markup.py", "crawler/states.py", "crawler/visit.py", "crawler/chain.py", "crawler/hosts.py",
    "crawler/reader.py", "crawler/frames.py", "monitor/model.py", "monitor/tally.py",
    "monitor/counting/addresses.py", "monitor/counting/distinct.py", "monitor/counting/ledger.py",
    "monitor/counting/months.py", "monitor/counting/reach.py", "monitor/counting/rows.py", "monitor/counting/sight.py",
    "monitor/counting/whose.py", "monitor/attribution.py",
    "monitor/bulletin_model.py", "monitor/letters.py", "monitor/calendar.py", "monitor/limits.py",
)  # fmt: skip
PURE_FOLDERS = (
    "crawler/platforms", "crawler/families", "crawler/lists", "crawler/articles", "crawler/refusals",
    "crawler/checks", "crawler/days", "monitor/rules",
)  # fmt: skip
IO = ("scrapy", "httpx", "sqlalchemy", "time", "crawler.store", "monitor.ledger", "crawler.clock")
HOMES = {
    "scrapy": ("crawler/spiders/", "crawler/crawl.py"),
    "apscheduler": ("monitor/schedule.py",),
    "httpx": (
        "crawler/guarded.py",
        "crawler/transport.py",
        "crawler/recheck.py",
        "monitor/channels/",
        "monitor/availability.py",
        "monitor/web/sso.py",
        "crawler/discover.py",
    ),
    "starlette": ("monitor/demo/", "monitor/web/"),
    "uvicorn": ("monitor/demo/", "monitor/web/"),
    "fastapi": ("monitor/web/",),
    "itsdangerous": ("monitor/access/", "monitor/web/"),
    "pwdlib": ("monitor/access/",),
    "authlib": ("monitor/web/sso.py",),
    "joserfc": ("monitor/web/sso.py",),
    "prometheus_client": ("monitor/web/",),
    "aiosmtpd": ("monitor/demo/",),
    "openpyxl": (
        "crawler/workbook.py",
        "monitor/printed",
        "monitor/register",
        "crawler/register_book",
        "monitor/reading",
    ),
    "xlsxwriter": (
        "monitor/reports/",
        "monitor/survey",
        "monitor/columns_sheet.py",
        "monitor/columns_book_sheet.py",
        "monitor/outlets_sheet.py",
        "monitor/contacts_sheet.py",
        "monitor/audit_sheet.py",
        "monitor/overdue_sheet.py",
    ),
}


def sources(*folders: str) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path


def imports(path: Path) -> set[str]:
    """Every module imported anywhere in the file, but not what only the type checker sees."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def uses(found: set[str], banned: str) -> bool:
    return any(name == banned or name.startswith(f"{banned}.") for name in found)


def test_the_crawler_never_imports_the_monitor() -> None:
    guilty = [name for name, path in sources("crawler") if uses(imports(path), "monitor")]
    assert guilty == []


def test_the_monitor_reaches_the_crawl_only_as_a_child_process() -> None:
    banned = ("crawler.spiders", "crawler.settings", "crawler.crawl", "crawler.walk", "crawler.accounts")
    guilty = [(name, one) for name, path in sources("monitor") for one in banned if uses(imports(path), one)]
    assert guilty == []


def test_readers_and_rules_know_no_network_no_store_and_no_clock() -> None:
    named = [(name, ROOT / name) for name in PURE]
    guilty = [
        (name, one)
        for name, path in [*named, *sources(*PURE_FOLDERS)]
        for one in IO
        if uses(imports(path), one)
    ]
    assert guilty == []


def test_channels_and_reports_receive_finished_data() -> None:
    banned = ("sqlalchemy", "crawler.store", "monitor.ledger", "monitor.facts", "monitor.counts")
    guilty = [
        (name, one)
        for name, path in sources("monitor/channels", "monitor/reports")
        for one in banned
        if uses(imports(path), one)
    ]
    assert guilty == []


def test_the_web_stands_on_top_and_nothing_stands_on_it() -> None:
    """Only the command that serves it imports the web; what it reads and who may come in know no HTTP."""
    doors = ("monitor/web/", "monitor/serving.py", "monitor/demo/", "monitor/commands.py")
    below = [(name, path) for name, path in sources("crawler", "monitor") if not name.startswith(doors)]
    assert [name for name, path in below if uses(imports(path), "monitor.web")] == []
    asked = ("fastapi", "starlette", "jinja2", "scrapy", "httpx", "monitor.evaluate")
    rooms = [*sources("monitor/board"), *sources("monitor/access")]
    assert [(name, one) for name, path in rooms for one in asked if uses(imports(path), one)] == []


def test_pages_ask_the_store_through_the_rooms_below() -> None:
    """SQL stands in the board; a page names no table."""
    errors = ("sqlalchemy.exc",)
    guilty = [
        (name, found)
        for name, path in sources("monitor/web")
        for found in imports(path)
        if uses({found}, "sqlalchemy")
        and not found.startswith((*errors, "sqlalchemy.Connection"))
        and found != "sqlalchemy"
    ]
    assert guilty == []


@pytest.mark.parametrize("library", HOMES)
def test_each_library_has_its_home(library: str) -> None:
    homes = HOMES[library]
    guilty = [
        name
        for name, path in sources("crawler", "monitor")
        if uses(imports(path), library) and not name.startswith(homes)
    ]
    assert guilty == []


CONNECTS = re.compile(
    r"httpx\.(?:AsyncClient|Client|AsyncHTTPTransport|HTTPTransport|get|post|put|head|request|stream)\(|urlopen\(|"
    r"create_connection\(|open_connection\(|HTTPS?Connection\(|ClientSession\(|\brequests\.(?:get|post|put|head|request|Session)\(|httpcore\.\w*Pool\("
)
"""Whatever opens a connection to a host that a page or a setting names."""
MAIL = ("monitor/channels/mail.py", "monitor/mailtest.py")
"""smtplib, to the mail server that config.yaml names: the office's own, wherever it stands."""


def test_every_connection_is_made_behind_the_guard() -> None:
    """httpx clients come from ``crawler/guarded.py``, Scrapy has its resolver, a browser has no network of its own."""
    guilty = [
        (name, found[0])
        for name, path in sources("crawler", "monitor")
        if name != "crawler/guarded.py" and not name.startswith("monitor/demo/")
        for found in CONNECTS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
    texts = {name: path.read_text(encoding="utf-8") for name, path in sources("crawler", "monitor")}
    assert [name for name, text in texts.items() if "smtplib.SMTP(" in text and name not in MAIL] == []
    assert [name for name, text in texts.items() if "chromium.launch(" in text] == ["crawler/browser.py"]
    assert "--proxy-server=127.0.0.1:9" in texts["crawler/browser.py"]
    assert '"crawler.spiders.resolver.GuardedResolver"' in texts["crawler/settings.py"]
    guarded = texts["crawler/guarded.py"]
    assert guarded.count("network_backend=") == guarded.count("Pool(") == guarded.count("Client(") == 2
    private = re.compile(r"\b(?:httpx|httpcore)\._|(?:transport|client|pool)\._\w")
    assert [name for name, text in texts.items() if private.search(text)] == []


def test_only_the_outer_rooms_ask_the_clock() -> None:
    asking = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(")
    outer = ("crawler/clock.py", "monitor/demo/apart.py", "monitor/schedule.py")
    guilty = [
        name
        for name, path in sources("crawler", "monitor")
        if asking.search(path.read_text(encoding="utf-8")) and name not in outer
    ]
    assert guilty == []


def test_the_migrations_folder_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()
    assert "site-packages" in str(importlib.import_module("alembic").__file__)


@pytest.mark.parametrize(
    ("folder", "page"),
    [
        ("crawler/platforms", "docs/platforms.md"),
        ("monitor/rules", "docs/rules.md"),
        ("monitor/channels", "docs/channels.md"),
        ("monitor/reports", "docs/reports.md"),
    ],
)
def test_every_extension_has_a_docstring_and_its_place_in_the_docs(folder: str, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, path in sources(folder):
        stem = path.stem
        if stem.startswith("_"):
            continue
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), name
        assert f"`{stem}`" in text, f"{page} does not name {stem}"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name
        for name, path in sources("crawler", "monitor")
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_nothing_happens_at_import() -> None:
    """Module level holds definitions, constants and imports: no bare calls but a logger's set-up."""
    allowed = ("_log", "logger", "log")
    guilty = []
    for name, path in sources("crawler", "monitor"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            if call and not ast.unparse(node).startswith(allowed):
                guilty.append((name, ast.unparse(node)[:60]))
    assert guilty == []

"""The house keeps its floors: who may import whom, one home for each library, a page for each
extension."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = (
    "crawler/model.py", "crawler/days/text.py", "crawler/days/parts.py", "crawler/reading/listing.py", "crawler/reading/article.py",
    "crawler/reading/markup.py", "crawler/reading/states.py", "crawler/walking/visit.py", "crawler/accounts/chain.py", "crawler/walking/hosts.py",
    "crawler/reading/reader.py", "crawler/reading/frames.py", "monitor/counting/tally.py",
    "monitor/counting/addresses.py", "monitor/counting/distinct.py", "monitor/counting/ledger.py",
    "monitor/counting/months.py", "monitor/counting/reach.py", "monitor/counting/rows.py", "monitor/counting/sight.py",
    "monitor/counting/whose.py", "monitor/counting/attribution.py",
    "monitor/bulletin/model.py", "monitor/letters/text.py", "monitor/days/calendar.py", "monitor/settings/limits.py",
)  # fmt: skip
PURE_FOLDERS = (
    "crawler/platforms", "crawler/reading/families", "crawler/reading/lists", "crawler/reading/data", "crawler/reading/bounds", "crawler/reading/articles", "crawler/reading/refusals",
    "crawler/checks", "crawler/days", "monitor/rules", "monitor/model", "monitor/verdicts",
)  # fmt: skip
IO = (
    "scrapy",
    "httpx",
    "sqlalchemy",
    "time",
    "crawler.store.tables",
    "monitor.record.tables",
    "crawler.clock",
)
HOMES = {
    "scrapy": ("crawler/doors/spiders/", "crawler/doors/crawl.py", "crawler/doors/by_scrapy.py"),
    "apscheduler": ("monitor/night/schedule.py",),
    "httpx": (
        "crawler/net/answer.py",
        "crawler/net/client.py",
        "crawler/net/transport.py",
        "crawler/doors/recheck.py",
        "monitor/channels/",
        "monitor/night/availability.py",
        "monitor/web/sso.py",
        "crawler/discovery/discover.py",
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
    "openpyxl": ("crawler/register/books/", "monitor/bulletin/printed/"),
    "xlrd": ("crawler/register/books/older.py",),
    "xlsxwriter": (
        "monitor/bulletin/reports/",
        "monitor/bulletin/sheet_more.py",
        "monitor/sheets/",
    ),
}


def sources(*folders: str) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path


@cache
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
    banned = (
        "crawler.doors.spiders",
        "crawler.doors.settings",
        "crawler.doors.project",
        "crawler.doors.by_scrapy",
        "crawler.doors.crawl",
        "crawler.walking.walk",
        "crawler.accounts.night",
    )
    guilty = [
        (name, one)
        for name, path in sources("monitor")
        for one in banned
        if uses(imports(path), one)
    ]
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
    banned = (
        "sqlalchemy",
        "crawler.store.tables",
        "monitor.record.tables",
        "monitor.facts.facts",
        "monitor.counting.counts",
    )
    guilty = [
        (name, one)
        for name, path in sources("monitor/channels", "monitor/bulletin/reports")
        for one in banned
        if uses(imports(path), one)
    ]
    assert guilty == []


def test_the_web_stands_on_top_and_nothing_stands_on_it() -> None:
    """Only the command that serves it imports the web; what it reads and who may come in know no
    HTTP."""
    doors = (
        "monitor/web/",
        "monitor/commands/serve.py",
        "monitor/demo/",
        "monitor/commands/demo.py",
    )
    below = [
        (name, path) for name, path in sources("crawler", "monitor") if not name.startswith(doors)
    ]
    assert [name for name, path in below if uses(imports(path), "monitor.web")] == []
    asked = ("fastapi", "starlette", "jinja2", "scrapy", "httpx", "monitor.judging.evaluate")
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
MAIL = ("monitor/channels/mail.py", "monitor/letters/mailtest.py")
"""smtplib, to the mail server that config.yaml names: the office's own, wherever it stands."""


def test_every_connection_is_made_behind_the_guard() -> None:
    """httpx clients come from ``crawler/net/client.py``, Scrapy has its resolver, a browser has no
    network of its own."""
    guilty = [
        (name, found[0])
        for name, path in sources("crawler", "monitor")
        if name != "crawler/net/client.py" and not name.startswith("monitor/demo/")
        for found in CONNECTS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
    texts = {name: path.read_text(encoding="utf-8") for name, path in sources("crawler", "monitor")}
    assert [
        name for name, text in texts.items() if "smtplib.SMTP(" in text and name not in MAIL
    ] == []
    assert [name for name, text in texts.items() if "chromium.launch(" in text] == [
        "crawler/net/browser.py"
    ]
    assert "--proxy-server=127.0.0.1:9" in texts["crawler/net/browser.py"]
    assert '"crawler.doors.spiders.resolver.GuardedResolver"' in texts["crawler/doors/project.py"]
    guarded = texts["crawler/net/client.py"]
    assert (
        guarded.count("network_backend=") == guarded.count("Pool(") == guarded.count("Client(") == 2
    )
    private = re.compile(r"\b(?:httpx|httpcore)\._|(?:transport|client|pool)\._\w")
    assert [name for name, text in texts.items() if private.search(text)] == []


def test_only_the_outer_rooms_ask_the_clock() -> None:
    asking = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(")
    outer = ("crawler/clock.py", "monitor/demo/apart.py", "monitor/night/schedule.py")
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
        ("monitor/bulletin/reports", "docs/reports.md"),
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


@pytest.mark.parametrize("package", ["crawler", "monitor"])
def test_no_two_classes_of_a_package_have_one_name(package: str) -> None:
    """A reader who meets a name in an import or a traceback knows which class it is."""
    homes: dict[str, list[str]] = {}
    for name, path in sources(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(name)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


MOST_PARAMETERS = 5
ASKED_FOR = re.compile(r"\.(?:command|group|get|post|put|delete)\(|^click\.(?:command|group)\(")
"""Decorators of a command or a route: its parameters are the options, or the fields of a form."""
TOO_MANY = frozenset(
    {
        "crawler/accounts:plan_night",
        "crawler/accounts:read_answer",
        "crawler/checks:_at",
        "crawler/checks:_link_rule",
        "crawler/checks:_once",
        "crawler/checks:_words",
        "crawler/checks:check_text",
        "crawler/checks:missing",
        "crawler/crosscheck:weigh",
        "crawler/days:_counted_back",
        "crawler/days:find_date",
        "crawler/days:find_dates",
        "crawler/days:judge",
        "crawler/discovery:discover",
        "crawler/doors/spiders:__init__",
        "crawler/platforms:_reading",
        "crawler/platforms:believe",
        "crawler/reading/bounds:nothing_in",
        "crawler/reading/bounds:whole",
        "crawler/reading/families:_form",
        "crawler/reading/lists:_cell",
        "crawler/reading/lists:_relative_cell",
        "crawler/reading/lists:_score",
        "crawler/reading/lists:_unseen",
        "crawler/reading:_nothing",
        "crawler/register:_insert_state",
        "crawler/register:enter_state",
        "monitor/access:add_user",
        "monitor/access:change_user",
        "monitor/access:enter",
        "monitor/access:issue",
        "monitor/access:set_password",
        "monitor/access:sign_in",
        "monitor/bulletin/reports:_row",
        "monitor/bulletin/reports:_say",
        "monitor/channels:__init__",
        "monitor/commands/desk:order_lines",
        "monitor/commands:_decide",
        "monitor/commands:_import",
        "monitor/commands:_known_or_new",
        "monitor/demo:_file",
        "monitor/demo:_item",
        "monitor/demo:_page",
        "monitor/demo:_title",
        "monitor/demo:list_page",
        "monitor/demo:row",
        "monitor/desk:_keep",
        "monitor/desk:_put",
        "monitor/desk:account_state",
        "monitor/desk:candidate",
        "monitor/desk:commend",
        "monitor/desk:correct",
        "monitor/desk:decide_origin",
        "monitor/desk:put",
        "monitor/desk:start",
        "monitor/desk:unedit",
        "monitor/facts:_outlet",
        "monitor/facts:account_rhythms",
        "monitor/facts:gather",
        "monitor/findings:apply",
        "monitor/findings:journal",
        "monitor/judging:evaluate",
        "monitor/judging:explain",
        "monitor/judging:rejudge",
        "monitor/letters:_end_attempt",
        "monitor/letters:send_waiting",
        "monitor/looks:on_site",
        "monitor/night:nightly",
        "monitor/night:one_night",
        "monitor/night:run_crawl",
        "monitor/night:sweep",
        "monitor/night:visit_home",
        "monitor/rules/columns:_stand",
        "monitor/rules/sites:_stand",
        "monitor/sheets:_line",
        "monitor/sheets:table",
        "monitor/verdicts:dated",
        "monitor/verdicts:on_outlet",
        "monitor/web/pages:_begun",
        "monitor/web/pages:_done",
        "monitor/web/pages:_listed",
        "monitor/web/pages:_show",
        "monitor/web/pages:_tokens",
        "monitor/web/pages:outlet_page",
        "monitor/web/pages:show_kept",
        "monitor/web:heat",
        "monitor/web:name_of",
    }
)
"""Functions that still take more; the list only becomes shorter."""


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many a caller may give: keyword-only ones count, ``self`` and ``cls`` do not."""
    every = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len(every) - (every[:1] in (["self"], ["cls"]))


def test_more_than_five_things_that_travel_together_are_one() -> None:
    """But for commands, routes, and the ``check`` of a rule, whose keywords are its limits in
    config.yaml."""
    found = {
        f"{name.rpartition('/')[0]}:{node.name}"
        for name, path in sources("crawler", "monitor")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and parameters(node) > MOST_PARAMETERS
        and not any(ASKED_FOR.search(ast.unparse(one)) for one in node.decorator_list)
        and not (node.name == "check" and name.startswith("monitor/rules/"))
    }
    assert found - TOO_MANY == set(), (
        "make them one thing that means something (a frozen dataclass)"
    )
    assert TOO_MANY - found == set(), "take them out of the list: it only becomes shorter"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name
        for name, path in sources("crawler", "monitor")
        if path.stat().st_size
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_nothing_happens_at_import() -> None:
    """Module level holds definitions, constants and imports: no bare calls but a logger's
    set-up."""
    allowed = ("_log", "logger", "log")
    guilty = []
    for name, path in sources("crawler", "monitor"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            if call and not ast.unparse(node).startswith(allowed):
                guilty.append((name, ast.unparse(node)[:60]))
    assert guilty == []

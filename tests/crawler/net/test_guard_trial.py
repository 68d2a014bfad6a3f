"""A process whose guard was taken off starts nothing: each door is tried with this machine before
anything is fetched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
import yaml
from click.testing import CliRunner

from crawler import __main__ as crawl_command
from crawler.net.guard_trial import GuardOff, listening, try_guard
from monitor.__main__ import attach, cli, main
from tests.crawler.net.test_browser import NIGHT
from tests.support.doors import Server, plain, serving

PAGE = plain(b"<html><body>inside</body></html>")


class Renamed(httpcore.AsyncConnectionPool):
    """A pool whose option has another name by now, and which takes the old one without a word."""

    def __init__(self, *, network_backend: Any = None, **options: Any) -> None:
        super().__init__(**options)


class RenamedWaiting(httpcore.ConnectionPool):
    """As :class:`Renamed`."""

    def __init__(self, *, network_backend: Any = None, **options: Any) -> None:
        super().__init__(**options)


@pytest.fixture(params=["AsyncConnectionPool", "ConnectionPool"])
def guard_off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the two clients without its guard, as after a rename in the library."""
    taken = {"AsyncConnectionPool": Renamed, "ConnectionPool": RenamedWaiting}[request.param]
    monkeypatch.setattr(httpcore, request.param, taken)
    monkeypatch.setattr("crawler.net.guard_trial.PATIENCE", 0.05)


def test_a_guard_that_is_on_lets_the_process_start() -> None:
    try_guard()


@pytest.mark.usefixtures("guard_off")
def test_a_client_without_its_guard_is_caught_at_its_first_probe() -> None:
    with pytest.raises(GuardOff, match=r"^内网防护没有生效（httpx.*连到了本机.*拒绝启动"):
        try_guard()


def test_an_answer_from_this_machine_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the guard is there against: an unguarded client gets its 200 from 127.0.0.1 and tells
    nobody."""
    server = Server({"/": PAGE})

    @contextmanager
    def answering() -> Iterator[tuple[int, Any]]:
        yield server.port, lambda: bool(server.asked)

    with serving({"inside": server}):
        monkeypatch.setattr("crawler.net.guard_trial.listening", answering)
        try_guard()
        assert server.asked == []
        monkeypatch.setattr(httpcore, "AsyncConnectionPool", Renamed)
        with pytest.raises(GuardOff):
            try_guard()
        assert [one.path for one in server.asked] == ["/"]


def test_a_listener_knows_whether_somebody_came() -> None:
    with listening() as (port, visited):
        assert not visited()
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=0.1, trust_env=False)
        assert visited()


@pytest.mark.usefixtures("guard_off")
def test_no_command_does_anything_without_its_guard() -> None:
    attach()
    found: list[str] = []
    for name in cli.commands:
        result = CliRunner().invoke(cli, [name], catch_exceptions=True)
        found += [name] if isinstance(result.exception, GuardOff) else []
    assert found == list(cli.commands)
    assert {"nightly", "recheck", "serve", "mail"} <= set(found)


@pytest.mark.usefixtures("guard_off")
def test_the_command_says_so_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gengxin", "status", "--config", str(config(tmp_path, 80))])
    assert main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("内网防护没有生效")
    assert said.err.count("\n") == 1
    assert not (tmp_path / "store.db").exists()


@pytest.mark.usefixtures("guard_off")
def test_the_crawl_says_so_and_opens_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["crawler", "--config", str(config(tmp_path, 80))])
    assert crawl_command.main() == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("内网防护没有生效")
    assert not (tmp_path / "store.db").exists()


def config(folder: Path, port: int) -> Path:
    home = f"http://127.0.0.1:{port}/"
    data = {
        "store": f"sqlite:///{folder}/store.db",
        "crawler": {
            "contact": "office@example.org",
            "allow_loopback": True,
            "delay": 0.001,
            "robots": False,
        },
        "catalogue": {
            "sites": [{"id": "p", "name": "门户", "home": home}],
            "columns": [{"id": "tz", "name": "通知", "url": home}],
        },
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


TAKEN_OFF = {
    "Scrapy 域名解析": 'settings["TWISTED_DNS_RESOLVER"] = "scrapy.resolver.CachingThreadedResolver"',
    "Scrapy 中间件": 'settings["DOWNLOADER_MIDDLEWARES"] = {}',
}
"""What a rename of Scrapy's would do to our settings, and the door that must notice."""
WITHOUT = """
import crawler.doors.crawl, crawler.doors.settings
def scrapy_settings(*arguments):
    settings = crawler.doors.settings.scrapy_settings(*arguments)
    {change}
    return settings
crawler.doors.crawl.scrapy_settings = scrapy_settings
"""


@pytest.mark.parametrize("door", TAKEN_OFF)
def test_a_crawl_whose_scrapy_lost_its_guard_asks_no_page(tmp_path: Path, door: str) -> None:
    """In a process of its own: a Scrapy crawl can run once in each."""
    server = Server({"/": PAGE})
    with serving({"portal": server}):
        script = WITHOUT.format(change=TAKEN_OFF[door]) + NIGHT
        path = str(config(tmp_path, server.port))
        done = subprocess.run(
            [sys.executable, "-c", script, path],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert done.returncode == 1
    assert f"GuardOff: 内网防护没有生效（{door}" in done.stderr.splitlines()[-1]
    assert server.asked == []

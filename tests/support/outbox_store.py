"""A small catalogue, findings in it, and a channel that does as it is told: for the tests of
letters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from crawler.model import SHANGHAI, Unit
from crawler.store.tables import OutletRow, SiteRow, UnitRow, VisitRow
from monitor.channels import HandingOver, Receipt, Undelivered
from monitor.channels.mail import MailConfig
from monitor.letters.alerts import Send, Sent, send_waiting, write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.model import Letter
from monitor.record.tables import FindingRow, LetterRow, SaidRow
from monitor.settings.letters import LetterSettings
from monitor.settings.sending import AlertsConfig
from tests.conftest import Store

DAY = date(2020, 7, 20)
NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
UNITS = (
    Unit(
        "jsj",
        "建设局",
        "住房和城乡建设局",
        "区直部门",
        emails=("jsj@example.org", "jsj2@example.org"),
    ),
    Unit("yjj", "应急管理局", "应急管理局", "区直部门", emails=("yjj@example.org",)),
    Unit("sjj", "审计局", "审计局", "区直部门"),
    Unit("jyj", "教育局", "教育局", "区直部门", emails=("jyj@example.org",)),
)
SETTINGS = LetterSettings(office_emails=("office@example.org",))
MAIL = MailConfig(
    host="127.0.0.1", security="plain", sender="watch@example.org", copy_to=("head@example.org",)
)
CONFIG = AlertsConfig(letters=SETTINGS, channels={"mail": MAIL})


def seed(store: Store, *findings: Sequence[str], units: Sequence[Unit] = UNITS) -> None:
    """The catalogue, one column, and findings answered for by the given units (none: it is
    ours)."""
    with store.engine.begin() as c:
        rows = [
            {
                "id": u.id,
                "short": u.short,
                "full": u.full,
                "group_name": u.group,
                "aliases": [],
                "quota": None,
            }
            | {"emails": list(u.emails), "retired_at": None}
            for u in units
        ]
        c.execute(insert(UnitRow), rows)
        c.execute(
            insert(SiteRow).values(
                id="s",
                name="门户",
                home="http://portal/",
                hosts=[],
                delay=1,
                concurrency=1,
                legacy_tls=False,
            )
        )
        column = {
            "id": "zlaq",
            "kind": "column",
            "name": "质量安全",
            "platform": "portal",
            "site_id": "s",
        }
        column |= {"url": "http://portal.example.org/zlaq/", "cls": "other", "path": "", "level": 2}
        column |= {"floor": 1, "state": "registered", "handle": {}, "probes": []}
        c.execute(insert(OutletRow).values(column))
        c.execute(insert(VisitRow).values(visit("read", NOW - timedelta(hours=7))))
        c.execute(insert(VisitRow).values(visit("blocked", NOW - timedelta(hours=1))))
    for answerable in findings:
        open_finding(store, *answerable)


def visit(outcome: str, moment: datetime) -> dict[str, Any]:
    texts = dict.fromkeys(
        ("reason", "mark", "url", "newest_url", "page_hash", "etag", "last_modified"), ""
    )
    return texts | {
        "outlet_id": "zlaq",
        "moment": moment,
        "outcome": outcome,
        "evidence": "complete",
        "door": "spider",
        "probe": "portal",
        "page_no": 1,
        "status": 200,
        "dated": 20,
        "seconds": 0.1,
        "family": "trs",
    }


def open_finding(store: Store, *units: str) -> int:
    with store.engine.begin() as c:
        number = (c.scalar(select(func.max(FindingRow.id))) or 0) + 1
        row = {"number": f"2020-{number:04}", "rule": "column_stale", "subject": "outlet:zlaq"}
        row |= {
            "period": str(number),
            "name": "质量安全",
            "value": "stale",
            "sentence": "超期。",
            "clause": "19号",
        }
        row |= {
            "units": list(units),
            "numbers": {},
            "newest": {},
            "ours": not units,
            "due": date(2020, 7, 1),
        }
        row |= {"opened": NOW - timedelta(days=5)}
        said = {name: row[name] for name in ("rule", "subject", "period", "value", "clause")}
        c.execute(insert(SaidRow).values({**said, "since": row["opened"]}))
        return c.execute(insert(FindingRow).values(row).returning(FindingRow.id)).scalar_one()


def look(store: Store, moment: datetime) -> None:
    """A night's look at the column that bears its findings out."""
    with store.engine.begin() as c:
        c.execute(insert(VisitRow).values(visit("read", moment)))


def write(store: Store, day: date = DAY, moment: datetime = NOW, **more: Any) -> Any:
    """The letters of a day whose night looked at the column."""
    look(store, moment - timedelta(hours=7))
    with store.engine.begin() as c:
        said = {name: more.pop(name) for name in ("verdicts", "notes", "unseen") if name in more}
        return write_letters(c, Today(day, moment, **said), Mailing(UNITS, SETTINGS, **more))


def rows(store: Store, table: Any) -> Sequence[Any]:
    with store.reader.connect() as c:
        return c.execute(select(table.__table__).order_by(table.id)).all()


def states(store: Store) -> dict[str, str]:
    return {row.unit_id: row.state for row in rows(store, LetterRow)}


@dataclass
class Fake:
    """A channel that does as it is told: an answer, or an exception, per call; then always yes."""

    plan: list[Any] = field(default_factory=list)
    got: list[Letter] = field(default_factory=list)

    def __call__(self, letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        handing_over()
        step = self.plan.pop(0) if self.plan else Receipt("250 ok")
        if isinstance(step, BaseException):
            raise step
        self.got.append(letter)
        assert isinstance(step, Receipt)
        return step


def deliver(
    store: Store, channel: Send, now: datetime = NOW, config: AlertsConfig = CONFIG
) -> Sent:
    return send_waiting(store.engine, config, now, {"mail": channel}, elapsed=lambda: 0.0)


def again(permanent: bool = False, **more: Any) -> Undelivered:
    return Undelivered(permanent, "550 no" if permanent else "451 later", **more)


def together(work: Callable[[], Any], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

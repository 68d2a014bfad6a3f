"""A quarter of letters: who got what on which day from January to March 2021, as one fixed table.

Time is passed in. The State Council's days of 2021: off from 11 to 17 February; Sunday 7 and
Saturday 20 February are worked. Letters are written at seven, and nothing leaves between half past
five and eight, nor on a day off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select

from crawler.model import (
    SHANGHAI,
    Addressee,
    ContactRole,
    Deed,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Site,
    Unit,
    Visit,
)
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.tables import DutyRow, VisitRow
from monitor.channels import HandingOver, Receipt, Undelivered
from monitor.counting.counts import units_of
from monitor.findings.dispensations import Bounds, DispensationKind, dispensed, grant, in_force
from monitor.findings.ledger import apply
from monitor.findings.said import journal
from monitor.letters.alerts import send_waiting, write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.letters.ourselves import troubles
from monitor.letters.text import OFFICE
from monitor.model import Facts, Letter, OutletFacts, Value, Verdict
from monitor.record.check import verify
from monitor.record.tables import EventRow, LetterRow
from monitor.rectify.acks import acknowledge
from monitor.rectify.appeals import appeal, decide
from monitor.rectify.orders import Terms, issue, one
from monitor.rectify.replies import Enclosed, reply, settle
from monitor.settings.letters import LetterSettings
from monitor.settings.life import Life
from monitor.settings.orders import OrderSettings
from monitor.settings.sending import AlertsConfig
from tests.conftest import Store

SETTINGS = LetterSettings.model_validate(
    {
        "office_emails": ["office@example.org"],
        "deadline_days": 3,
        "workdays_only": True,
        "quiet_from": "17:30",
        "quiet_until": "08:00",
        "leader_after": 1,
        "talk_after": 5,
    }
)
CONFIG = AlertsConfig(letters=SETTINGS)
CONTACT, LEADER = ContactRole.CONTACT, ContactRole.LEADER
UNITS = (
    Unit(
        "jsj", "建设局", "样例区建设局", "区直部门", emails=("jsj@example.org",),
        contacts=(Addressee(LEADER, "jsj-head@example.org"),),
    ),
    Unit(
        "yjj", "应急局", "样例区应急局", "区直部门",
        contacts=(
            Addressee(CONTACT, "yjj-old@example.org", valid_to=date(2021, 2, 28)),
            Addressee(CONTACT, "yjj-new@example.org", valid_from=date(2021, 3, 1)),
        ),
    ),
    Unit("jyj", "教育局", "样例区教育局", "区直部门", emails=("jyj@example.org",)),
)  # fmt: skip
SITE = Site("s", "门户", "http://portal.example.org/")


def outlet(id: str, name: str, *units: str, kind: OutletKind = OutletKind.COLUMN) -> Outlet:
    platform = "portal" if kind is OutletKind.COLUMN else "weibo"
    return Outlet(id, kind, name, platform, "s", units, f"http://portal.example.org/{id}/")


ACCOUNT = OutletKind.ACCOUNT
OUTLETS = (
    outlet("a", "质量安全", "jsj", "yjj"),
    outlet("b", "通知公告", "yjj"),
    outlet("c", "教育动态", "jyj"),
    outlet("e", "应急发布", "yjj", kind=ACCOUNT),
    outlet("f", "招生信息", "jyj"),
    outlet("g", "预案公开", "yjj"),
)
NAMES = {o.id: o.name for o in OUTLETS}

# From which night to which (not included) a look shows an outlet as late. What is published in the
# daytime is
# seen in the night after it.
LATE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "a": (("01-06", "01-12"), ("02-03", "02-24")),
    "b": (("02-25", "04-01"),),
    "c": (("03-09", "03-31"),),
    "e": (("03-15", "03-16"), ("03-17", "03-19")),
    "g": (("01-13", "01-15"),),
}
SOON = {"f": ("01-18", "01-30", date(2021, 1, 29))}
DOWN = ("03-17", "03-19")
"""Nights on which the portal itself is down."""
NO_MAIL = ("03-23", "03-25")
"""Days on which the mail server does not answer."""
LATE_JOBS = {"01-13": time(21), "01-15": time(22)}
"""Days on which the service was off at seven and wrote the letters in the evening."""

TABLE = """
01-06 08:15 jsj：【更新提醒】建设局：1 项问题
01-06 08:15 yjj-old：【更新提醒】应急局：1 项问题
01-11 08:15 jsj：【更新提醒】建设局：1 项问题
01-11 08:15 yjj-old：【更新提醒】应急局：1 项问题
01-12 08:15 jsj：【整改确认】建设局：1 项已销号
01-12 08:15 yjj-old：【整改确认】应急局：1 项已销号
01-14 08:15 yjj-old：【更新提醒】应急局：1 项问题
01-18 08:15 jyj：【本周待办】教育局：1 项即将到期
01-18 08:15 yjj-old：【整改确认】应急局：1 项已销号
01-25 08:15 jyj：【本周待办】教育局：1 项即将到期
01-27 08:15 jyj：【到期提醒】教育局：1 项即将到期
01-29 08:15 jyj：【到期提醒】教育局：1 项即将到期
02-03 08:15 jsj：【更新提醒】建设局：1 项问题
02-03 08:15 yjj-old：【更新提醒】应急局：1 项问题
02-04 08:15 jsj：【更新提醒】建设局：1 项问题
02-04 08:15 yjj-old：【更新提醒】应急局：1 项问题
02-08 08:15 jsj：【更新提醒】建设局：1 项问题
02-08 08:15 yjj-old：【更新提醒】应急局：1 项问题
02-10 08:15 jsj jsj-head：【更新提醒】建设局：1 项问题（1 项逾期）
02-10 08:15 yjj-old：【更新提醒】应急局：1 项问题（1 项逾期）
02-10 08:15 office：【系统待办】2 个单位逾期
02-18 08:15 jsj jsj-head：【更新提醒】建设局：1 项问题（1 项逾期）
02-18 08:15 yjj-old：【更新提醒】应急局：1 项问题（1 项逾期）
02-22 08:15 jsj jsj-head：【更新提醒】建设局：1 项问题（1 项逾期）
02-22 08:15 yjj-old：【更新提醒】应急局：1 项问题（1 项逾期）
02-22 08:15 office：【系统待办】2 个单位逾期，建议约谈 2 个单位
02-24 08:15 jsj：【整改确认】建设局：1 项已销号
02-24 08:15 yjj-old：【整改确认】应急局：1 项已销号
02-25 08:15 yjj-old：【更新提醒】应急局：1 项问题
03-01 08:15 jsj：【更新提醒】建设局：1 项问题
03-01 08:15 yjj-new：【移交告知】应急局：1 项已移交
03-04 08:15 jsj：【更新提醒】建设局：1 项问题
03-09 08:15 jsj：【整改确认】建设局：1 项已销号
03-09 08:15 jyj：【更新提醒】教育局：1 项问题
03-15 08:15 jyj：【更新提醒】教育局：1 项问题（1 项逾期）
03-15 08:15 yjj-new：【更新提醒】应急局：1 项问题
03-15 08:15 office：【系统待办】1 个单位逾期
03-16 08:15 yjj-new：【整改确认】应急局：1 项已销号
03-17 08:15 jsj：【更新提醒】建设局：1 项问题
03-17 08:15 yjj-new：【更新提醒】应急局：1 项问题
03-17 08:15 office：【系统待办】1 项提醒暂缓
03-18 08:15 office：【系统待办】1 项提醒暂缓
03-19 08:15 jsj：【整改确认】建设局：1 项已销号
03-19 08:15 jyj：【更新提醒】教育局：1 项问题（1 项逾期）
03-19 08:15 office：【系统待办】1 个单位逾期，建议约谈 1 个单位
03-25 08:15 jyj：【更新提醒】教育局：1 项问题（1 项逾期）
03-25 08:15 office：【系统待办】1 项系统异常，1 个单位逾期，建议约谈 1 个单位
03-30 08:15 jyj：【更新提醒】教育局：1 项问题（1 项逾期）
03-31 08:15 jyj：【整改确认】教育局：1 项已销号
"""
"""Day, hour, who (the name before the @), subject without its day.

What only repeats comes every third working day: 01-06 → 01-11, 02-04 → 02-08 over the worked
Sunday, 03-01 → 03-04. At once comes what is news: the order (02-04), a deadline that passed (02-10,
03-15), "done" that was not (02-18, after the holidays), the leader's week (02-22), a column that
went to another bureau (03-01 to the old one, who hears no more of it), ends, warnings. While the
portal is down (03-17, 03-18) 教育局's column cannot be seen: the reminder waits and the office is told
so. The reminder of 03-24 met no mail server and came on the 25th.
"""


def between(day: date, span: tuple[str, str]) -> bool:
    return span[0] <= f"{day:%m-%d}" < span[1]


@dataclass
class Quarter:
    """The district in those months; ``arrived`` is what its mail server took."""

    store: Store
    folder: Path
    arrived: list[str] = field(default_factory=list)
    day: date = date(2021, 1, 4)

    def at(self, hour: time) -> datetime:
        return datetime.combine(self.day, hour, SHANGHAI)

    def do(self, hour: time, what: Callable[[Connection, datetime], object]) -> None:
        with self.store.engine.begin() as c:
            what(c, self.at(hour))

    def live(self) -> None:
        self.do(time(2), self.night)
        written = LATE_JOBS.get(f"{self.day:%m-%d}", time(7))
        early = written < time(8)
        if early:
            self.letters(written)
        for hour in (time(8, 15), time(10)):
            self.send(hour)
        for hour, action in DIARY.get(f"{self.day:%m-%d}", ()):
            self.do(hour, lambda c, now, action=action: action(self, c, now))  # type: ignore[misc]
        self.send(time(17))
        if not early:
            self.letters(written)

    def letters(self, hour: time) -> None:
        self.do(hour, self.write)
        self.send(hour)

    def write(self, c: Connection, now: datetime) -> None:
        units = units_of(c, self.day)
        write_letters(
            c,
            Today(self.day, now, verdicts=self.verdicts(c, now), notes=troubles(c, now, SETTINGS)),
            Mailing(units, SETTINGS),
        )

    def night(self, c: Connection, now: datetime) -> None:
        for o in OUTLETS:
            if not (between(self.day, DOWN) and o.kind is OutletKind.COLUMN):
                c.execute(insert(VisitRow).values(seen(o.id, now)))
        self.judge(c, now)

    def judge(self, c: Connection, now: datetime) -> None:
        verdicts = self.verdicts(c, now)
        apply(c, verdicts, now, lives={"account_idle": Life(flap_times=2, flap_days=14)})
        journal(c, verdicts, now)
        settle(c, now)

    def verdicts(self, c: Connection, now: datetime) -> list[Verdict]:
        down = between(self.day, DOWN)
        found = [
            self.verdict(c, o, now, down=down and o.kind is OutletKind.COLUMN) for o in OUTLETS
        ]
        value = Value.STALE if down else Value.FRESH
        found.append(
            Verdict(
                "site_unreachable",
                "site:s",
                value,
                "门户打不开。",
                "19号 站点无法访问",
                ("jsj",),
                name="门户",
                numbers={"down": int(down)},
            )
        )
        facts = Facts(
            now,
            self.day,
            tuple(OutletFacts(o, o.units, (), None, True) for o in OUTLETS),
            (),
            (),
            "",
        )
        return list(dispensed(found, in_force(c, now), facts))

    def verdict(self, c: Connection, o: Outlet, now: datetime, *, down: bool) -> Verdict:
        rule = "account_idle" if o.kind is ACCOUNT else "column_stale"
        late = any(between(self.day, span) for span in LATE.get(o.id, ()))
        value, due = (Value.STALE if late else Value.FRESH), None
        if o.id in SOON and between(self.day, SOON[o.id][:2]):
            value, due = Value.DUE_SOON, SOON[o.id][2]
        if down:
            value = Value.UNKNOWN
        duty = select(DutyRow.unit_id).where(DutyRow.outlet_id == o.id, DutyRow.since <= self.day)
        duty = duty.where(DutyRow.until.is_(None) | (DutyRow.until > self.day)).order_by(
            DutyRow.position
        )
        units = tuple(c.execute(duty).scalars())
        return Verdict(
            rule,
            f"outlet:{o.id}",
            value,
            f"{o.name}超期。",
            "19号",
            units,
            name=o.name,
            looked=now,
            due=due,
        )

    def send(self, hour: time) -> None:
        send_waiting(self.store.engine, CONFIG, self.at(hour), {"mail": self.channel}, lambda: 0.0)

    def channel(self, letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        if between(self.day, NO_MAIL):
            raise Undelivered(False, "connection refused", stage="connect", closed=True)
        handing_over()
        to = " ".join(address.partition("@")[0] for address in letter.to)
        subject = letter.subject.replace(
            f"{letter.key[:4]}-{letter.key[4:6]}-{letter.key[6:8]} ", ""
        )
        self.arrived.append(f"{moment.astimezone(SHANGHAI):%m-%d %H:%M} {to}：{subject}")
        return Receipt("250 ok")


def seen(id: str, moment: datetime) -> dict[str, object]:
    visit = Visit(id, moment, Outcome.READ, Evidence.COMPLETE, "spider")
    names = [
        column.name
        for column in VisitRow.__table__.columns
        if column.name not in ("id", "outlet_id", "run_id")
    ]
    return {"outlet_id": id} | {name: getattr(visit, name) for name in names}


# ---- what people did, and when
# --------------------------------------------------------------------------------


def ack_a(q: Quarter, c: Connection, now: datetime) -> None:
    """建设局 has heard, and asks for quiet until Friday."""
    acknowledge(
        c,
        "2021-0001",
        deed=Deed("联系人", now, unit="jsj"),
        until=date(2021, 1, 8),
        letters=SETTINGS,
    )


def order_a(q: Quarter, c: Connection, now: datetime) -> None:
    """The second time it is an order: five working days, and Sunday the 7th is one of them."""
    made = issue(c, "2021-0003", deed=Deed("办公室", now), terms=Terms(SETTINGS, OrderSettings()))
    assert made.deadline == datetime(2021, 2, 9, 17, 30, tzinfo=SHANGHAI)
    assert made.recurrence == 1


def reply_a(q: Quarter, c: Connection, now: datetime) -> None:
    """ "Done", says the unit; the next night's look says it is not."""
    reply(
        c,
        "2021-1",
        deed=Deed("联系人", now, "已更新", unit="jsj"),
        settings=OrderSettings(),
        enclosed=Enclosed(q.folder),
    )


def sent_back(q: Quarter, c: Connection, now: datetime) -> None:
    found = one(c, "2021-1")
    assert (found.state, found.reopened) == ("issued", 1)


def ended(q: Quarter, c: Connection, now: datetime) -> None:
    found = one(c, "2021-1")
    assert (found.state, found.ended) == ("closed", "fresh")


def move_b(q: Quarter, c: Connection, now: datetime) -> None:
    """The reform of the bureaus: from tomorrow on 通知公告 is 建设局's."""
    moved = tuple(
        Outlet(
            o.id, o.kind, o.name, o.platform, o.site, ("jsj",) if o.id == "b" else o.units, o.url
        )
        for o in OUTLETS
    )
    sync(c, Catalogue(UNITS, (SITE,), moved), now + timedelta(days=1))


def appeal_b(q: Quarter, c: Connection, now: datetime) -> None:
    appeal(c, "2021-0004", deed=Deed("联系人", now, "栏目已合并", unit="jsj"))


def uphold_b(q: Quarter, c: Connection, now: datetime) -> None:
    decide(c, "2021-0004", upheld=True, deed=Deed("分管负责人", now, "栏目已合并"), exempt_days=60)


def silence_c(q: Quarter, c: Connection, now: datetime) -> None:
    grant(
        c,
        DispensationKind.SILENCE,
        "outlet:c",
        deed=Deed("分管负责人", now, "校园网改造"),
        bounds=Bounds(date(2021, 3, 10), date(2021, 3, 12)),
    )


Action = Callable[[Quarter, Connection, datetime], None]
DIARY: Mapping[str, tuple[tuple[time, Action], ...]] = {
    "01-06": ((time(15), ack_a),),
    "02-03": ((time(10), order_a),),
    "02-10": ((time(14), reply_a),),
    "02-11": ((time(12), sent_back),),
    "02-24": ((time(12), ended),),
    "02-28": ((time(12), move_b),),
    "03-02": ((time(9), appeal_b),),
    "03-08": ((time(16), uphold_b),),
    "03-09": ((time(16), silence_c),),
}


def test_who_got_what_on_which_day(sqlite_store: Store, tmp_path: Path) -> None:
    quarter = Quarter(sqlite_store, tmp_path / "files")
    with sqlite_store.engine.begin() as c:
        sync(c, Catalogue(UNITS, (SITE,), OUTLETS), datetime(2021, 1, 1, 9, tzinfo=SHANGHAI))
    while quarter.day < date(2021, 4, 1):
        quarter.live()
        quarter.day += timedelta(days=1)
    assert "\n".join(quarter.arrived) == TABLE.strip()
    with sqlite_store.reader.connect() as c:
        assert verify(c).broken == ""
        states = {row.state for row in c.execute(select(LetterRow.state))}
        office = (
            c.execute(select(LetterRow.text_body).where(LetterRow.unit_id == OFFICE))
            .scalars()
            .all()
        )
        kinds = set(c.execute(select(EventRow.kind)).scalars())
    assert states == {"sent", "superseded"}
    assert any("建设局：1 项，最长逾期 5 个工作日，回潮 1 次" in text for text in office)
    assert kinds >= {
        "ordered",
        "replied",
        "reopened",
        "acknowledged",
        "appealed",
        "decided",
        "flapping",
    }

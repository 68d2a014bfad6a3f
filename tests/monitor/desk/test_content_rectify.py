"""From a suspect to a mended post: a person's word, the letter to whoever published it, the order,
the look, the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, update

from crawler.model import SHANGHAI, Deed
from crawler.store.content_tables import CheckedPostRow, SuspectRow
from crawler.store.tables import PostRow
from monitor.__main__ import attach, cli
from monitor.demo.defect_resources import HTML, Served
from monitor.demo.defect_site import DefectSite
from monitor.demo.defect_texts import IDS
from monitor.demo.server import Listener
from monitor.desk.content import (
    Ruling,
    WantedSuspects,
    decide,
    dismissals,
    listing,
    one,
    take_back,
    totals,
    whose,
)
from monitor.judging.now import judge_now
from monitor.night import jobs
from monitor.night.content import sweep
from monitor.office import Office, enter_catalogue, open_office
from monitor.record.tables import FindingRow, LetterRow
from monitor.rectify.orders import OrderRow
from monitor.rectify.replies import ReplyRow

NOW = datetime(2020, 6, 2, 9, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
    '<p>发布时间：2020-06-01 来源：{origin}</p><div class="TRS_Editor"><p>这是供检查之用的样例信息，内容不对应任何真实事件。</p>'
    "{inside}</div></body></html>"
)
FOREIGN = '<script src="http://js.example.net/x.js"></script>'
POSTS = {
    "/tzgg/t20200601_1.htm": ("样例公示名单", "教育局", f"<p>张某，身份证号：{IDS[0]}。会议布署了工作。</p>"),
    "/tzgg/t20200601_2.htm": ("样例表格下载", "民政局", '<p>请下载附件，认真填写以后按时报送。</p><a href="/f/b.docx">附件.docx</a>'),
    "/tzgg/t20200601_3.htm": ("样例转载", "新华社", f"<p>转载的样例文字，供检查之用。</p>{FOREIGN}"),
}  # fmt: skip


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Place:
    site: DefectSite
    office: Office
    clock: Clock
    base: str

    def put(self, path: str, inside: str) -> None:
        title, origin, _ = POSTS[path]
        page = PAGE.format(title=title, origin=origin, inside=inside)
        self.site.pages[path] = Served(page.encode(), 200, HTML)

    def number(self, rule: str) -> int:
        with self.office.reader.connect() as c:
            return int(c.execute(select(SuspectRow.id).where(SuspectRow.rule == rule)).scalar_one())

    def state(self, rule: str) -> str:
        with self.office.reader.connect() as c:
            return str(
                c.execute(select(SuspectRow.state).where(SuspectRow.rule == rule)).scalar_one()
            )

    def confirm(self, rule: str, unit: str | None = None) -> None:
        with self.office.engine.begin() as c:
            decide(
                c,
                self.number(rule),
                ruling=Ruling(right=True, unit=unit),
                deed=Deed("值班员", self.clock(), "属实"),
            )

    def findings(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        with self.office.reader.connect() as c:
            rows = c.execute(select(FindingRow.rule, FindingRow.units, FindingRow.closed))
            return {row.rule: (tuple(row.units), row.closed is not None) for row in rows}

    def judge(self) -> None:
        judge_now(self.office, self.clock(), accuse=True)

    def run(self, *words: str) -> Result:
        attach()
        config = ["--config", str(self.office.settings.path), "--as-of", self.clock().isoformat()]
        return CliRunner().invoke(cli, [*words, *config], standalone_mode=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    site, clock = DefectSite(), Clock()
    listener = Listener(site)
    listener.start()
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config(listener.url), allow_unicode=True), encoding="utf-8")
    try:
        with open_office(path) as office:
            enter_catalogue(office, NOW)
            made = Place(site, office, clock, listener.url)
            for one_path, (_, _, inside) in POSTS.items():
                made.put(one_path, inside)
            site.pages["/f/b.docx"] = Served(b"", 200, "application/octet-stream")
            items = "".join(
                f'<li><a href="{p}">{t[0]}</a><span>2020-06-01</span></li>'
                for p, t in POSTS.items()
            )
            site.pages["/tzgg/"] = Served(
                f"<html><body><ul>{items}</ul></body></html>".encode(), 200, HTML
            )
            seen(office, listener.url)
            sweep(office, clock)
            jobs.recheck(office, clock, ["tzgg"])
            clock.now += HOUR
            yield made
    finally:
        listener.stop()


def config(base: str) -> dict[str, object]:
    rules = {
        "content_suspects": {"valid_from": "2019-04-01", "clause": "内部规则"},
        "content_faults": {"valid_from": "2019-04-01", "clause": "样例"},
    }
    units = [
        {
            "id": id_,
            "short": short,
            "full": f"样例区{short}",
            "group": "区直部门",
            "emails": [f"{id_}@example.org"],
        }
        for id_, short in (("jyj", "教育局"), ("mzj", "民政局"), ("fgj", "发改局"))
    ]
    return {
        "store": "sqlite:///store.db",
        "crawler": {
            "contact": "office@example.org",
            "allow_loopback": True,
            "delay": 0.001,
            "timeout": 5,
        },
        "monitor": {
            "rules": rules,
            "letters": {"office": "样例办", "office_emails": ["office@example.org"]},
        },
        "catalogue": {
            "units": units,
            "sites": [{"id": "p", "name": "样例门户", "home": f"{base}/", "delay": 0.001}],
            "columns": [
                {
                    "id": "tzgg",
                    "name": "通知公告",
                    "url": f"{base}/tzgg/",
                    "class": "notice",
                    "units": ["fgj"],
                }
            ],
            "accounts": [],
        },
    }


def seen(office: Office, base: str) -> None:
    rows = [
        {
            "outlet_id": "tzgg",
            "url": base + path,
            "title": title,
            "published": NOW.date(),
            "published_at": None,
            "raw": "",
            "place": "item",
            "why": "",
            "origin": origin,
            "others": [],
            "pinned": False,
            "page_hash": "",
            "first_seen": NOW,
            "last_seen": NOW,
            "prior_look": None,
            "article": "read",
        }
        for path, (title, origin, _) in POSTS.items()
    ]
    with office.engine.begin() as connection:
        connection.execute(insert(PostRow), rows)


def letters(place: Place) -> dict[str, str]:
    jobs.write_day(place.office, place.clock())
    with place.office.engine.begin() as c:
        c.execute(update(LetterRow).values(state="sent"))
    with place.office.reader.connect() as c:
        rows = c.execute(
            select(LetterRow.unit_id, LetterRow.text_body, LetterRow.html_body).order_by(
                LetterRow.id
            )
        )
        return {row.unit_id: f"{row.text_body}\n{row.html_body}" for row in rows}


def test_each_publisher_gets_its_own_faults_and_nothing_personal(place: Place) -> None:
    for rule in ("personal.id", "wording.pair", "attachments.empty"):
        place.confirm(rule)
    place.judge()
    assert place.findings()["content_faults"] == (("jyj", "mzj"), False), (
        "谁发布谁负责: not the column's keeper"
    )
    told = letters(place)
    assert "fgj" not in told
    assert "样例公示名单" in told["jyj"]
    assert "样例表格下载" not in told["jyj"]
    assert "样例表格下载" in told["mzj"]
    assert "样例公示名单" not in told["mzj"]
    assert "教育局2处、民政局1处" in told["jyj"]
    assert "信息内容问题" in told["jyj"]
    assert "牵头" not in told["jyj"], "neither answers for the other's posts"
    assert "超期未更新" not in told["jyj"]
    assert "布署" in told["jyj"]
    assert not any(IDS[0] in text for text in told.values())
    assert f"{IDS[0][:3]}***********{IDS[0][-4:]}" in told["jyj"]


def test_an_open_suspect_and_a_fault_of_nobody_accuse_no_unit(place: Place) -> None:
    place.confirm("hidden.script")
    place.judge()
    found = place.findings()
    assert found["content_suspects"] == ((), False)
    assert "content_faults" not in found
    with place.office.reader.connect() as c:
        sentence = c.execute(select(FindingRow.sentence)).scalar_one()
    assert "3处内容疑点待核实" in sentence
    assert "1处问题已认定属实、责任单位未定" in sentence
    assert set(letters(place)) == {"_office"}
    place.confirm("hidden.script", unit="fgj")
    place.judge()
    assert place.findings()["content_faults"] == (("fgj",), False)


def test_an_order_is_closed_by_the_look_at_its_post_and_by_nothing_else(place: Place) -> None:
    place.confirm("personal.id")
    place.judge()
    with place.office.reader.connect() as c:
        finding = c.execute(
            select(FindingRow.number).where(FindingRow.rule == "content_faults")
        ).scalar_one()
    assert finding in letters(place)["jyj"]
    assert place.run("order", "issue", finding, "--by", "办公室").exception is None
    place.clock.now += HOUR
    replied = ("reply", "2020-1", "--unit", "jyj", "--by", "联系人", "--text", "已撤下身份证号。")
    assert place.run("order", *replied).exception is None
    place.clock.now += HOUR
    place.judge()
    assert order(place) == ("replied", 0), "nobody has looked at the post since"
    place.clock.now += HOUR
    jobs.recheck(place.office, place.clock, ["tzgg"])
    assert order(place) == ("issued", 1), "the number still stands there: the reply is sent back"
    assert place.run("order", *replied).exception is None
    place.clock.now += HOUR
    place.put("/tzgg/t20200601_1.htm", "<p>张某，身份证号：已隐去。会议布署了工作。</p>")
    said = place.run("content", "--post", f"{place.base}/tzgg/t20200601_1.htm")
    assert said.exception is None
    assert f"问题 {finding} 已改正，自动销号" in said.output
    assert order(place) == ("closed", 1)
    assert place.state("personal.id") == "mended"
    with place.office.reader.connect() as c:
        assert c.execute(select(ReplyRow.result).order_by(ReplyRow.id)).scalars().all() == [
            "unproved",
            "proved",
        ]
    place.clock.now += DAY
    assert "已改正，自动销号" in letters(place)["jyj"]


def order(place: Place) -> tuple[str, int]:
    with place.office.reader.connect() as c:
        return tuple(c.execute(select(OrderRow.state, OrderRow.reopened)).one())  # type: ignore[return-value]


def test_a_column_and_an_address_are_looked_at_on_demand(place: Place) -> None:
    before = dict(place.site.asked)
    assert "检查信息3篇" in place.run("content", "--column", "tzgg").output
    assert place.site.asked["/tzgg/t20200601_3.htm"] == before["/tzgg/t20200601_3.htm"] + 1
    said = place.run("content", "--url", f"{place.base}/tzgg/t20200601_1.htm").output
    assert "个人信息" in said
    assert IDS[0] not in said
    assert "没有读到" in place.run("content", "--url", f"{place.base}/nothing.htm").output
    for words, said in (
        (("--post", f"{place.base}/nothing.htm"), "--url"),
        (("--column", "nothing"), "没有标识为 nothing 的栏目"),
    ):
        assert said in str(place.run("content", *words).exception)


def test_a_fault_is_looked_at_every_night_and_ends_with_its_post(place: Place) -> None:
    place.confirm("personal.id")
    with place.office.reader.connect() as c:
        due = c.execute(
            select(CheckedPostRow.due).where(CheckedPostRow.url.endswith("_1.htm"))
        ).scalar_one()
    assert due == place.clock(), "the next sweep"
    place.clock.now += 100 * DAY
    sweep(place.office, place.clock)
    with place.office.reader.connect() as c:
        dues = {
            row.url: row.due for row in c.execute(select(CheckedPostRow.url, CheckedPostRow.due))
        }
    waits = {url[-5]: due - place.clock() for url, due in dues.items()}
    assert waits["1"] < DAY < 80 * DAY < waits["2"]
    del place.site.pages["/tzgg/t20200601_1.htm"]
    place.clock.now += DAY
    sweep(place.office, place.clock)
    assert place.state("personal.id") == "mended", (
        "a post that was taken down tells nobody's number any more"
    )
    assert place.state("wording.pair") == "gone"


def test_a_post_that_its_list_still_shows_and_that_is_gone_on_two_days_is_a_suspect(
    place: Place,
) -> None:
    body = place.site.pages.pop("/tzgg/t20200601_1.htm")
    place.clock.now += DAY
    sweep(place.office, place.clock)
    with place.office.reader.connect() as c:
        assert "links.post" not in totals(c), "one look proves nothing"
    place.clock.now += DAY
    sweep(place.office, place.clock)
    assert place.state("links.post") == "open"
    with place.office.reader.connect() as c:
        assert whose(c, place.number("links.post"), NOW.date()).unit == "jyj"
    place.confirm("links.post")
    place.clock.now += DAY
    sweep(place.office, place.clock)
    assert place.state("links.post") == "confirmed"
    place.site.pages["/tzgg/t20200601_1.htm"] = body
    place.clock.now += DAY
    sweep(place.office, place.clock)
    assert place.state("links.post") == "mended"


def test_a_post_that_left_its_list_may_be_gone(place: Place) -> None:
    del place.site.pages["/tzgg/t20200601_1.htm"]
    with place.office.engine.begin() as c:
        c.execute(update(PostRow).where(PostRow.url.endswith("_2.htm")).values(last_seen=NOW + DAY))
    for _ in range(3):
        place.clock.now += DAY
        sweep(place.office, place.clock)
    with place.office.reader.connect() as c:
        assert "links.post" not in totals(c)


def test_a_false_alarm_is_never_asked_twice_until_somebody_takes_it_back(place: Place) -> None:
    number = place.number("wording.pair")
    with place.office.engine.begin() as c:
        done = decide(
            c,
            number,
            ruling=Ruling(right=False, scope="phrase"),
            deed=Deed("值班员", place.clock(), "原文如此"),
        )
    place.put("/tzgg/t20200601_2.htm", "<p>会议布署了工作，文字重新编辑过。</p>")
    for _ in range(3):
        place.clock.now += DAY
        sweep(place.office, place.clock)
    with place.office.reader.connect() as c:
        assert "wording.pair" not in totals(c)
        assert totals(c, "dismissed") == {"wording.pair": 2}, (
            "the same phrase on another post is not asked either"
        )
        (kept,) = dismissals(c, place.clock())
        assert (kept.phrase, kept.suspects, kept.by) == ("布署", 2, "值班员")
    with place.office.engine.begin() as c:
        assert done.decision is not None
        assert take_back(c, done.decision, deed=Deed("科长", place.clock(), "是错字")) == 2
        with pytest.raises(ValueError, match="有效"):
            take_back(c, done.decision, deed=Deed("科长", place.clock(), "是错字"))
        assert totals(c)["wording.pair"] == 2


def test_the_desk_lists_by_unit_family_and_words(place: Place) -> None:
    with place.office.reader.connect() as c:
        day = NOW.date()
        assert listing(c, WantedSuspects(), day).total == 4
        assert listing(c, WantedSuspects(unit="fgj"), day).total == 4
        assert listing(c, WantedSuspects(unit="jyj"), day).total == 0, "it keeps no column"
        assert [x.rule for x in listing(c, WantedSuspects(family="personal"), day).lines] == [
            "personal.id"
        ]
        assert listing(c, WantedSuspects(text="布署"), day).total == 1
        assert listing(c, WantedSuspects(), day, limit=2, start=3).lines[0].units == ("发改局",)
        with pytest.raises(ValueError, match="可选"):
            listing(c, WantedSuspects(state="strange"), day)
        with pytest.raises(LookupError, match="没有编号"):
            one(c, 10**6, day)
        assert whose(c, place.number("personal.id"), day).unit == "jyj"
        assert whose(c, place.number("hidden.script"), day).unit is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"words": " "}, "理由"),
        ({"by": ""}, "认定人"),
        ({"unit": "nobody"}, "台账里没有单位"),
        ({"right": False, "until": NOW}, "今天之后"),
        ({"right": False, "scope": "world"}, "scope"),
    ],
)
def test_a_word_that_is_none_is_refused(place: Place, more: dict[str, Any], said: str) -> None:
    said_of = {"by": "值班员", "words": "属实"}
    deed = Deed(now=place.clock(), **{key: more.pop(key, said_of[key]) for key in said_of})
    ruling = Ruling(**{"right": True, **more})
    with place.office.engine.begin() as c, pytest.raises(ValueError, match=said):
        decide(c, place.number("personal.id"), ruling=ruling, deed=deed)


def test_the_command_lists_decides_and_takes_back(place: Place) -> None:
    number = str(place.number("attachments.empty"))
    listed = place.run("content", "list", "--family", "attachments").output
    assert "附件为零字节" in listed
    said = place.run(
        "content", "decide", number, "--confirm", "--reason", "属实", "--by", "值班员"
    ).output
    assert "由 mzj 整改" in said
    wrong = (
        "--dismiss",
        "--reason",
        "空表",
        "--by",
        "科长",
        "--scope",
        "page",
        "--until",
        "2020-07-01",
    )
    other = str(place.number("wording.pair"))
    both = place.run("content", "decide", number, other, *wrong).output
    assert both.splitlines() == [f"{number}　已排除，涉及1处。", f"{other}　已排除，涉及1处。"]
    assert "此页" in place.run("content", "dismissals").output
    assert (
        "1处疑点重新待核实"
        in place.run("content", "withdraw", "1", "--by", "科长", "--reason", "有误").output
    )
    assert place.run("content", "dismissals").output.startswith("2　错别字　此页")
    assert "至2020-07-01" in place.run("content", "dismissals").output

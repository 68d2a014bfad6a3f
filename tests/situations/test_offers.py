"""Columns whose page shows no list and whose data does: found, offered to the clerk, read only when
a person took it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.clock import clock as real_clock
from crawler.doors.plan import Desk
from crawler.model import Deed, Outcome, Visit
from crawler.offers.seek import seek
from crawler.store.tables import OutletRow, PostRow
from crawler.walking.address_store import addresses_of
from crawler.walking.offers import Offer, Why
from crawler.walking.offers.store import offers
from monitor.desk.column_words import WordRefused
from monitor.desk.offers import back, refuse, take
from monitor.findings.ledger import open_findings
from monitor.model import Finding, Value
from monitor.night import jobs
from monitor.office import Office, enter_catalogue
from tests.situations.test_looks import START, listed, night, office
from tests.situations.test_misled import accused, day, letters
from tests.support.doors import Answer, Server, plain, serving

JUNE = [date(2020, 6, one) for one in range(11, 31)]
RULE = "data_offered"
SHELL = '<html><head><meta charset="utf-8"><title>工作动态</title></head><body><div id="app"></div>{}</body></html>'
DATA = "application/json; charset=utf-8"


def shell(more: str) -> Answer:
    return plain(SHELL.format(more).encode())


def rows(days: list[date], host: str = "", key: str = "publishTime", name: str = "工作动态") -> str:
    told = [
        {
            "title": f"样例{name}信息{one:%j}",
            "url": f"{host}/a/t{one:%Y%m%d}.htm",
            key: f"{one} 09:00:00",
        }
        for one in sorted(days, reverse=True)
    ]
    return json.dumps({"code": 200, "data": {"total": len(told), "list": told}}, ensure_ascii=False)


def data(text: str, **more: str) -> Answer:
    return plain(text.encode(), content_type=DATA, **more)


def feed(days: list[date]) -> Answer:
    items = "".join(
        f"<item><title>样例工作动态信息{one:%j}</title><link>LINK/a/t{one:%Y%m%d}.htm</link>"
        f"<pubDate>{one:%a, %d %b %Y} 09:00:00 +0800</pubDate></item>"
        for one in sorted(days, reverse=True)
    )
    return plain(
        f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()
    )


def sought(place: Office, days: float) -> Offer | None:
    """A night's looks at column a and the search behind them; what waits for a person then."""
    night(place, days)
    seek(
        Desk(
            place.engine,
            place.reader,
            place.settings.crawl,
            real_clock(START + timedelta(days=days + 0.02)),
        ),
    )
    with place.reader.connect() as connection:
        return offers(connection).get("a")


def offered(place: Office, days: float) -> list[Finding]:
    sought(place, days)
    day(place, days + 0.03, "a")
    with place.reader.connect() as connection:
        return [
            one
            for one in open_findings(connection, START + timedelta(days=days + 0.1))
            if one.rule in (RULE, "outlet_unreadable")
        ]


def asked(server: Server, path: str) -> int:
    return sum(one.path.startswith(path) for one in server.asked)


VUE = 'n.get("/api/news/list",{params:{channelId:12,pageNo:1,pageSize:15}}).then(function(t){e.list=t.data})'
NAMED: dict[str, tuple[str, str]] = {
    "a Vue shell whose app.js names its interface": ('<script src="/js/app.3f2a.js"></script>', "/api/news/list"),
    "an element that names its data": ('<ul class="list" data-url="/data/gzdt.json"></ul><script src="/js/load.js"></script>', "/data/gzdt.json"),
    "a script of the page": ("<script>var lm = 'gzdt'; $.getJSON('/json/' + lm + '.json', show)</script>", "/json/gzdt.json"),
}  # fmt: skip


def answers(name: str, answer: Answer) -> dict[str, Answer]:
    more, path = NAMED[name]
    scripts = {
        "/js/app.3f2a.js": plain(VUE.encode()),
        "/js/load.js": plain(b"$('[data-url]').each(load)"),
    }
    return {"/a/": shell(more), path: answer, **scripts}


@pytest.mark.parametrize("name", NAMED)
def test_data_that_the_page_names_is_offered_and_read_when_a_person_took_it(
    tmp_path: Path, name: str
) -> None:
    server = Server(answers(name, data(rows(JUNE))))
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        offer = sought(place, 0)
        assert offer is not None
        assert offer.url.startswith(f"http://127.0.0.1:{server.port}{NAMED[name][1]}")
        assert (offer.after.newest, offer.after.count) == (JUNE[-1], 20)  # type: ignore[union-attr]
        assert len(offer.after.rows) >= 3  # type: ignore[union-attr]
        assert (offer.before.outcome, offer.before.count) == ("unreadable", 0)
        with place.reader.connect() as connection:
            assert connection.execute(select(PostRow.id)).all() == [], "nothing of it is a post"
        (visit,) = night(place, 0.5)
        assert not visit.outcome.conclusive, "the column is read where it was"
        now = START + timedelta(days=0.6)
        with place.engine.begin() as connection:
            take(connection, "a", deed=Deed("经办人", now, "核对无误"), number=offer.id)
        enter_catalogue(place, START + timedelta(days=0.7))  # config.yaml still says the page
        (visit,) = night(place, 1)
        assert (visit.outcome, visit.newest, visit.url) == (Outcome.READ, JUNE[-1], offer.url)
        with place.reader.connect() as connection:
            assert [one[0] for one in addresses_of(connection, "a")] == [offer.page, offer.url]
            assert offers(connection) == {}


def test_a_feed_that_the_page_links_is_offered(tmp_path: Path) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/rss/gzdt.xml"><script>new Vue({})</script>'
    server = Server({"/a/": shell(link), "/rss/gzdt.xml": feed(JUNE)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        body = b"".join(_body(feed(JUNE))).replace(
            b"LINK", f"http://127.0.0.1:{server.port}".encode()
        )
        server.answers["/rss/gzdt.xml"] = plain(body)
        offer = sought(place, 0)
        assert offer is not None
        assert offer.url.endswith("/rss/gzdt.xml")
        assert offer.after is not None
        assert offer.after.newest == JUNE[-1]


def _body(answer: Answer) -> list[bytes]:
    """What an answer writes behind its head."""
    import asyncio

    class Writer:
        def __init__(self) -> None:
            self.told: list[bytes] = []

        def write(self, data: bytes) -> None:
            self.told.append(data.partition(b"\r\n\r\n")[2])

    writer = Writer()
    asyncio.run(answer(None, writer))  # type: ignore[arg-type]
    return writer.told


def test_an_interface_on_another_host_is_not_followed_and_told(tmp_path: Path) -> None:
    script = "<script>fetch('http://data.example.org/api/list?id=7').then(show)</script>"
    server = Server({"/a/": shell(script)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        offer = sought(place, 0)
        assert offer is not None
        assert (offer.url, offer.after) == ("", None)
        assert [(one.url, one.why) for one in offer.tried] == [
            ("http://data.example.org/api/list?id=7", Why.FOREIGN)
        ]


BAD: dict[str, tuple[Answer, Why]] = {
    "an error of the interface": (data('{"code": 500, "msg": "token expired", "data": null}'), Why.NO_LIST),
    "a busy interface": (data('{"code": 500, "msg": "系统繁忙", "data": null}'), Why.FAILED),
    "an error of the server": (plain(b"{}", status="500 Internal Server Error"), Why.FAILED),
    "no such address": (plain(b"", status="404 Not Found"), Why.FAILED),
    "the shell again": (shell("<script>new Vue({})</script>"), Why.A_PAGE),
    "two rows": (data(rows(JUNE[:2])), Why.FEW),
    "days in addresses alone": (data(rows(JUNE, key="remark")), Why.NOT_WHOLE),
    "days of the work on an entry alone": (data(rows(JUNE, key="updateTime")), Why.NOT_WHOLE),
    "posts of another site": (data(rows(JUNE, "http://other.example.org")), Why.OTHER_SITE),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_read_whole_is_not_offered_and_asked_again_only_after_a_week(
    tmp_path: Path, name: str
) -> None:
    answer, why = BAD[name]
    server = Server(answers("a script of the page", answer))
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        offer = sought(place, 0)
        assert offer is not None
        assert (offer.url, [one.why for one in offer.tried]) == ("", [why])
        before = asked(server, "/json/")
        for days in (1, 2, 6):
            sought(place, days)
        assert asked(server, "/json/") == before
        server.answers["/json/gzdt.json"] = data(rows(JUNE))
        later = sought(place, 8)
        assert later is not None
        assert later.url.endswith("/json/gzdt.json")


def test_a_list_that_several_columns_name_is_offered_to_none(tmp_path: Path) -> None:
    script = "<script>$.getJSON('/json/hot.json', show)</script>"
    server = Server(
        {"/a/": shell(script), "/b/": shell(script), "/json/hot.json": data(rows(JUNE))}
    )
    with serving({"s": server}), office(tmp_path, server, "/a/", "/b/") as place:
        night(place, 0, ("a", "b"))
        seek(
            Desk(
                place.engine,
                place.reader,
                place.settings.crawl,
                real_clock(START + timedelta(days=0.1)),
            ),
        )
        with place.reader.connect() as connection:
            found = offers(connection)
        assert {name: (one.url, one.tried[0].why) for name, one in found.items()} == {
            "a": ("", Why.SHARED),
            "b": ("", Why.SHARED),
        }


def test_a_column_that_reads_is_not_searched_and_an_offer_ends_when_its_page_reads_again(
    tmp_path: Path,
) -> None:
    name = "a script of the page"
    server = Server({**answers(name, data(rows(JUNE))), "/a/": plain(listed(*JUNE))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        assert sought(place, 0) is None
        assert asked(server, "/json/") == 0
        server.answers["/a/"] = shell(NAMED[name][0])
        assert sought(place, 1) is not None
        server.answers["/a/"] = plain(listed(*JUNE))
        assert sought(place, 2) is None


def test_an_open_offer_is_asked_once_a_night_and_outlives_a_bad_night(tmp_path: Path) -> None:
    server = Server(answers("a script of the page", data(rows(JUNE))))
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        first = sought(place, 0)
        before = asked(server, "/json/")
        sought(place, 0.1)
        assert asked(server, "/json/") == before, "once a night"
        server.answers["/json/gzdt.json"] = data(rows([*JUNE, date(2020, 7, 2)]))
        offer = sought(place, 1)
        assert offer is not None
        assert first is not None
        assert (offer.id, offer.after.newest) == (first.id, date(2020, 7, 2))  # type: ignore[union-attr]
        server.answers["/json/gzdt.json"] = plain(b"", status="503 Service Unavailable")
        for days, still in ((2, True), (3, True), (5, False)):
            found = sought(place, days)
            assert (found is not None and bool(found.url)) is still


def test_nothing_is_concluded_from_an_offer_that_accuses_and_a_newer_post_takes_back(
    tmp_path: Path,
) -> None:
    old = [date(2020, 5, one) for one in range(1, 16)]
    server = Server({"/a/": plain(listed(*old))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        day(place, 0, "a")
        day(place, 1, "a")
        assert accused(place) == ["column_stale"], "seen twice to be late"
        server.answers |= answers("a script of the page", data(rows([*JUNE, date(2020, 6, 29)])))
        found = offered(place, 2)
        found = offered(place, 2.5)
        assert [one.rule for one in found] == [RULE]
        said = jobs.judge_now(place, START + timedelta(days=2.6), record=False).verdicts
        values = {one.rule: one.value for one in said if one.subject == "outlet:a"}
        assert values["column_stale"] is Value.UNKNOWN
        with place.reader.connect() as connection:
            newest = connection.execute(select(OutletRow.newest)).scalar_one()
        assert newest == old[-1]


def test_an_old_list_in_the_data_accuses_nobody(tmp_path: Path) -> None:
    server = Server(
        answers("a script of the page", data(rows([date(2020, 1, n) for n in range(1, 20)])))
    )
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1, 2):
            offered(place, days)
        (one,) = offered(place, 3)
        assert (one.rule, one.subject, one.ours, one.units) == (RULE, "outlet:a", True, ())
        assert "数据地址读得出（19条，最新2020年1月19日）" in one.sentence
        assert "采用以前不据此认定任何单位" in one.sentence
        assert letters(place, "数据地址读得出") == (1, set()), "told once, to us alone"
        assert accused(place) == []


def test_a_refused_address_is_never_offered_again_and_one_that_was_taken_can_be_given_back(
    tmp_path: Path,
) -> None:
    server = Server(answers("a script of the page", data(rows(JUNE))))
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        offer = sought(place, 0)
        assert offer is not None
        now = START + timedelta(days=0.3)
        with place.engine.begin() as connection:
            with pytest.raises(WordRefused, match="理由"):
                refuse(connection, "a", deed=Deed("经办人", now, " "))
            refuse(connection, "a", deed=Deed("经办人", now, "全站热点"), number=offer.id)
            with pytest.raises(WordRefused, match="您查看之后变了"):
                take(connection, "a", deed=Deed("经办人", now, "x"), number=offer.id)
        again = sought(place, 1)
        assert again is not None
        assert (again.url, [one.why for one in again.tried]) == ("", [Why.REFUSED])
    place_two = tmp_path / "two"
    place_two.mkdir()
    with serving({"s": server}), office(place_two, server, "/a/") as place:
        sought(place, 0)
        with place.engine.begin() as connection:
            take(connection, "a", deed=Deed("经办人", START + timedelta(days=0.3), "核对无误"))
            back(connection, "a", deed=Deed("经办人", START + timedelta(days=0.5), "数据停了"))
            with pytest.raises(WordRefused, match="没有采用过"):
                back(connection, "a", deed=Deed("经办人", START + timedelta(days=0.6), "再来"))
        enter_catalogue(place, START + timedelta(days=0.7))
        (visit,) = night(place, 1)
        assert isinstance(visit, Visit)
        assert visit.url.endswith("/a/")

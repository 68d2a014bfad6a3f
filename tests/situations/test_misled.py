"""Our trouble is one finding with us, told once: backups, lying servers, caches, moved addresses,
one list twice, parts unread.

Each with a local server that misleads, judged and written to over several days; no unit hears of
it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.model import Deed
from crawler.store.tables import PostRow, VisitRow
from monitor.channels import HandingOver, Receipt
from monitor.desk.column_words import WordAbout, give_word
from monitor.findings.ledger import open_findings
from monitor.judging.now import judge_now
from monitor.letters.alerts import send_waiting
from monitor.looks.column_words import ADDRESS, BACKWARDS, PART
from monitor.model import Finding, Letter
from monitor.night import jobs
from monitor.night.child import Crawled
from monitor.office import Office
from monitor.record.tables import FindingRow, LetterRow
from tests.situations.test_looks import START, liar_of, listed, night, office
from tests.support.district import Clock
from tests.support.doors import Server, plain, redirect, serving

JUNE = [date(2020, 6, day) for day in range(8, 29)]
DAY = timedelta(hours=20)
MISLEADING = {
    "address_moved", "host_unchanged", "lists_alike", "lists_went_back", "old_copies", "word_wanted",
    "outlet_unreadable", "site_unseen", "removed_posts",
}  # fmt: skip


def day(place: Office, days: float, ids: str) -> list[Finding]:
    """A night over the columns, its second looks, its judgement and its letters; what stands open
    with us of misleading."""
    night(place, days, tuple(ids))
    night(place, days + 0.05, tuple(ids), second=True)
    now = START + timedelta(days=days + 0.1)
    said = judge_now(place, now)
    jobs.write_day(place, now, said.verdicts, unseen=said.failed_night)
    send_waiting(place.engine, place.settings.monitor.alerts, now, {"mail": delivered})
    with place.reader.connect() as connection:
        found = open_findings(connection, now)
    return [one for one in found if one.rule in MISLEADING]


def delivered(letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
    """A mail server that takes every letter."""
    handing_over()
    return Receipt("250 OK")


def letters(place: Office, word: str) -> tuple[int, set[str]]:
    """In how many of our letters a word stands, and who else was written to."""
    with place.reader.connect() as connection:
        rows = connection.execute(select(LetterRow.unit_id, LetterRow.text_body)).all()
    ours = [row.text_body for row in rows if row.unit_id == "_office"]
    return sum(word in text for text in ours), {row.unit_id for row in rows} - {"_office"}


def accused(place: Office) -> list[str]:
    with place.reader.connect() as connection:
        query = select(FindingRow.rule).where(FindingRow.ours.is_(False))
        return list(connection.execute(query).scalars())


def lists(*days: date) -> dict[str, bytes]:
    """Three lists of which no two are alike."""
    return {f"/{one}/": listed(*days, folder=one) for one in "abc"}


def test_situation_27_a_restored_backup_is_one_finding_with_us_and_no_columns(
    tmp_path: Path,
) -> None:
    server = Server({path: plain(body) for path, body in lists(*JUNE).items()})
    old = lists(*(date(2020, 3, n) for n in range(8, 29)))
    with serving({"s": server}), office(tmp_path, server, *lists()) as place:
        day(place, 0, "abc")
        server.answers |= {path: plain(body) for path, body in old.items()}
        for days in (1, 2, 20, 21):
            (one,) = day(place, days, "abc")
            assert (one.rule, one.subject, one.ours) == ("lists_went_back", "site:p", True)
            assert "有3个栏目的列表比以前看到的旧" in one.sentence
        assert letters(place, "有3个栏目的列表比以前看到的旧") == (1, set())
        assert accused(place) == []
        server.answers |= {
            path: plain(body) for path, body in lists(*JUNE, date(2020, 7, 20)).items()
        }
        assert day(place, 22, "abc") == []


def test_a_clerks_word_on_each_column_explains_a_list_that_rightly_went_back(
    tmp_path: Path,
) -> None:
    server = Server({"/a/": plain(listed(*JUNE))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        day(place, 0, "a")
        server.answers["/a/"] = plain(listed(*JUNE[:12]))
        assert [one.rule for one in day(place, 1, "a")] == ["lists_went_back"]
        with place.engine.begin() as connection:
            now = START + timedelta(days=1.5)
            give_word(
                connection,
                "a",
                WordAbout(BACKWARDS, ""),
                deed=Deed("经办人", now, "撤下了重复信息"),
            )
        assert [one.rule for one in day(place, 2, "a") if one.rule == "lists_went_back"] == []


def test_a_server_that_lies_is_told_once_with_its_host(tmp_path: Path) -> None:
    shown = [listed(*JUNE)]
    server = Server({"/a/": liar_of(shown)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        found = []
        for days in range(12):
            shown[0] = listed(*JUNE, *(date(2020, 7, 1) + timedelta(days=n) for n in range(days)))
            found = day(place, days, "a")
        (one,) = found
        assert (one.rule, one.subject) == ("host_unchanged", "site:p")
        assert f"127.0.0.1:{server.port}答“未修改”" in one.sentence
        assert letters(place, "答“未修改”") == (1, set())
        server.answers["/a/"] = plain(shown[0])
        for days in (40, 45):
            shown[0] = listed(*JUNE, *(date(2020, 7, 1) + timedelta(days=n) for n in range(days)))
            server.answers["/a/"] = plain(shown[0])
            found = day(place, days, "a")
        assert found == [], "not caught for a month"


def test_a_caches_old_copies_are_one_finding_for_the_site(tmp_path: Path) -> None:
    aged = {"age": str(22 * 86400), "via": "1.1 cache.example.org"}
    server = Server({path: plain(body, **aged) for path, body in lists(*JUNE).items()})
    with serving({"s": server}), office(tmp_path, server, *lists()) as place:
        for days in (0, 1, 2):
            (one,) = day(place, days, "abc")
            assert (one.rule, one.subject) == ("old_copies", "site:p")
        assert "via: 1.1 cache.example.org" in one.sentence
        assert letters(place, "缓存里的旧页面") == (1, set())
        server.answers |= {
            path: plain(body) for path, body in lists(*JUNE, date(2020, 7, 3)).items()
        }
        assert day(place, 3, "abc") == []


@pytest.mark.parametrize(
    "landed", ["/a/2019/", "/b/", "/other/"], ids=["archive", "another column", "elsewhere"]
)
def test_a_column_that_leads_elsewhere_is_told_once_with_both_addresses(
    tmp_path: Path, landed: str
) -> None:
    server = Server({"/a/": plain(listed(*JUNE)), "/b/": plain(listed(*JUNE, folder="b"))})
    with serving({"s": server}), office(tmp_path, server, "/a/", "/b/") as place:
        day(place, 0, "ab")
        server.answers |= {"/a/": redirect(landed)}
        if landed not in server.answers:
            server.answers[landed] = plain(listed(*JUNE))
        for days in (1, 2, 3):
            (one,) = day(place, days, "ab")
            assert (one.rule, one.subject) == ("address_moved", "outlet:a")
        home = f"http://127.0.0.1:{server.port}"
        assert f"登记的网址是{home}/a/，打开后到了{home}{landed}" in one.sentence
        assert letters(place, "打开后到了") == (1, set())
        assert accused(place) == []
        with place.engine.begin() as connection:
            now = START + timedelta(days=3.5)
            give_word(
                connection,
                "a",
                WordAbout(ADDRESS, f"{home}{landed}"),
                deed=Deed("经办人", now, "已核实"),
            )
        assert [one.rule for one in day(place, 4, "ab") if one.rule == "address_moved"] == []


def test_a_portal_that_moved_with_all_its_paths_is_one_finding(tmp_path: Path) -> None:
    old, new = Server({}), Server({path: plain(body) for path, body in lists(*JUNE).items()})
    with serving({"old": old, "new": new}), office(tmp_path, old, *lists(), hosts=(new,)) as place:
        old.answers |= {path: redirect(f"http://127.0.0.1:{new.port}{path}") for path in lists()}
        for days in (0, 1):
            (one,) = day(place, days, "abc")
            assert (one.rule, one.subject) == ("address_moved", "site:p")
        assert f"由127.0.0.1:{old.port}跳转到了127.0.0.1:{new.port}" in one.sentence
        assert letters(place, "跳转到了")[0] == 1


def test_two_columns_that_show_one_list_are_told_once(tmp_path: Path) -> None:
    server = Server({path: plain(listed(*JUNE, folder="x")) for path in ("/a/", "/b/", "/c/")})
    server.answers["/c/"] = plain(listed(*JUNE, folder="c"))
    with serving({"s": server}), office(tmp_path, server, "/a/", "/b/", "/c/") as place:
        for days in (0, 1, 2):
            found = day(place, days, "abc")
        (one,) = found
        assert (one.rule, one.subject, one.numbers["outlets"]) == ("lists_alike", "site:p", "a b")
        assert "（a）与“工作动态”（b）" in one.sentence
        assert letters(place, "显示同一个列表")[0] == 1
        server.answers["/b/"] = plain(listed(*JUNE, date(2020, 7, 3), folder="x"))
        assert day(place, 3, "abc") == []


def test_a_column_with_a_row_that_may_be_newer_waits_for_a_persons_word(tmp_path: Path) -> None:
    rows = listed(*(date(2020, 5, n) for n in range(1, 16)))
    undated = "<li><a href='./tzx.htm'>样例没有日期的最新信息一则</a></li>".encode()
    server = Server({"/a/": plain(rows.replace(b"<ul>", b"<ul>" + undated))})
    server.answers["/a/tzx.htm"] = plain(
        b"<html><body>503</body></html>", status="503 Service Unavailable"
    )
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1, 2, 3):
            found = day(place, days, "a")
        (one,) = found
        assert (one.rule, one.subject, one.ours) == ("word_wanted", "outlet:a", True)
        assert "样例没有日期的最新信息一则" in one.sentence
        assert letters(place, "须人工认定") == (1, set())
        assert accused(place) == []
        with place.engine.begin() as connection:
            now = START + timedelta(days=3.5)
            give_word(
                connection,
                "a",
                WordAbout(PART, "row /a/tzx.htm"),
                deed=Deed("经办人", now, "是专题入口，不是信息"),
            )
        assert day(place, 5, "a") == []
        assert accused(place) == ["column_stale"], "what a person settled is judged as ever"


def test_situation_25_a_server_that_answers_304_for_ever_hides_no_post_and_no_letter_rests_on_it(
    tmp_path: Path,
) -> None:
    old = [date(2020, 5, n) for n in range(1, 16)]
    shown = [listed(*old)]
    server = Server({"/a/": liar_of(shown)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        clock = Clock(START)

        def crawl(config: Path, as_of: datetime | None, **_: Any) -> Crawled:
            ids, settings = ["a"], place.settings.crawl
            recheck(
                Desk(place.engine, place.reader, settings, clock),
                ids,
                glance=Glance(conditional=True, whole=True, name="spider"),
            )
            return Crawled(1, 1, 1)

        new: list[date] = []
        for days in range(20):
            clock.now = START + timedelta(days=days)
            if days >= 4:
                new.append(date(2020, 7, 1) + timedelta(days=days))
                shown[0] = listed(*old, *new)
            night = jobs.nightly(place, clock, crawl=crawl)
            late = [v for v in night.judgement.verdicts if v.value.accuses and not v.ours]
            assert bool(late) == (not new), f"night {days}"
            assert _witnessed(place, clock()) or not _told(place, clock()), (
                "no letter rests on a mere 304"
            )
            assert set(new) <= set(_stored(place)), f"night {days}: a post was not recorded"
        with place.reader.connect() as connection:
            (finding,) = connection.execute(
                select(FindingRow.closed, FindingRow.ended).where(FindingRow.rule == "column_stale")
            ).all()
            assert (finding.closed - START).days == 4
            assert finding.ended == "fresh"


def _stored(place: Office) -> list[date]:
    with place.reader.connect() as connection:
        return [day for day in connection.execute(select(PostRow.published)).scalars() if day]


def _told(place: Office, now: datetime) -> list[str]:
    """The letters of today that speak of the column as late."""
    with place.reader.connect() as connection:
        query = select(LetterRow.text_body).where(
            LetterRow.unit_id == "jyj", LetterRow.written > now - DAY
        )
        return [text for text in connection.execute(query).scalars() if "未更新" in text]


def _witnessed(place: Office, now: datetime) -> bool:
    """Whether the page itself was read today."""
    with place.reader.connect() as connection:
        query = select(VisitRow.id).where(
            VisitRow.conditional.is_(False), VisitRow.moment > now - DAY
        )
        return connection.execute(query.limit(1)).first() is not None

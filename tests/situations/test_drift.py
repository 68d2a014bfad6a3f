"""A page that is built anew: with the column's own posts it is proposed and judged as ever, with
another's nobody is accused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from crawler.store.tables import VisitRow
from monitor.desk.entering import learn_anew
from monitor.findings.ledger import open_findings
from monitor.judging.now import judge_now
from monitor.model import Finding, Value
from monitor.office import Office
from monitor.record.chain import AuditRow
from tests.situations.test_looks import START, night, office
from tests.situations.test_misled import accused, day, letters, lists
from tests.support.doors import Server, plain, serving

JUNE = [date(2020, 6, one) for one in range(11, 31)]
RULE = "column_drift"


def rows(days: list[date], row: str, name: str = "工作动态信息") -> str:
    return "".join(
        row.format(day=one, url=f"/a/t{one:%Y%m%d}_{one:%j}.htm", title=f"样例{name}{one:%j}")
        for one in sorted(days, reverse=True)
    )


def built(middle: str) -> bytes:
    head = '<html><head><meta charset="utf-8"><title>工作动态</title></head><body>'
    return f"{head}<h2>工作动态</h2>{middle}</body></html>".encode()


def old(days: list[date]) -> bytes:
    row = '<li><a href="{url}">{title}</a><span>{day}</span></li>'
    return built(f'<div class="main"><ul class="list">{rows(days, row)}</ul></div>')


def new(days: list[date], name: str = "工作动态信息", folder: str = "/a/") -> bytes:
    row = '<tr><td>{day}</td><td><a href="{url}">{title}</a></td></tr>'
    table = rows(days, row, name).replace('"/a/', f'"{folder}')
    return built(f'<div class="news"><table class="rows">{table}</table></div>')


def drifting(place: Office, days: float) -> list[Finding]:
    """A night with its letters; the findings about drifts that stand open."""
    day(place, days, "a")
    with place.reader.connect() as connection:
        found = open_findings(connection, START + timedelta(days=days + 0.1))
    return [one for one in found if one.rule == RULE]


def said(place: Office, days: float) -> str:
    """What is said of the column's page."""
    verdicts = judge_now(place, START + timedelta(days=days), record=False).verdicts
    return next(one.sentence for one in verdicts if (one.rule, one.subject) == (RULE, "outlet:a"))


def stale(place: Office, days: float) -> list[str]:
    said = judge_now(place, START + timedelta(days=days), record=False).verdicts
    return [one.subject for one in said if one.value is Value.STALE]


def test_a_redesign_with_the_same_posts_is_proposed_taken_with_one_click_and_quiet_after(
    tmp_path: Path,
) -> None:
    server = Server({"/a/": plain(old(JUNE))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1, 2):
            assert drifting(place, days) == []
        server.answers["/a/"] = plain(new([*JUNE[1:], date(2020, 7, 4)]))
        for days in (3, 4):
            (one,) = drifting(place, days)
            assert (one.subject, one.ours, one.units) == ("outlet:a", True, ())
            assert "版式变了（列表的位置、日期的位置）" in one.sentence
            assert "请在栏目页面核对后采用" in one.sentence
        assert letters(place, "版式变了（列表的位置") == (1, set()), "told once, to us alone"
        with place.engine.begin() as connection:
            learned = learn_anew(
                connection, "a", by="经办人", reason="核对无误", now=START + timedelta(days=4.5)
            )
        assert learned is not None
        assert learned.kept
        for days in (5, 6):
            assert drifting(place, days) == []
        assert accused(place) == []
        with place.reader.connect() as connection:
            acts = list(connection.execute(select(AuditRow.what, AuditRow.who)).all())
        assert ("shape_adopted", "经办人") in [tuple(one) for one in acts]


def test_a_redesign_with_the_same_posts_blinds_nobody(tmp_path: Path) -> None:
    """The column is late by its own posts, before anybody took the new page."""
    server = Server({"/a/": plain(old(JUNE))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        night(place, 0)
        server.answers["/a/"] = plain(new(JUNE))
        for days in (20, 21):
            night(place, days)
            night(place, days + 0.05, second=True)
        assert said(place, 21.1).endswith("请在栏目页面核对后采用。")
        assert "outlet:a" in stale(place, 21.1)


def test_a_redesign_with_another_columns_posts_is_unknown_and_told_to_the_office(
    tmp_path: Path,
) -> None:
    server = Server({"/a/": plain(old(JUNE))})
    others = new([*JUNE[::3], date(2020, 6, 30)], "别的栏目信息", "/b/")
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        night(place, 0)
        server.answers["/a/"] = plain(others)
        for days in (1, 2, 20, 21):
            (one,) = drifting(place, days)
            assert "核实以前不据此认定任何单位" in one.sentence
        assert letters(place, "版式变了（列表的位置") == (1, set())
        assert accused(place) == []
        assert "采用" not in said(place, 21.1)
        assert stale(place, 21.1) == []


def test_a_list_of_the_whole_portal_with_one_of_the_columns_posts_proves_nothing(
    tmp_path: Path,
) -> None:
    """As new as it was and with a known post: only the page's build tells that it is another
    list."""
    server = Server({"/a/": plain(old(JUNE))})
    mixed = new(JUNE[:-1], "别的栏目信息", "/b/").replace(
        b"</table>",
        rows(JUNE[-1:], '<tr><td>{day}</td><td><a href="{url}">{title}</a></td></tr>').encode()
        + b"</table>",
    )
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        night(place, 0)
        server.answers["/a/"] = plain(mixed)
        for days in (20, 21):
            (one,) = drifting(place, days)
            assert "接不上" in one.sentence
        with place.reader.connect() as connection:
            last = connection.execute(select(VisitRow).order_by(VisitRow.id.desc()).limit(1)).one()
        assert (last.reason, last.evidence) == ("drift", "lower_bound")
        assert (stale(place, 21.1), accused(place)) == ([], [])
        server.answers["/a/"] = plain(old([*JUNE, date(2020, 7, 22)]))
        assert drifting(place, 22) == [], "a later look explains it"


def test_a_portal_that_is_built_anew_is_one_finding(tmp_path: Path) -> None:
    paths = lists(*JUNE)
    server = Server({path: plain(body) for path, body in paths.items()})
    with serving({"s": server}), office(tmp_path, server, *paths) as place:
        day(place, 0, "abc")
        for path in paths:
            server.answers[path] = plain(new(JUNE, folder=path))
        for days in (1, 2):
            day(place, days, "abc")
            with place.reader.connect() as connection:
                found = open_findings(connection, START + timedelta(days=days + 0.1))
            (one,) = [one for one in found if one.rule == RULE]
            assert one.subject == "site:p"
            assert "有3个栏目的版式变了" in one.sentence
            assert "其中3个的新版式可以直接采用" in one.sentence

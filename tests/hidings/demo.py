"""The small district on real servers, with things hidden by the portal itself: both doors,
platforms, mailbox, papers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from docx import Document

import monitor.demo.server
from crawler.model import SHANGHAI, shanghai_day, utc
from monitor.access.roles import Role
from monitor.bulletin.model import Period
from monitor.bulletin.printing import Edition, draft, print_bulletin
from monitor.demo.answering import SampleResponse, http_date
from monitor.demo.district import District
from monitor.demo.portal import Portal
from monitor.judging.now import judge_now
from monitor.night import jobs
from monitor.office import Office
from tests.hidings import claims
from tests.hidings.hiding import Hiding
from tests.support.district import Clock, Town, served, small_district, town

NIGHTS = tuple(
    date(2020, month, day) for month, day in ((7, 20), (7, 21), (8, 3), (8, 4), (8, 12), (8, 13))
)
"""The nights that are lived: the news column and the accounts pass their limit, July ends,
deadlines pass."""
ROW = re.compile(r'<li><a href="[^"]*"[^>]*>[^<]*</a><span>([^<]*)</span></li>\n')
LIST = re.compile(r'<ul class="list">\n(.*?)</ul><div class="page">', re.S)


def district() -> District:
    """The small district, in which one unit published too little in June."""
    made = small_district()
    short = {"2020-04": 12, "2020-05": 12, "2020-06": 6, "2020-07": 12}
    units = tuple(
        unit.model_copy(update={"posts": short} if unit.id == "mzj" else {}).model_copy(
            update={"emails": (f"{unit.id}@example.org",)}
        )
        for unit in made.units
    )
    return made.model_copy(update={"units": units})


class Dim(Portal):
    """A portal that hides what ``hidings`` says; days count from the first night."""

    hidings: Sequence[Hiding] = ()
    _seen: dict[str, bytes]

    def _hiding(self, kind: str, column: str) -> Hiding | None:
        day = shanghai_day(self.clock())
        number = sum(one < day for one in NIGHTS)
        return next(
            (
                one
                for one in self.hidings
                if one.kind == kind
                and (not one.places or column in one.places)
                and one.first <= number < one.first + one.nights
            ),
            None,
        )

    def answer(self, path: str, fault: str = "") -> SampleResponse:
        """The healthy answer, with what is hidden of a column's list."""
        made = super().answer(path, fault)
        shelf = self._folders.get(path.rpartition("/")[0])
        if shelf is None or made.status != 200:
            return made
        column = shelf.column.id
        if copied := self._hiding("cache", column):
            return self._copied(path, fault, copied.amount)
        if dates := self._hiding("dates", column):
            how, rows = dates.how, dates.amount
            return _changed(made, lambda html: _garbled(html, how, rows))
        if shape := self._hiding("shape", column):
            moved = shape.amount
            return _changed(made, lambda html: _moved(html, moved))
        if cut := self._hiding("cut", column):
            return replace(
                made, body=made.body[: len(made.body) * cut.amount // 10], etag="", modified=""
            )
        return made

    def _copied(self, path: str, fault: str, amount: int) -> SampleResponse:
        """A cache's copy that says how old it is."""
        now, clock = self.clock(), self.clock
        past = now - timedelta(days=amount)
        self.clock = lambda: past
        try:
            made = super().answer(path, fault)
        finally:
            self.clock = clock
        age = (("age", str(amount * 86400)), ("via", "1.1 squid"), ("x-made", http_date(utc(past))))
        return replace(made, extra=age, etag="", modified="")

    async def _serve(
        self,
        scope: Mapping[str, Any],
        path: str,
        headers: Mapping[str, str],
        receive: Any,
        send: Any,
    ) -> None:
        shelf = self._folders.get(path.rpartition("/")[0])
        column = shelf.column.id if shelf else ""
        validators = "if-none-match" in headers or "if-modified-since" in headers
        if shelf and validators and self._hiding("liar", column):
            await self._send(send, SampleResponse(304, b""))
            return
        failing = shelf and self._hiding("look", column)
        if failing or self._hiding("site", ""):
            how = failing.how if failing else "503"
            body = "<html><body><h1>访问受限</h1></body></html>".encode()
            await self._send(send, SampleResponse(int(how), body))
            return
        await super()._serve(scope, path, headers, receive, send)


def _changed(made: SampleResponse, change: Callable[[str], str]) -> SampleResponse:
    body = change(made.body.decode()).encode()
    return replace(made, body=body, etag=f'"{hash(body) & 0xFFFFFFFF:08x}"')


def _garbled(html: str, how: str, rows: int) -> str:
    said = {
        "lost": "",
        "impossible": "2020-02-31",
        "letter": "2O2O-O7-19",
        "picture": '<img src="/new.gif">',
    }[how]
    left = iter([True] * rows)

    def garble(row: re.Match[str]) -> str:
        return (
            row[0].replace(f"<span>{row[1]}</span>", f"<span>{said}</span>")
            if next(left, False)
            else row[0]
        )

    return LIST.sub(lambda found: ROW.sub(garble, found[0]), html, count=1)


def _moved(html: str, rows: int) -> str:
    """The first rows stand as headlines above the list."""
    found = LIST.search(html)
    if found is None:
        return html
    items = [one[0] for one in ROW.finditer(found[0])][:rows]
    heads = "".join(
        re.sub(r"<li>(.*?)<span>.*?</span></li>\n", r'<div class="toutiao"><h2>\1</h2></div>', one)
        for one in items
    )
    rest = found[0]
    for one in items:
        rest = rest.replace(one, "", 1)
    return html[: found.start()] + heads + rest + html[found.end() :]


@contextmanager
def dim_town(folder: Path, hidings: Sequence[Hiding]) -> Iterator[Town]:
    """An office of its own that watches the district through ``hidings``."""
    clock = Clock(datetime.combine(NIGHTS[0], time(1, 30), SHANGHAI))
    made = type("Hidden", (Dim,), {"hidings": tuple(hidings)})
    shown = district()
    missing = {place for one in hidings if one.kind == "catalogue" for place in one.places}
    with patch.object(monitor.demo.server, "Portal", made), served(folder, clock, shown) as sample:
        seen = replace(sample, district=_without(shown, missing))
        # A catalogue that lacks something is none that an office gives its word for.
        with town(folder, seen, clock, whole=not missing) as found:
            yield found


def _without(shown: District, missing: set[str]) -> District:
    """What the register knows: the district without some columns and accounts."""
    columns = tuple(one for one in shown.columns if one.id not in missing)
    accounts = tuple(one for one in shown.accounts if one.id not in missing)
    return shown.model_copy(update={"columns": columns, "accounts": accounts})


def lived(folder: Path, hidings: Sequence[Hiding] = (), *, child: bool = False) -> claims.Said:
    """The nights with their letters, then the quarter's papers; ``child``: the crawls run in
    Scrapy's own process."""
    folder.mkdir(parents=True, exist_ok=True)
    said = claims.Said(names=_names())
    with dim_town(folder, hidings) as found:
        finding = letter = 0
        for number, day in enumerate(NIGHTS):
            if any(
                one.kind == "night" and one.first <= number < one.first + one.nights
                for one in hidings
            ):
                continue
            found.clock.now = datetime.combine(day, time(1, 30), SHANGHAI)
            night = (
                jobs.nightly(found.office, found.clock, as_of=found.clock())
                if child
                else found.night()
            )
            claims.of_verdicts(said, day, night.judgement.verdicts)
            with found.office.reader.connect() as connection:
                finding = claims.of_ledger(connection, said, day, finding)
                letter = claims.of_letters(connection, said, day, letter)
        found.clock.now = datetime.combine(NIGHTS[-1], time(20), SHANGHAI)
        _papers(found.office, said, NIGHTS[-1], found.clock)
    return said


def _names() -> tuple[str, ...]:
    shown = district()
    places = [one.name for one in shown.columns] + [one.name for one in shown.accounts]
    return (*(one.short for one in shown.units), *places)


def _papers(office: Office, said: claims.Said, day: date, clock: Clock) -> None:
    """The printed bulletin of the second quarter: its figures, the words of the Word file; and the
    leader's page."""
    now = clock()
    judged = judge_now(office, now, record=False)
    claims.of_papers(office, said, day, now, judged.verdicts, judged.failed_night, "2020Q2")
    made = draft(office, Period.parse("2020Q2"), now, edition=Edition(force=True))
    printed = print_bulletin(office, made.bulletin, office.settings.path.parent / "papers")
    word = next(file for file in printed.files if file.suffix == ".docx")
    claims.of_text(said, day, "word", "\n".join(one.text for one in Document(str(word)).paragraphs))
    claims.of_text(said, day, "leader", leaders_page(office, clock))


def leaders_page(office: Office, clock: Clock) -> str:
    """The leader's page as a browser gets it, without its tags."""
    from tests.support.web_helpers import (  # the web's libraries load only where a page is wanted
        clients,
        enter_users,
    )

    enter_users(office, "fgj")
    html = clients(office, clock)(Role.LEADER).get("/leader").text
    return re.sub(r"<[^>]+>", "\n", html)

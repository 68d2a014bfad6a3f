"""Frozen bulletins: which there are, and the figures of one."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from crawler.config import BadConfig
from monitor.bulletin.compile import figures
from monitor.bulletin.frozen import archived
from monitor.bulletin.printing import archive
from monitor.bulletin.shelf import kept_files
from monitor.days.period import Period
from monitor.entries.papers import errata
from monitor.entries.sealing import Unsound
from monitor.web.api import models
from monitor.web.api.gate import District
from monitor.web.api.words import asked, part, said
from monitor.web.gate import NotFound
from monitor.web.state import Web, web_of

router = APIRouter(tags=["bulletins"])
Kept = Annotated[Web, Depends(web_of)]
Name = Annotated[
    str, part("统计期，如 2020Q2、2020-06", "Period like 2020Q2 or 2020-06", max_length=30, pattern=r"^[0-9A-Za-z.-]{4,30}$")
]  # fmt: skip
Day = Annotated[
    date | None, asked("印发日期；不填为最近一次", "Day of print; default: the last one")
]


@router.get("/bulletins", **said("已封存的通报", "Frozen bulletins"))
def bulletins(who: District, web: Kept) -> models.KeptBulletins:
    """What the archive holds, the newest first."""
    with web.office.reader.connect() as connection:
        found = kept_files(connection, archive(web.office))
    rows = [
        models.KeptBulletin(
            period=one.period, printed=one.printed, file=one.file.name, errata=one.errata
        )
        for one in found
    ]
    return models.KeptBulletins(total=len(rows), rows=rows)


@router.get("/bulletins/{period}", **said("一期通报的数据", "The figures of one bulletin"))
def bulletin(who: District, web: Kept, period: Name, printed: Day = None) -> models.BulletinData:
    """The figures and lists of a frozen bulletin, checked against its seal, with the errata beside
    it."""
    try:
        with web.office.reader.connect() as connection:
            kept = archived(connection, archive(web.office), Period.parse(period), printed)
            corrections = errata(connection, kept.name) if kept else ()
    except ValueError as error:
        if isinstance(error, Unsound):
            raise BadConfig(str(error)) from None
        raise NotFound("没有这个统计期，写法如 2020Q2、2020-06") from None
    if kept is None:
        raise NotFound("这一期没有封存过")
    return models.BulletinData(
        period=kept.bulletin.period.name,
        title=kept.bulletin.title,
        printed=kept.bulletin.printed,
        sha256=kept.root,
        figures=figures(kept.bulletin),
        errata=[
            models.ErratumLine(moment=e.moment, subject=e.subject, text=e.text, by=e.by)
            for e in corrections
        ],
    )

"""What was found for a column whose page shows no list, for the person who decides: page and data
side by side, what was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from crawler.model import Outcome
from crawler.store.tables import OutletRow, PostRow
from crawler.walking.offers import TAKEN, How, Offer, Side, Tried, Why
from crawler.walking.offers.store import decided
from monitor.looks.offers import offer_for
from monitor.words.causes import cause_name

OUTLET, POST = OutletRow.__table__.c, PostRow.__table__.c
SHOWN, TRIED = 3, 8
HOWS: Mapping[How, str] = {
    How.FEED: "网页的订阅链接", How.ATTRIBUTE: "网页元素的属性", How.SCRIPT: "网页里的脚本", How.FILE: "网页的脚本文件",
}  # fmt: skip
WHYS: Mapping[Why, str] = {
    Why.GOOD: "读全了，已建议采用", Why.FOREIGN: "主机不在台账的站点之内，没有访问；确属本站的，请在台账里把它加进站点",
    Why.FORBIDDEN: "指向本机或内部网络，没有访问", Why.POST: "要用表单提交才答复，没有访问", Why.UNFILLED: "有一部分网页没有写明，没有访问",
    Why.REFUSED: "已有人排除，没有访问", Why.TAKEN: "是另一个栏目的网址，没有访问", Why.MANY: "地址太多，没有访问",
    Why.FAILED: "没有正常答复", Why.NO_LIST: "答复里读不出列表", Why.FEW: "只有一两条，不足以认作列表",
    Why.OTHER_SITE: "多数信息不在本站", Why.NOT_WHOLE: "有的条目没有可信的日期，没有读全", Why.A_PAGE: "答复的是网页，不是数据",
    Why.SHARED: "几个栏目的网页都指向它，不是本栏目自己的", Why.SECOND: "也读全了，另一个更合适",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfferedRow:
    """A row; ``met``: the column showed it before."""

    title: str
    url: str
    day: date | None
    met: bool


@dataclass(frozen=True, slots=True)
class Half:
    """One reading: what it was in words, the newest day, how many posts, the first rows."""

    said: str
    newest: date | None
    count: int
    total: int | None
    rows: tuple[OfferedRow, ...]


@dataclass(frozen=True, slots=True)
class OfferPage:
    """``url`` is empty where nothing fits; then only what was ``tried`` is told. ``number`` names
    this very offer."""

    number: int
    url: str
    how: str
    since: datetime
    seen: datetime
    before: Half
    after: Half | None
    tried: tuple[tuple[str, str, str], ...]


def offer_page(connection: Connection, column: str) -> OfferPage | None:
    """What waits for a person at ``column`` now; ``None``: nothing was found, or its page shows its
    list."""
    offer = offer_for(connection, column)
    here = connection.execute(select(OUTLET.url).where(OUTLET.id == column)).scalar()
    if offer is None or offer.page != here or not (offer.url or offer.tried):
        return None
    known = _known(connection, offer)
    after = _half(offer.after, known) if offer.after is not None else None
    tried = tuple((one.url, HOWS[one.how], _told(one)) for one in offer.tried[:TRIED])
    how = HOWS[offer.how] if offer.how is not None else ""
    half = _half(offer.before, known)
    return OfferPage(
        offer.id, offer.url, how, offer.first_seen, offer.last_seen, half, after, tried
    )


def taken_at(connection: Connection, column: str) -> Offer | None:
    """The data address that a person took for ``column`` and that it is read at now."""
    here = connection.execute(select(OUTLET.url).where(OUTLET.id == column)).scalar()
    return next(
        (one for one in decided(connection, column) if one.state == TAKEN and one.url == here), None
    )


def _told(one: Tried) -> str:
    return f"{WHYS[one.why]}（{cause_name(one.said)}）" if one.said else WHYS[one.why]


def _half(side: Side, known: set[str]) -> Half:
    rows = tuple(
        OfferedRow(row.title, row.url, row.day, row.url in known) for row in side.rows[:SHOWN]
    )
    read = side.outcome == Outcome.READ.value
    said = (
        "读出列表"
        if read
        else cause_name(side.reason or side.outcome)
        if side.outcome
        else "没有记下"
    )
    return Half(said, side.newest, side.count, side.total, rows)


def _known(connection: Connection, offer: Offer) -> set[str]:
    urls = [row.url for side in (offer.before, offer.after) if side for row in side.rows]
    query = select(POST.url).where(POST.outlet_id == offer.outlet, POST.url.in_(urls))
    return set(connection.execute(query).scalars())

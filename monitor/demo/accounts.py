"""The sample district's accounts as the sample platforms serve them: posts reckoned from each one's
facts."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from starlette.applications import Starlette

from crawler.model import SHANGHAI, AccountState, Deed, shanghai_day
from monitor.demo.district import CanaryFacts, District, SampleAccountFacts
from monitor.demo.media import SampleAccount, SamplePost, media_app
from monitor.demo.media_pages import article_url
from monitor.desk.attesting import PersonLook, attest
from monitor.office import Office, enter_catalogue

KEPT = 40
"""Posts an account has in all: more than any list's first page."""
CANARY_DAYS = 800
MORNING = time(8, 30, 7)
SILENT = timedelta(days=14)
BEFORE = timedelta(minutes=40)


def district_media(district: District, clock: Callable[[], datetime]) -> Starlette:
    """The platforms of ``district`` as one application; ``clock`` gives the aware moment to
    show."""
    return media_app(accounts_of(district), clock)


def accounts_of(district: District) -> tuple[SampleAccount, ...]:
    """Every account of the district, registered or not, and the canaries, which post every day."""
    first = shanghai_day(district.as_of) - timedelta(days=KEPT)
    return (
        *(_account(facts) for facts in district.accounts),
        *(_canary(facts, first) for facts in district.canaries),
    )


def persons_looks(district: District, office: Office, now: datetime) -> tuple[str, ...]:
    """A person of the office looks at each WeChat account that seems silent and enters what stood
    there (人工登记).

    A bridge alone accuses nobody: its two looks are one. Returns the accounts' ids.
    """
    enter_catalogue(office, now)
    watched = [facts for facts in district.accounts if facts.state is not AccountState.UNREGISTERED]
    silent = [(facts.id, _account(facts)) for facts in watched if _seems_silent(facts, now)]
    for id_, account in silent:
        newest = account.shown(now)[0]
        with office.engine.begin() as connection:
            attest(
                connection,
                id_,
                seen=PersonLook(
                    published=newest.moment,
                    looked=now - BEFORE,
                    until=shanghai_day(now) + SILENT,
                    seen_by="经办人（样例）",
                    url=article_url(account, newest),
                ),
                deed=Deed("经办人（样例）", now),
                folder=office.settings.folder,
            )
    return tuple(id_ for id_, _ in silent)


def _seems_silent(facts: SampleAccountFacts, now: datetime) -> bool:
    """WeChat's own pages show an account's newest post to people only."""
    newest = facts.newest
    return facts.platform == "wechat" and newest is not None and shanghai_day(now) - newest > SILENT


def _account(facts: SampleAccountFacts) -> SampleAccount:
    posts = tuple(_posts(facts.newest, facts.every, facts.id)) if facts.newest is not None else ()
    return SampleAccount(facts.id, facts.platform, facts.name, _number(facts.handle), posts)


def _canary(facts: CanaryFacts, first: date) -> SampleAccount:
    days = (first + timedelta(days=at) for at in range(CANARY_DAYS))
    posts = tuple(SamplePost(_at(day, 0), f"示例每日发布 {day:%m月%d日}") for day in days)
    return SampleAccount(
        facts.id, facts.platform, facts.name, _number(facts.handle), posts, canary=True
    )


def _posts(newest: date, every: float, name: str) -> Iterator[SamplePost]:
    """Posts back from ``newest``, ``every`` days apart; minutes differ so that no two accounts look
    copied."""
    minute = sum(name.encode()) % 60
    for at in range(KEPT):
        day = newest - timedelta(days=int(at * every))
        yield SamplePost(_at(day, minute + at), f"示例推文第 {KEPT - at} 期")


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI) + timedelta(minutes=minutes)


def _number(handle: dict[str, str]) -> str:
    return handle["uid"] if "uid" in handle else b64decode(handle["biz"]).decode("ascii")

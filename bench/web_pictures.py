"""The pages as pictures: the sample district after some days of work, looked at by Chromium on a
desk and on a phone.

``python -m bench.web_pictures [FOLDER] [NAME ...]`` writes ``NAME-1366.png`` and ``NAME-390.png``
(default ``docs/images/web``, all pages), cut at a screen or two, in few colours.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, sync_playwright
from sqlalchemy import select

from crawler.clock import Clock
from crawler.model import Deed
from monitor.access.roles import ROLES, Role
from monitor.demo.district import load_district
from monitor.demo.run import show, stage
from monitor.demo.web import add_sample_users, sample_web
from monitor.night.jobs import nightly
from monitor.office import Office
from monitor.record.links import load_keys, sign
from monitor.record.tables import FindingRow
from monitor.rectify import appeals, orders, replies
from monitor.rectify.orders import Terms
from monitor.rectify.replies import Enclosed

FOLDER = Path("docs/images/web")
CHROMIUM = "/usr/bin/chromium"
SIZES = ((1366, 900), (390, 844))
TALLEST, COLOURS, NIGHTS = 1800, 128, 3
STATES: dict[Role, StorageState] = {}
"""The cookies of who has signed in: one line in the record a role, as at an office."""
PAGES: dict[str, tuple[Role, str]] = {
    "login": (Role.ADMINISTRATOR, "/login"),
    "overview": (Role.OFFICE, "/"),
    "columns": (Role.OFFICE, "/columns"),
    "column": (Role.OFFICE, "/outlets/{late}"),
    "accounts": (Role.OFFICE, "/accounts"),
    "accounts-found": (Role.OFFICE, "/accounts/found"),
    "units": (Role.OFFICE, "/units"),
    "unit": (Role.OFFICE, "/units/{unit}"),
    "unit-link": (Role.UNIT, "/units/{unit}?key={key}"),
    "findings": (Role.OFFICE, "/findings"),
    "board": (Role.OFFICE, "/findings/board"),
    "finding": (Role.OFFICE, "/findings/{finding}"),
    "orders": (Role.OFFICE, "/orders"),
    "overdue": (Role.OFFICE, "/overdue"),
    "bulletins": (Role.OFFICE, "/bulletins"),
    "bulletin": (Role.OFFICE, "/bulletins/{quarter}"),
    "attribution": (Role.OFFICE, "/attribution"),
    "content": (Role.INSPECTOR, "/content"),
    "checklist": (Role.INSPECTOR, "/checklist"),
    "catalogue": (Role.OFFICE, "/catalogue"),
    "health": (Role.OFFICE, "/health"),
    "charts": (Role.OFFICE, "/charts"),
    "leader": (Role.LEADER, "/leader"),
    "users": (Role.ADMINISTRATOR, "/users"),
    "audit": (Role.AUDITOR, "/audit"),
    "account": (Role.OFFICE, "/me"),
    "api": (Role.OFFICE, "/api/v1/"),
}


class Days:
    """The time at the district and in the office: it runs, as the crawl's own does, and is set when
    told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    @property
    def now(self) -> datetime:
        """The moment to which it was set last."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now, self._set = moment, time.monotonic()

    def __call__(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._set)


def main(folder: Path, names: Sequence[str]) -> None:
    """Run some nights, do some work, take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    district = load_district()
    clock = Days(district.as_of - timedelta(days=NIGHTS))
    with (
        tempfile.TemporaryDirectory() as scratch,
        stage(district, clock, Path(scratch)) as (sample, office),
    ):
        for _ in range(NIGHTS):
            nightly(office, clock, as_of=clock())
            clock.now += timedelta(days=1)
        show(district, office, clock, sample=sample)
        password = add_sample_users(office, clock)
        places = {**worked(office, clock), "quarter": district.quarter}
        with sample_web(office, clock) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            drafted(browser, url, password, district.quarter)
            for name in names or PAGES:
                for size in SIZES:
                    role, path = PAGES[name]
                    picture = looked(browser, url, role, path.format(**places), password, size)
                    kept = keep(picture, folder / f"{name}-{size[0]}.png")
                    print(f"{kept} bytes {name}-{size[0]}.png")
            browser.close()


def worked(office: Office, clock: Clock) -> dict[str, str]:
    """Orders, a reply, an appeal; the names of what the pictures show."""
    settings = office.settings.monitor
    with office.engine.begin() as connection:
        query = select(FindingRow.number, FindingRow.units, FindingRow.subject).where(
            FindingRow.rule == "column_stale",
            FindingRow.closed.is_(None),
            FindingRow.ours.is_(False),
        )
        late = [row for row in connection.execute(query.order_by(FindingRow.id)) if row.units]
        made = [
            orders.issue(
                connection,
                row.number,
                deed=Deed("样例经办人", clock()),
                terms=Terms(settings.alerts.letters, settings.orders),
            )
            for row in late[:4]
        ]
        replies.reply(
            connection,
            made[0].number,
            deed=Deed("样例联系人", clock(), "已安排专人更新，本周内补齐。", unit=late[0].units[0]),
            settings=settings.orders,
            enclosed=Enclosed(office.settings.folder / "files"),
        )
        appeals.appeal(
            connection,
            late[1].number,
            deed=Deed(
                "样例联系人", clock(), "该栏目已并入“政策文件”，请核实。", unit=late[1].units[0]
            ),
        )
    shown = late[0]
    key = sign(
        load_keys(office.settings.folder / "links.key"), shown.units[0], clock() + timedelta(days=9)
    )
    outlet = shown.subject.removeprefix("outlet:")
    return {"finding": shown.number, "unit": shown.units[0], "late": outlet, "key": key}


def drafted(browser: Browser, url: str, password: str, quarter: str) -> None:
    """Have the quarter's draft made through its page."""
    page = signed_in(browser, url, Role.OFFICE, password, SIZES[0])
    page.goto(f"/bulletins/{quarter}")
    page.click("text=生成草稿")
    page.wait_for_selector("button >> text=重新生成", timeout=120_000)
    page.context.close()


def signed_in(browser: Browser, url: str, role: Role, password: str, size: tuple[int, int]) -> Page:
    """A page of its own, signed in."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        storage_state=STATES.get(role),
    )
    page = context.new_page()
    if role in STATES:
        return page
    page.goto("/login")
    page.fill("[name=name]", ROLES[role].sample)
    page.fill("[name=password]", password)
    page.click("button.main")
    page.wait_for_url(lambda address: "login" not in address)
    STATES[role] = context.storage_state()
    return page


def looked(
    browser: Browser, url: str, role: Role, path: str, password: str, size: tuple[int, int]
) -> bytes:
    """What ``role`` sees at ``path``, as PNG. The sign-in page and a unit's link are seen by nobody
    known."""
    if path == "/login" or "key=" in path:
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        page = browser.new_context(base_url=url, viewport=viewport, locale="zh-CN").new_page()
    else:
        page = signed_in(browser, url, role, password, size)
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise SystemExit(f"{path}: {answer.status if answer else 'no answer'}")
    # What lies below the window would else be loaded only when somebody scrolls there.
    page.eval_on_selector_all("iframe", "all => all.forEach(one => one.loading = 'eager')")
    if page.locator("iframe").count():
        page.frame_locator("iframe").first.locator("body *").first.wait_for(state="attached")
        # Drawn only once it was in the window.
        page.locator("iframe").first.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
    page.wait_for_load_state("networkidle")
    picture = page.screenshot(full_page=True)
    page.context.close()
    return picture


def keep(picture: bytes, path: Path) -> int:
    """Write it cut and in few colours; its bytes."""
    with Image.open(BytesIO(picture)) as image:
        cut = image.convert("RGB").crop((0, 0, image.width, min(image.height, TALLEST)))
        cut.quantize(COLOURS).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, sys.argv[2:])

"""The README's letters as pictures: written, sent to a real mail server on this machine, rendered
by Chromium.

``python -m bench.letter_pictures [FOLDER]`` writes ``letter-unit.png`` and ``letter-office.png``
(phone width).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from PIL import Image, ImageChops

from crawler.model import SHANGHAI, Unit
from monitor.channels.mail import MailConfig, send
from monitor.demo.mailbox import Mailbox
from monitor.letters.ladder import Talk
from monitor.letters.parts import Matter
from monitor.letters.text import Manner, News, OfficeNews, letter, office_letter
from monitor.model import Finding, Letter, Newest, Value, Verdict
from monitor.settings.letters import LetterSettings

CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT, SCALE = 420, 3200, 1.5
NOW = datetime(2020, 8, 3, 8, 30, tzinfo=SHANGHAI)
DAY = NOW.date()
SETTINGS = LetterSettings(
    office="样例区人民政府办公室",
    contact="政务公开科",
    phone="0591-0000 0000",
    office_emails=("office@example.org",),
    base_url="https://watch.example.org",
)
UNIT = Unit("mzj", "民政局", "样例市样例区民政局", "区直部门", emails=("mzj@example.org",))
CLAUSE = "国办秘函〔2019〕19号 单项否决 应更新栏目长期未更新（本区按1年掌握）"


def finding(number: int, name: str, newest: date, due: date, **more: object) -> Finding:
    found = Newest(
        newest,
        "【样例】工作动态",
        "http://www.example.org/zdly/1.html",
        f"[{newest:%Y-%m-%d}]",
        "item",
    )
    one = Finding(
        number,
        f"2020-{number:04d}",
        "column_stale",
        f"outlet:{number}",
        "",
        datetime(2020, 7, 20, 2, tzinfo=SHANGHAI),
        None,
        f"{name}最近一次更新为{newest.year}年{newest.month}月{newest.day}日，超过1年的更新期限。",
        CLAUSE,
        ("mzj",),
        name,
        newest=found,
        due=due,
    )
    return replace(one, **more)  # type: ignore[arg-type]


def unit_letter() -> Letter:
    looked = datetime(2020, 8, 3, 1, 52, tzinfo=SHANGHAI)
    late = Matter(
        finding(12, "脱贫攻坚", date(2019, 5, 8), date(2020, 5, 8), recurrence=1),
        "column",
        "http://www.example.org/zdly/tpgj/",
        looked,
        ("民政局", "农业农村局"),
        date(2020, 7, 20),
        order="整改〔2020〕3号",
        until=date(2020, 7, 27),
    )
    closed = Matter(
        finding(
            9,
            "社会组织",
            date(2019, 6, 1),
            date(2020, 6, 1),
            closed=datetime(2020, 8, 3, 2, tzinfo=SHANGHAI),
        ),
        "column",
        ended="fresh",
    )
    soon = Verdict(
        "column_stale",
        "outlet:5",
        Value.DUE_SOON,
        "样例要闻最近一次更新为7月22日，到期后即为超期。",
        "",
        ("mzj",),
        due=date(2020, 8, 5),
        name="样例要闻",
    )
    moved = Matter(
        finding(7, "救助公示", date(2019, 7, 1), date(2020, 7, 1)),
        "",
        order="整改〔2020〕2号",
        moved_to=("医保局",),
    )
    return letter(
        UNIT,
        News([late], closed=[closed], soon=[soon], moved=[moved]),
        DAY,
        SETTINGS,
        manner=Manner(leader=True),
    )


def our_letter() -> Letter:
    ours = Finding(
        31,
        "2020-0031",
        "outlet_unreadable",
        "outlet:z",
        "",
        datetime(2020, 8, 2, 2, tzinfo=SHANGHAI),
        None,
        "通知公告连续两次没有读成：页面要求输入验证码。",
        "内部规则：看不到或读不懂的由我办核查，不追究责任单位",
        (),
        "通知公告",
        ours=True,
        value=Value.UNKNOWN,
    )
    return office_letter(
        OfficeNews(
            [Matter(ours, "ours")],
            mute=["审计局"],
            returned=["教育局 jyj@example.org：550 no such user"],
            overdue=[("民政局", 1)],
            talks=[Talk("民政局", 1, 5, 1)],
            notes=[
                "昨夜看到的太少，未对任何单位作出新的认定（计划 208 个，看到 121 个，无法判定 9 个）。"
            ],
        ),
        DAY,
        SETTINGS,
    )


def received(one: Letter, folder: Path) -> str:
    """The HTML part as the mail server has it."""
    with Mailbox(folder) as mailbox:
        config = MailConfig(
            host=mailbox.host, port=mailbox.port, security="plain", sender="watch@example.org"
        )
        send(one, settings=config, moment=NOW)
        mailbox.wait(1)
        (kept,) = mailbox.messages
    body = kept.message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def picture(html: str, out: Path, folder: Path) -> None:
    """``html`` as a phone shows it; the empty rest below is cut off and the colours are reduced."""
    page, raw = folder / "letter.html", folder / "letter.png"
    page.write_text(html, encoding="utf-8")
    flags = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
    )
    size = (
        f"--window-size={WIDTH},{HEIGHT}",
        f"--force-device-scale-factor={SCALE}",
        f"--screenshot={raw}",
    )
    subprocess.run(
        [CHROMIUM, *flags, *size, page.as_uri()], check=True, capture_output=True, timeout=120
    )
    image = Image.open(raw).convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((2, image.height - 2)))
    box = ImageChops.difference(image, ground).getbbox()
    bottom = min(image.height, (box[3] if box else image.height) + 24)
    image.crop((0, 0, image.width, bottom)).quantize(64).save(out, optimize=True)


def main(folder: Path) -> None:
    for name, one in (("letter-unit", unit_letter()), ("letter-office", our_letter())):
        with tempfile.TemporaryDirectory() as work:
            picture(received(one, Path(work) / "mail"), folder / f"{name}.png", Path(work))
        print(f"{name}.png {(folder / f'{name}.png').stat().st_size // 1000} KB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images"))

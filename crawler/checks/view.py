"""What a page looks like in a browser: an empty article, a page wider than the screen, a style
sheet that is missing.

``crawler/checking/viewing.py`` measures; here it is judged. One page stands for its template.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.checks.suspects import Suspect

WIDTH, HEIGHT = 1366, 1600
"""The screen, in CSS pixels: the commonest width of an office computer; portals are made for 1000
to 1200."""
SPILL = 20
"""Pixels beyond the screen that nobody notices."""
FEW = 2
"""Letters in a rendered article below which it shows no text."""
ENOUGH = 20
"""Letters of the page's source from which an article is expected to show some."""
RULES = ("view.blank", "view.overflow", "view.sheet")


@dataclass(frozen=True, slots=True)
class View:
    """One page as rendered. ``letters``, ``pictures`` and ``frames`` are those seen in the
    article's element (of the whole page where it was not ``found``); ``source`` are the letters
    that its source holds there, ``certain`` whether the page itself marks the element. ``wide`` is
    how far the page scrolls sideways, ``spilling`` the element behind it and ``inside`` whether
    that stands in the article. ``sheets`` are style sheets that do not come, with the reason.
    ``doubt`` says why nothing may be concluded: something the page needs could not be had for our
    own reasons.
    """

    url: str
    found: bool
    letters: int
    pictures: int
    frames: int
    source: int
    certain: bool
    wide: int
    spilling: str = ""
    inside: bool = False
    sheets: tuple[tuple[str, str], ...] = ()
    doubt: str = ""
    picture: bytes = b""


def judge_view(view: View) -> tuple[Suspect, ...]:
    """The suspects of one view. A page without its style sheet is not judged by its looks."""
    if view.sheets:
        return tuple(_sheet(url, why) for url, why in view.sheets)
    if view.doubt:
        return ()
    return (*_blank(view), *_overflow(view))


def _sheet(url: str, why: str) -> Suspect:
    return Suspect(
        "view.sheet",
        "网页",
        url[:300],
        "",
        f"样式表取不到（{why}），页面排版散乱",
        "恢复样式表",
        url,
    )


def _blank(view: View) -> tuple[Suspect, ...]:
    shown = view.letters >= FEW or view.pictures or view.frames
    if shown or not view.certain or view.source < ENOUGH:
        return ()
    why = f"网页源码的正文有{view.source}个字，在浏览器里什么也不显示"
    return (Suspect("view.blank", "正文", "", "", why, "检查样式和脚本", "view.blank"),)


def _overflow(view: View) -> tuple[Suspect, ...]:
    if view.wide <= WIDTH + SPILL or not view.spilling:
        return ()
    where = "正文" if view.inside else "网页"
    why = f"页面宽{view.wide}像素，超出{WIDTH}像素的屏幕，要左右拖动才能看全（由 {view.spilling[:60]} 撑开）"
    hint = "缩小表格或图片" if view.inside else "修改网站模板"
    return (Suspect("view.overflow", where, view.spilling[:60], "", why, hint, "view.overflow"),)

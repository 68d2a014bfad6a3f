"""Families whose lists and pagers are plain HTML: only their name has to be known."""

from __future__ import annotations

import re

from crawler.reading.families.base import Family, Source, says

_EMPIRE_FILE = re.compile(r"/d/file/[\w/]{1,60}/20\d\d-\d\d-\d\d")
"""EmpireCMS keeps files in folders of the day of saving."""
_DEDE_LIST = re.compile(r"list_\d{1,4}_\d{1,4}\.html")
"""DedeCMS numbers list pages by column and page (list_3_2.html)."""
_PHPCMS_SHOW = re.compile(r"show-\d{1,6}-\d{1,9}-\d{1,4}\.html")
"""PHPCMS numbers articles by column, article and page (show-12-345-1.html)."""
_SITESERVER_PAGE = re.compile(r"/contents/\d{1,9}/\d{1,9}\.html")
"""SiteServer numbers articles by channel and article (contents/12/345.html)."""


def _empire(source: Source) -> bool:
    marks = source.marks
    return says(marks, "/e/public/ViewClick", "/e/action/ListInfo", "/e/data/") or bool(
        _EMPIRE_FILE.search(marks)
    )


def _dedecms(source: Source) -> bool:
    marks = source.marks
    return says(
        marks, "/plus/list.php", "/plus/view.php", "/plus/count.php", "/plus/search.php", "dedecms"
    ) or bool(_DEDE_LIST.search(marks))


def _phpcms(source: Source) -> bool:
    marks = source.marks
    return says(marks, "m=content&c=index", "m=content&amp;c=index", "phpcms") or bool(
        _PHPCMS_SHOW.search(marks)
    )


def _jeecms(source: Source) -> bool:
    return says(source.marks, ".jhtml", "/r/cms/www/", "jeecms")


def _siteserver(source: Source) -> bool:
    marks = source.marks
    return says(marks, "/sitefiles/", "/SiteFiles/", "siteserver") or bool(
        _SITESERVER_PAGE.search(marks)
    )


FAMILIES = (
    Family("empire", _empire, (b"/d/file/", b"/e/public/ViewClick")),
    Family("dedecms", _dedecms),
    Family("phpcms", _phpcms),
    Family("jeecms", _jeecms, (b"/r/cms/www/",)),
    Family("siteserver", _siteserver),
)
"""EmpireCMS, DedeCMS, PHPCMS, JEECMS, SiteServer."""

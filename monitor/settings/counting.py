"""Counting: the ``monitor.counting`` section of config.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crawler.config import Strict


class CountRule(Strict):
    """How posts are counted: ``monitor.counting`` of config.yaml.

    ``grace`` days for posts put up a little after their date, the ``oldest`` that still counts, and
    whether ``copies`` (the same title, day and origin at another address of the same column) count
    once or each.
    """

    grace: int = Field(default=3, ge=0, le=31)
    oldest: int = Field(default=31, ge=0, le=366)
    copies: Literal["once", "each"] = "once"

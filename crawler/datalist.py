"""JSON list data."""

from __future__ import annotations

from crawler.model import Page, Reading


def read_data(text: str, page: Page) -> Reading | None:
    return None

"""What Scrapy is told of an address that may not be fetched."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


class Forbidden(IgnoreRequest):
    """The address may not be fetched; its text is the guard's machine word."""

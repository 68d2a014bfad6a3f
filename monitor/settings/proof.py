"""Proof: the ``monitor.proof`` section of config.yaml."""

from __future__ import annotations

from pydantic import Field

from crawler.config import Strict


class ProofSettings(Strict):
    """How long page copies are kept after their finding ended, and whether a browser photographs
    them."""

    keep_days: int = Field(default=730, ge=30, le=3660)
    screenshots: bool = False

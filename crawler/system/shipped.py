"""Files that come with the packages: migrations and the example config.yaml."""

from __future__ import annotations

import sysconfig
from pathlib import Path


def shipped(name: str) -> Path:
    """``name`` beside the packages in a checkout, or under ``share/gengxin`` when installed."""
    beside = Path(__file__).resolve().parents[2] / name
    if beside.exists() and (beside.parent / "pyproject.toml").exists():
        return beside
    return Path(sysconfig.get_path("data")) / "share" / "gengxin" / name

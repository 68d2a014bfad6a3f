"""The store brought to the newest form of its tables, from nothing or from any earlier release."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def migrations_folder() -> Path:
    """Where the migrations are: beside the packages in a checkout, under ``share`` when installed."""
    beside = Path(__file__).resolve().parents[1] / "alembic"
    if (beside / "versions").is_dir():
        return beside
    return Path(sysconfig.get_path("data")) / "share" / "gengxin" / "alembic"


def migrate(engine: Engine) -> None:
    """All tables at head, in one transaction where the database allows it."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

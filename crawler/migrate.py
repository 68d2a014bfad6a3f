"""The store brought to the newest form of its tables, from nothing or from any earlier release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from crawler.shipped import shipped


def migrations_folder() -> Path:
    """Where the migrations are, in a checkout and when installed."""
    return shipped("alembic")


def migrate(engine: Engine) -> None:
    """All tables at head, in one transaction where the database allows it."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

"""The store brought to the newest form of its tables, from nothing or from any earlier release."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from crawler.system.shipped import shipped

REVISION = re.compile(r"^(down_)?revision = ['\"](\w+)['\"]", re.MULTILINE)


def migrations_folder() -> Path:
    """Where the migrations are, in a checkout and when installed."""
    return shipped("alembic")


def migrate(engine: Engine) -> None:
    """All tables at head, in one transaction where the database allows it."""
    if _stored(engine) == newest_revision():
        return
    # Alembic takes most of a second to load: too dear for a recheck on a store that needs nothing.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest_revision() -> str:
    """The revision that no other one follows. Raises ``LookupError`` unless there is exactly one."""
    own: set[str] = set()
    followed: set[str] = set()
    for path in (migrations_folder() / "versions").glob("*.py"):
        for down, revision in REVISION.findall(path.read_text(encoding="utf-8")):
            (followed if down else own).add(revision)
    (newest,) = own - followed or {""}
    if not newest:
        raise LookupError(f"no migrations in {migrations_folder()}: the installation is incomplete")
    return newest


def _stored(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

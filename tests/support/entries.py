"""Frozen bulletins and broken commits for the tests of what people enter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, text

from monitor.bulletin.frozen import paper_of
from monitor.bulletin.model import Bulletin
from monitor.entries import papers
from monitor.record.chain import Entry


def keep(connection: Connection, bulletin: Bulletin, now: datetime) -> str:
    """Freeze ``bulletin``; returns the name under which it is kept."""
    paper = paper_of(bulletin)
    papers.put(
        connection, paper, Entry("bulletin_frozen", f"bulletin:{paper.name}"), by="测试", now=now
    )
    return paper.name


def break_commits(engine: Engine) -> None:
    """From now on whoever writes into the record is refused by the database, and only at the
    commit."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE nowhere (id INTEGER PRIMARY KEY)"))
        connection.execute(
            text(
                "CREATE TABLE orphan (of INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED)"
            )
        )
        if connection.dialect.name == "sqlite":
            connection.execute(
                text(
                    "CREATE TRIGGER late AFTER INSERT ON audit BEGIN INSERT INTO orphan VALUES (1); END"
                )
            )
            return
        connection.execute(
            text(
                "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
                "'BEGIN INSERT INTO orphan VALUES (1); RETURN NULL; END'"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER late AFTER INSERT ON audit FOR EACH STATEMENT EXECUTE FUNCTION late()"
            )
        )

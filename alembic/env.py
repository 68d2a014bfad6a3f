"""Alembic's door: the tables of both packages, on the store named by ``-x url=`` or by the caller."""

from alembic import context
from sqlalchemy import Connection

from crawler.store.tables import open_store
from monitor.tables import METADATA


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    url = context.get_x_argument(as_dictionary=True).get("url", "sqlite:///var/gengxin.db")
    engine = open_store(url)
    with engine.begin() as connection:
        _migrate(connection)
    engine.dispose()


_run()

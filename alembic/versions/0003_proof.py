"""What a look proves: its bounds, a site's frame, hosts that mislead, addresses, people's words and what they enter.

What the readers before this release called a whole list was not proven to be one: the newest looks clear and no longer
convict, and every column is walked anew once, so that it is known from which day on its posts are whole.

Revision: 0003, after 0002.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

import crawler.store.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WINDOW = timedelta(days=9)
"""A verdict rests on looks of fewer days."""


def upgrade() -> None:
    op.create_table(
        "host_trait",
        sa.Column("host", sa.String(length=260), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("since", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", "kind", name=op.f("pk_host_trait")),
    )
    op.create_table(
        "whole_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moment", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("ended", crawler.store.tables.Moment(timezone=True), nullable=True),
        sa.Column("kept_in", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_whole_word_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whole_word")),
    )
    with op.batch_alter_table("whole_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whole_word_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "frame_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("outlets", sa.JSON(), nullable=False),
        sa.Column("since", sa.JSON(), nullable=False),
        sa.Column("first_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_frame_link_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame_link")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_frame_link_site_id")),
    )
    op.create_table(
        "column_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moment", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("ended", crawler.store.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_column_word_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_word")),
    )
    with op.batch_alter_table("column_word", schema=None) as batch_op:
        batch_op.create_index("ix_column_word_outlet_id_kind", ["outlet_id", "kind"], unique=False)

    op.create_table(
        "outlet_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("since", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("until", crawler.store.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["outlet_id"], ["outlet.id"], name=op.f("fk_outlet_address_outlet_id_outlet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet_address")),
    )
    with op.batch_alter_table("outlet_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outlet_address_outlet_id"), ["outlet_id"], unique=False)

    op.create_table(
        "crosscheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.String(length=64), nullable=False),
        sa.Column("moment", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("newest", sa.Date(), nullable=True),
        sa.Column("looked", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_crosscheck_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crosscheck")),
    )
    with op.batch_alter_table("crosscheck", schema=None) as batch_op:
        batch_op.create_index("ix_crosscheck_outlet_id_moment", ["outlet_id", "moment"], unique=False)

    op.create_table(
        "column_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("shape", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("overlaps", sa.Boolean(), nullable=False),
        sa.Column("first_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("ended", crawler.store.tables.Moment(timezone=True), nullable=True),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_column_shape_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_shape")),
    )
    with op.batch_alter_table("column_shape", schema=None) as batch_op:
        batch_op.create_index("ix_column_shape_outlet_id_kind", ["outlet_id", "kind"], unique=False)

    op.create_table(
        "column_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("tried", sa.JSON(), nullable=False),
        sa.Column("first_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("last_seen", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("render", sa.String(length=20), nullable=False),
        sa.Column("ended", crawler.store.tables.Moment(timezone=True), nullable=True),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_column_offer_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_offer")),
    )
    with op.batch_alter_table("column_offer", schema=None) as batch_op:
        batch_op.create_index("ix_column_offer_outlet_id_state", ["outlet_id", "state"], unique=False)

    _entries()

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", sa.Date(), nullable=True))

    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("only", sa.String(length=64), nullable=False, server_default=sa.text("''"))
        )
        batch_op.add_column(
            sa.Column("evidence", sa.String(length=20), nullable=False, server_default=sa.text("''"))
        )
        batch_op.add_column(sa.Column("unread", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("total", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("whole_since", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("last_plain", crawler.store.tables.Moment(timezone=True), nullable=True)
        )

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unread", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("total", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("conditional", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("path", sa.Text(), nullable=False, server_default=sa.text("''")))

    op.add_column("recheck", sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")))

    _months(sa.JSON())
    _prove_anew()


def _entries() -> None:
    """What people enter by hand. The files that held it are read when the store is opened: a migration knows no folder."""
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("moment", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_kind_about", ["kind", "about"], unique=False)

    op.create_table(
        "frozen_bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("period", sa.String(length=60), nullable=False),
        sa.Column("printed", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("moment", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_bulletin")),
        sa.UniqueConstraint("name", name=op.f("uq_frozen_bulletin_name")),
    )
    with op.batch_alter_table("frozen_bulletin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frozen_bulletin_period"), ["period"], unique=False)

    op.create_table(
        "entry_file",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("moment", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_entry_file")),
    )


def _months(kind: sa.types.TypeEngine[Any]) -> None:
    """Units' months are counted anew after every night: the table is made anew and empty."""
    op.drop_table("unit_month")
    op.create_table(
        "unit_month",
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("posts", kind, nullable=False),
        sa.Column("documents", kind, nullable=False),
        sa.Column("as_of", crawler.store.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "month", name=op.f("pk_unit_month")),
    )


def _prove_anew() -> None:
    connection = op.get_bind()
    visit = sa.table(
        "visit",
        sa.column("moment", crawler.store.tables.Moment()),
        sa.column("evidence", sa.String),
        sa.column("probe", sa.String),
    )
    last = connection.execute(sa.select(sa.func.max(visit.c.moment))).scalar()
    if last is not None:
        recent = (visit.c.moment > last - WINDOW) & (visit.c.probe == "portal")
        values = {"evidence": "lower_bound"}
        connection.execute(visit.update().where(recent, visit.c.evidence == "complete").values(values))
    names = ("kind", "etag", "last_modified", "page_hash")
    outlet = sa.table(
        "outlet",
        *(sa.column(name, sa.String) for name in names),
        sa.column("walk_done", sa.Boolean),
        sa.column("walk_since", crawler.store.tables.Moment()),
        sa.column("walk_prior", crawler.store.tables.Moment()),
        sa.column("last_conclusive", crawler.store.tables.Moment()),
    )
    anew = {"etag": "", "last_modified": "", "page_hash": "", "walk_done": False, "walk_since": None}
    columns = outlet.update().where(outlet.c.kind == "column")
    connection.execute(columns.values(**anew, walk_prior=outlet.c.last_conclusive))


def downgrade() -> None:
    _months(sa.Integer())
    op.drop_column("recheck", "tries")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("path")
        batch_op.drop_column("conditional")
        batch_op.drop_column("total")
        batch_op.drop_column("unread")

    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.drop_column("last_plain")
        batch_op.drop_column("whole_since")
        batch_op.drop_column("total")
        batch_op.drop_column("unread")
        batch_op.drop_column("evidence")
        batch_op.drop_column("only")

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("since")

    with op.batch_alter_table("column_offer", schema=None) as batch_op:
        batch_op.drop_index("ix_column_offer_outlet_id_state")

    op.drop_table("column_offer")
    with op.batch_alter_table("column_shape", schema=None) as batch_op:
        batch_op.drop_index("ix_column_shape_outlet_id_kind")

    op.drop_table("column_shape")
    op.drop_table("entry_file")
    op.drop_table("frozen_bulletin")
    op.drop_table("entry")
    with op.batch_alter_table("crosscheck", schema=None) as batch_op:
        batch_op.drop_index("ix_crosscheck_outlet_id_moment")

    op.drop_table("crosscheck")
    with op.batch_alter_table("outlet_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outlet_address_outlet_id"))

    op.drop_table("outlet_address")
    with op.batch_alter_table("column_word", schema=None) as batch_op:
        batch_op.drop_index("ix_column_word_outlet_id_kind")

    op.drop_table("column_word")
    op.drop_table("frame_link")
    with op.batch_alter_table("whole_word", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whole_word_unit_id"))

    op.drop_table("whole_word")
    op.drop_table("host_trait")

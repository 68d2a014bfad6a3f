"""Visits carry their run, and what an outlet showed since a moment is found without reading all posts.

A visit of before has no run: figures of those runs were counted when they ended.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("run_id", sa.Integer(), nullable=True))
    op.create_index("ix_visit_moment", "visit", ["moment"])
    op.create_index("ix_visit_run_id", "visit", ["run_id"])
    op.create_index("ix_post_first_seen_outlet_id", "post", ["first_seen", "outlet_id"])


def downgrade() -> None:
    op.drop_index("ix_post_first_seen_outlet_id", "post")
    op.drop_index("ix_visit_run_id", "visit")
    op.drop_index("ix_visit_moment", "visit")
    op.drop_column("visit", "run_id")

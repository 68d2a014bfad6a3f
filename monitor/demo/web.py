"""The sample district's web on loopback: an account of every role, and rechecks done while somebody
looks on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import select

from crawler.clock import Clock
from crawler.store.tables import UnitRow
from monitor.access.roles import ROLES, Role
from monitor.access.users import add_user, new_password
from monitor.demo.server import Listener
from monitor.night.service import Service
from monitor.office import Office
from monitor.web.app import create_app

log = logging.getLogger(__name__)

EVERY = 0.3
"""Seconds between two looks for rechecks that were asked for."""


def add_sample_users(office: Office, clock: Clock) -> str:
    """An account of every role, all with one new password, which is returned; the unit's contact is
    the first unit's."""
    password = new_password()
    with office.engine.begin() as connection:
        unit = connection.execute(
            select(UnitRow.id).where(UnitRow.quota.is_not(None)).order_by(UnitRow.id)
        ).scalar()
        for role, of in ROLES.items():
            add_user(
                connection,
                clock(),
                name=of.sample,
                shown=f"样例{of.title}",
                role=role,
                unit=unit if role is Role.UNIT else None,
                password=password,
                by="样例",
            )
    return password


@contextmanager
def sample_web(office: Office, clock: Clock) -> Iterator[str]:
    """Serve the pages of ``office`` until the block ends; gives their address. Rechecks are done
    beside it."""
    stop = Event()
    listener = Listener(create_app(office, clock))
    listener.start()
    worker = Thread(
        target=_rechecks, args=(Service(office, clock, stop), stop), name="rechecks", daemon=True
    )
    worker.start()
    try:
        yield listener.url
    finally:
        stop.set()
        worker.join(30)
        listener.stop()


def _rechecks(service: Service, stop: Event) -> None:
    while not stop.wait(EVERY):
        try:
            service.rechecks()
        except Exception:  # one broken recheck does not end the sample
            log.exception("复查没有做完")

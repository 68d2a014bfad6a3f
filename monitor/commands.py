"""Commands with files of their own; the command line adds them at its start."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()

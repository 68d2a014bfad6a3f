"""The command ``gengxin``. Exit codes: 0 done; 2 refused (bad input, said in one sentence); 3 the
night failed (nobody was accused); 4 letters could not be sent; 5 a bulletin contradicts itself; 1 a
fault of ours.

Nothing is imported here that ``gengxin --help`` can do without.
"""

from __future__ import annotations

import logging
import sys

import click

from monitor.commands.menu import Menu
from monitor.words.exits import DONE, FAULT, REFUSED


@click.group(cls=Menu, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gengxin", prog_name="gengxin")
def cli() -> None:
    """更新：政府网站栏目与政务新媒体更新监测。"""
    from crawler.net.guard_trial import try_guard

    try_guard()  # whatever the command is: one that fetches cannot be forgotten here


def attach() -> None:
    """Import every command, for who walks them all."""
    cli.load()


def main() -> int:
    """Run the command line; faults that a person can mend are one sentence and exit code 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        result = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        return FAULT
    except click.ClickException as error:
        return refuse(f"{error.format_message()}（用法见 gengxin --help）")
    except Exception as error:
        from monitor.commands.faults import sentence_of

        said = sentence_of(error)
        if said is None:
            raise
        click.echo(said.text, err=True)
        return said.code
    return int(result or DONE)


def refuse(sentence: str) -> int:
    """Say why nothing was done."""
    click.echo(sentence, err=True)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())

"""{name}首页实际由{host}提供，台账登记的是{registered}，请核实并更正台账。

The home page's address leads somewhere else than the catalogue says: the site moved, its name was
given up and lies in other hands, or something between us and it redirects. It goes to the office, a
person looks. Hosts that the catalogue counts to the site are its own. Only visits that opened the
page count.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.model import Facts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "home_moved"
TRAITS = Traits(
    title="首页地址变更",
    accused="不一致",
    advice="请核实网站的新地址，在台账里更正。",
)
SENTENCES = {Value.STALE: sentence_of(__doc__), Value.FRESH: "{name}首页由台账登记的{host}提供。"}


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per site whose home page was opened this week."""
    own = {of.site.id: tuple(_plain(host) for host in of.site.hosts) for of in facts.sites}
    for week in facts.weeks:
        if not week.host:
            continue
        host, registered = _plain(week.host), _plain(urlsplit(week.home).hostname or "")
        value = Value.FRESH if host in (registered, *own.get(week.site, ())) else Value.STALE
        yield Verdict(
            rule=NAME,
            subject=f"site:{week.site}",
            value=value,
            sentence=SENTENCES[value].format(name=week.name, host=host, registered=registered),
            clause=clause,
            numbers={"host": host, "registered": registered},
            ours=True,
            name=week.name,
            looked=week.opened,
        )


def _plain(host: str) -> str:
    """Names are the same whatever their case, and with the dot that ends them."""
    return host.rstrip(".").lower()

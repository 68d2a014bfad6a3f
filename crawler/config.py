"""config.yaml read strictly: an unknown key, a wrong type or a broken file is refused with its
place."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml.constructor import SafeConstructor

try:
    from yaml import CSafeLoader as QuickLoader
except ImportError:
    from yaml import SafeLoader as QuickLoader  # type: ignore[assignment]


class BadConfig(ValueError):
    """One sentence for the person who edits the file: where, what, and what is allowed."""


class Strict(BaseModel):
    """Base of every section: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True
    )


class ContentConfig(Strict):
    """The content checks: the office's own lists and the limits of what is fetched for them.
    Seconds, bytes, days.

    ``allow`` are hosts beside ``.gov.cn`` and ``.政务`` that posts may link to and load from. Files
    are named relative to config.yaml (docs/content.md tells their form). ``rules_off`` and
    ``rules_on`` overrule which rules speak (YAML 1.1 reads a bare ``on`` as a truth value).
    ``browser`` looks at each template in a Chromium (extra ``browser``), at most ``browser_pages``
    a night within ``browser_seconds``; ``model`` asks a correcting model for wrong words (extra
    ``words``). Both are off unless somebody turns them on.
    """

    allow: tuple[str, ...] = ()
    phones: Path | None = None
    wrong_words: Path | None = None
    sensitive_words: tuple[Path, ...] = ()
    rules_off: tuple[str, ...] = ()
    rules_on: tuple[str, ...] = ()
    largest_file: int = Field(default=20_000_000, ge=100_000, le=100_000_000)
    document_seconds: float = Field(default=20.0, gt=0, le=300)
    resource_days: int = Field(default=30, ge=1, le=366)
    night_seconds: float = Field(default=3600.0, gt=0)
    browser: bool = False
    browser_pages: int = Field(default=20, ge=1, le=500)
    browser_seconds: float = Field(default=900.0, gt=0, le=7200)
    model: Literal["", "pycorrector"] = ""
    model_folder: Path | None = None


class CrawlConfig(Strict):
    """Manners and limits of the crawl. Seconds and bytes."""

    contact: str = Field(min_length=3, description="mail or address that site owners can write to")
    agent: str = "gengxin/0.1"
    delay: float = Field(default=1.0, gt=0, le=600)
    concurrency: int = Field(default=1, ge=1, le=8)
    total_concurrency: int = Field(default=32, ge=1, le=128)
    timeout: float = Field(default=20.0, gt=0, le=120)
    max_size: int = Field(default=10_000_000, ge=10_000, le=100_000_000)
    retries: int = Field(default=1, ge=0, le=5)
    give_up_after: int = Field(default=3, ge=1, le=20)
    max_pages: int = Field(default=200, ge=1, le=5000)
    redirects: int = Field(default=5, ge=0, le=20)
    robots: bool = True
    backfill_from: date = date(2020, 1, 1)
    copy_age: float = Field(
        default=4 * 3600,
        ge=60,
        le=7 * 86400,
        description="an answer older than this is no look at now",
    )
    unconditional_days: int = Field(
        default=7,
        ge=1,
        le=31,
        description="every column is asked without validators at least once in these days",
    )
    allow_loopback: bool = False
    inside_hosts: tuple[str, ...] = Field(
        default=(), description="hosts of the catalogue that live on the office's own network"
    )
    content: ContentConfig = ContentConfig()
    time_limit: float = Field(default=6 * 3600, gt=0)
    chromium: str = "/usr/bin/chromium"

    @property
    def user_agent(self) -> str:
        """The honest agent with its contact."""
        return f"{self.agent} (+{self.contact})"


M = TypeVar("M", bound=BaseModel)

SECTIONS = ("store", "crawler", "catalogue", "monitor")


def load_yaml(path: Path) -> dict[str, Any]:
    """The file as a mapping. Raises :class:`BadConfig` with line and column when it cannot be."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadConfig(
            f"{path}: no such file; copy config.yaml from the project and edit it"
        ) from None
    except IsADirectoryError:
        raise BadConfig(f"{path}: is a folder; name the config.yaml inside it") from None
    except UnicodeDecodeError:
        raise BadConfig(
            f"{path}: is not a UTF-8 text file; a YAML file is wanted here, not a workbook or a GBK file"
        ) from None
    try:
        data = parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadConfig(f"{path}:{place}: {error.problem}; mend the YAML there") from None
    except yaml.YAMLError as error:
        raise BadConfig(f"{path}: is not YAML text ({error.__class__.__name__})") from None
    except ValueError as error:
        raise BadConfig(
            f"{path}: a value cannot be read: {error}; mend it, or quote it as text"
        ) from None
    if not isinstance(data, dict):
        raise BadConfig(f"{path}: top level must be a mapping with {', '.join(SECTIONS)}")
    for key in data:
        if key not in SECTIONS:
            raise BadConfig(f"{path}: unknown key {key}; known: {', '.join(SECTIONS)}")
    return data


def parsed(text: str) -> Any:
    """``text`` as YAML in which no key is given twice. Raises ``yaml.YAMLError``, ``ValueError``.

    libyaml is seven times as quick, but the other parser says better what is wrong.
    """
    with suppress(yaml.YAMLError, ValueError):
        return yaml.load(text, Loader=_Quick)  # noqa: S506 - a SafeLoader
    return yaml.load(text, Loader=_Plain)  # noqa: S506 - a SafeLoader


class _UniqueKeys(SafeConstructor):
    """A key given twice is an error: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.MarkedYAMLError(
                    problem="a list or mapping cannot be a key", problem_mark=key_node.start_mark
                )
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"key {key} is given twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _Plain(_UniqueKeys, yaml.SafeLoader):
    """The parser written in Python."""


class _Quick(_UniqueKeys, QuickLoader):
    """The parser written in C, where PyYAML was built with it."""


def section(model: type[M], data: Any, place: str) -> M:
    """``data`` as ``model``; ``place`` is like ``config.yaml: monitor.mail``.

    Raises :class:`BadConfig` with one sentence about the first fault.
    """
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise BadConfig(_sentence(model, error, place)) from None


def _sentence(model: type[BaseModel], error: ValidationError, place: str) -> str:
    fault = error.errors(include_url=False)[0]
    loc = [str(part) for part in fault["loc"]]
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_known(model, fault["loc"][:-1]))
        return f"{'.'.join([place, *loc[:-1]])}: unknown key {loc[-1]}; known: {known}"
    given = "" if fault["type"] == "missing" else f" (given: {str(fault['input'])[:60]})"
    return f"{'.'.join([place, *loc])}: {fault['msg']}{given}"


def _known(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        if (
            isinstance(current, type)
            and issubclass(current, BaseModel)
            and part in current.model_fields
        ):
            current = _inner(current.model_fields[part].annotation)
        else:
            current = _inner(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [info.alias or name for name, info in current.model_fields.items()]
    return []


def _inner(annotation: Any) -> Any:
    """The model inside ``list[Model]``, ``dict[str, Model]`` or ``Model | None``."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation
    if get_origin(annotation) is Literal:
        return annotation
    arguments = [a for a in get_args(annotation) if a is not type(None) and a is not Ellipsis]
    if isinstance(annotation, UnionType) or get_origin(annotation) is not None:
        return _inner(arguments[-1]) if arguments else annotation
    return annotation


def crawl_config(data: Mapping[str, Any], path: Path) -> CrawlConfig:
    """The ``crawler`` section of a loaded config.yaml."""
    return section(CrawlConfig, data.get("crawler"), f"{path.name}: crawler")


def store_url(data: Mapping[str, Any], path: Path) -> str:
    """The store's address. A relative SQLite path is taken from the config file's folder.

    Raises :class:`BadConfig` for anything but ``sqlite:///`` and ``postgresql+psycopg://``.
    """
    url = data.get("store", "sqlite:///var/gengxin.db")
    if not isinstance(url, str) or not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadConfig(
            f"{path.name}: store: {str(url)[:60]!r} is not an address; "
            "allowed: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        )
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        return f"sqlite:///{(path.parent / url.removeprefix('sqlite:///')).resolve()}"
    return url

"""The interface's description: OpenAPI in two languages, and a page that needs nothing from
outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse

from monitor.web.api.state import program_version
from monitor.web.api.words import EN, in_chinese, in_english
from monitor.web.gate import Somebody
from monitor.web.render import page

ROOT = "/api/v1"
router = APIRouter(include_in_schema=False)
TITLES = {"zh": "更新监测接口", "en": "gengxin interface"}
ABOUT = {
    "zh": "只读为主的 JSON 接口，与网页用同样的函数。用个人令牌（网页“账号—令牌”里生成）放在 Authorization: Bearer 请求头；"
    "登录的浏览器也可以读取。列表用 limit 和 offset 分页，Link 头给出前后页；带 If-None-Match 再问，没有变化答 304；"
    "问得太频繁答 429，Retry-After 头写明等几秒。",
    "en": "A JSON interface, mostly for reading, over the same functions as the pages. Send a personal token (made in the pages "
    "under Account, Tokens) in the Authorization: Bearer header; a signed-in browser may read too. Lists are paged with limit and "
    "offset, the Link header names the pages around; ask again with If-None-Match and get 304 while nothing changed; whoever "
    "asks too often gets 429 with Retry-After in seconds.",
}
DONE = {"200": "成功", "202": "已受理"}
TAGS = {
    "state": ("总览与运行", "State"), "outlets": ("栏目和账号", "Outlets"), "accounts": ("账号", "Accounts"),
    "units": ("单位", "Units"), "findings": ("问题", "Findings"), "orders": ("整改通知", "Orders"),
    "bulletins": ("通报", "Bulletins"), "rechecks": ("复查", "Rechecks"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a route's table on the page."""

    name: str
    place: str
    must: bool
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Route:
    """One route on the page."""

    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    answer: str


def document(app: FastAPI, language: str) -> dict[str, Any]:
    """The OpenAPI document in ``zh`` or ``en``."""
    made = get_openapi(
        title=TITLES[language],
        version=program_version(),
        description=ABOUT[language],
        routes=[app.state.api],
        tags=[
            {"name": name, "description": words[language == "en"]} for name, words in TAGS.items()
        ],
    )
    parts = made.setdefault("components", {})
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    # FastAPI's own fault schemas: our faults are one sentence.
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    if language == "en":
        return in_english(made)
    for schema in parts["schemas"].values():
        schema.pop("description", None)  # the classes' own docstrings are English
    for route in (one for methods in made["paths"].values() for one in methods.values()):
        for status, answer in route["responses"].items():
            answer["description"] = (
                answer["description"] if EN in answer else DONE.get(status, "成功")
            )
    return in_chinese(made)


@router.get(f"{ROOT}/openapi.json")
def chinese(request: Request) -> JSONResponse:
    """The description in Chinese."""
    return JSONResponse(document(request.app, "zh"))


@router.get(f"{ROOT}/openapi.en.json")
def english(request: Request) -> JSONResponse:
    """The description in English."""
    return JSONResponse(document(request.app, "en"))


@router.get(f"{ROOT}/")
def readable(request: Request, found: Somebody, lang: str = "zh") -> HTMLResponse:
    """The description for people, signed in or not."""
    request.state.visitor = found
    language = "en" if lang == "en" else "zh"
    made = document(request.app, language)
    groups = [(tag["description"], tuple(_routes(made, tag["name"]))) for tag in made["tags"]]
    models = sorted(made["components"]["schemas"].items())
    return page(
        request,
        "api.html",
        language=language,
        about=made["info"]["description"],
        groups=groups,
        models=[(name, tuple(_fields(model))) for name, model in models if "properties" in model],
    )


def _routes(made: Mapping[str, Any], tag: str) -> Iterator[Route]:
    for path, methods in made["paths"].items():
        for method, route in methods.items():
            if tag == route.get("tags", [""])[-1]:
                given = tuple(_parameter(one) for one in route.get("parameters", ()))
                yield Route(
                    method.upper(),
                    path,
                    route["summary"],
                    route.get("description", ""),
                    given,
                    _answer(route),
                )


def _parameter(one: Mapping[str, Any]) -> Parameter:
    return Parameter(
        one["name"],
        one["in"],
        one.get("required", False),
        _kind(one["schema"]),
        one.get("description", ""),
    )


def _answer(route: Mapping[str, Any]) -> str:
    for status, answer in route["responses"].items():
        if status.startswith("2"):
            return _kind(answer.get("content", {}).get("application/json", {}).get("schema", {}))
    return ""


def _fields(model: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, one in model["properties"].items():
        yield name, _kind(one), one.get("description", "")


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: ``string``, ``date``, ``list of PostLine``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "")

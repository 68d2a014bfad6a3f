"""Faults of config.yaml in Chinese, with their line, for the person who edits it: what, where, what
to do.

Below this door the faults are short English sentences of a fixed form (``FILE: PLACE: WHAT``):
pydantic's, the YAML reader's and our own. A form that nobody translated yet is told without its
words, never in English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

PLACE = re.compile(r"(?P<where>[\w.-]+(?: \([^)]*\)[\w.-]*)?): (?P<what>.*)", re.DOTALL)
GIVEN = re.compile(r" \(given: (?P<given>.*)\)$", re.DOTALL)
KEY = re.compile(r"unknown key (\S+); known")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OTHERWISE = "填得不对，请对照 docs/config.md 改正"
YAML_OTHERWISE = "不符合 YAML 的写法：请检查缩进、冒号后的空格，引号和括号是否成对"

Words = Sequence[tuple[str, str]]
READER: Words = (
    (r"no such file.*", "没有这个文件；请复制项目里的 config.yaml 再修改"),
    (r"is a folder.*", "是一个目录；请写明其中的 config.yaml"),
    (r"is not a UTF-8.*", "不是 UTF-8 编码的文本；请用记事本另存为 UTF-8，不能是表格文件"),
    (r"top level must.*", "最外层应是 store、crawler、catalogue、monitor 几项"),
    (r"a value cannot be read.*", "有一个值读不出来（如不存在的日期）；请改正，或加引号作为文字"),
    (r"is not YAML text.*", "不是 YAML 文本，可能含有不能显示的字符；请重新保存"),
)
SYNTAX: Words = (
    (r"key (\S+) is given twice.*", r"“\1”写了两遍，请只留一个"),
    (r"found character '\\t'.*", "用了制表符，YAML 的缩进只能用空格"),
    (
        r"mapping values are not allowed.*",
        "一行里有两个冒号，或上一行的缩进不对；文字里有冒号时请加引号",
    ),
    (r"found undefined alias.*", "引用了没有定义的名称；星号开头的文字请加引号"),
    (r"could not determine a constructor.*", "有不认识的标签；感叹号开头的文字请加引号"),
    (r"expected ',' or .*", "方括号或花括号没有配对，或缺少逗号"),
)
VALUES: Words = (
    (r"Field required", "缺少这一项，必须填写"),
    (r"unknown key (\S+); known: (.*)", r"没有“\1”这一项；可以填的是：\2"),
    (r"Input should be greater than or equal to (\S+)", r"不能小于 \1"),
    (r"Input should be less than or equal to (\S+)", r"不能大于 \1"),
    (r"Input should be greater than (\S+)", r"必须大于 \1"),
    (r"Input should be less than (\S+)", r"必须小于 \1"),
    (r"Input should be a valid integer.*", "应填整数"),
    (r"Input should be a finite number", "应填有限的数字"),
    (r"Input should be a valid number.*", "应填数字"),
    (r"Input should be a valid string", "应填文字；像数字或日期的文字请加引号"),
    (r"Input should be a valid boolean.*", "只能填 true 或 false"),
    (r"Input should be a valid date.*|Input should be a valid datetime.*", "应填日期，如 2020-07-20"),
    (r"Input should be in a valid time.*|Input should be a valid time.*", '应填钟点并加引号，如 "08:30"'),
    (r"Input should be a valid (?:tuple|list|set).*", "应填列表，每行以“- ”开头"),
    (r"Input should be a valid dictionary.*|Input should be an? .*object.*", "应填下一级的项目，每行“名称: 值”"),
    (r"Input should be a valid path.*|Input is not a valid path.*", "应填文件的路径"),
    (r"Input should be ('.*)", r"只能填 \1 之一"),
    (r"String should have at least (\d+) characters?", r"至少要有 \1 个字"),
    (r"String should have at most (\d+) characters?", r"最多 \1 个字"),
    (r"String should match pattern.*", "含有不能用的字符；编号只用字母、数字、点、横线和下划线"),
    (r"(?:.*: )?id (\S+) is given twice.*", r"编号“\1”重复，每个编号只能用一次"),
    (r"name at least one portal.*", "至少登记一个网站，写明 id、name、home"),
    (r"unknown unit (\S+); add.*", r"台账里没有单位“\1”，请先写进 catalogue.units"),
    (r"unknown site (\S+); add.*", r"台账里没有网站“\1”，请先写进 catalogue.sites"),
    (r"unknown platform (\S+); known: (.*)", r"没有“\1”这种平台；可以填的是：\2"),
    (r"unknown report (\S+); known: (.*)", r"没有“\1”这种报表；可以填的是：\2"),
    (r"unknown rule (\S+); known: (.*)", r"没有“\1”这条规则；可以填的是：\2"),
    (r"no limits given.*", "没有写限值；不用这条规则就把它删去"),
    (r"(\S+) is given twice; each version.*", r"\1 写了两遍，每个版本的起始日期要不同"),
    (r"(\S+) is no address to fetch.*", r"“\1”不是可以抓取的网址，应以 http:// 或 https:// 开头，并有主机名"),
    (r"(\S+) lies on this machine.*", r"“\1”在本机或内部网络，只能填公开的网址"),
    (r"(\S+) names its list behind.*", r"“\1”的列表在 # 之后，服务器看不到；请填列表自己的网址，或写 render: browser"),
    (r"(\S+) and (\S+) have one address, (\S+);.*", r"“\1”和“\2”是同一个网址 \3，请只留一个"),
    (r"'(.*)' is not a mail address.*", r"“\1”不是邮箱地址，应如 name@example.org"),
    (r"(\S+) lies before valid_from (\S+)", r"\1 早于起始日期 \2"),
    (r"is no Chinese phone number.*", "不是电话号码；请写 11 位手机号并加引号，或如 0591-1234567"),
    (r"the account is (\S+); write state: (\S+).*", r"账号状态是 \1；请改写 state: \2，或删去这个日期"),
    (r"there is no crawler/platforms/(\S+)\.py", r"没有“\1”这种查看渠道，见 docs/platforms.md"),
    (r".*; see docs/platforms\.md.*", "这种查看渠道缺少编号或网址，见 docs/platforms.md"),
    (r"'(.*)' is not an address; allowed: (\S+) or (\S+)", r"“\1”不是数据库地址，应为 \2 或 \3"),
    (r"warn (\S+) lies beyond the limit; allowed: (\S+) to (\S+)", r"提前提醒的 warn \1 超出期限，应在 \2 到 \3 之间"),
    (r"give either days or months.*", "days 和 months 要填一个，只填一个"),
    (r"write an hour of the day in quotes.*", '应填钟点并加引号，如 "08:30"'),
    (r"base_url .* must be an http.*", "base_url 应是 http:// 或 https:// 开头的网址"),
    (r"talk_after (\S+) comes before leader_after (\S+)", r"talk_after（\1）不能早于 leader_after（\2）"),
    (r"security plain is for.*", "security: plain 只能用于本机；请改为 ssl 或 starttls"),
    (r"give password_env or password_file, not both", "password_env 和 password_file 只能填一个"),
    (r"username goes with.*", "username 要和 password_env 或 password_file 一起填，或都不填"),
    (r"give url_env or url_file.*", "url_env 和 url_file 要填一个（机器人地址里有密钥，不要写在这里）"),
    (r"secret_env is for.*", "secret_env 只用于 dingtalk 和 feishu"),
)  # fmt: skip


def in_chinese(sentence: str, path: Path) -> str:
    """``sentence`` of a fault of ``path`` in Chinese, with the line where it stands as far as that
    can be found."""
    lead = next(
        (one for one in (f"{path}: ", f"{path}:", f"{path.name}: ") if sentence.startswith(one)), ""
    )
    rest = sentence[len(lead) :].strip()
    if not lead:
        return sentence
    if found := re.fullmatch(r"line (\d+), column (\d+): (.*)", rest, re.DOTALL):
        return f"{path.name} 第 {found[1]} 行第 {found[2]} 列：{_said(found[3], SYNTAX, YAML_OTHERWISE)}"
    if (plain := _said(rest, READER, "")) and not PLACE.fullmatch(rest):
        return f"{path}：{plain}"
    at = PLACE.fullmatch(rest)
    where, what = (at["where"], at["what"]) if at else ("", rest)
    if CHINESE.search(GIVEN.sub("", what)):
        return sentence
    given = GIVEN.search(what)
    key = KEY.match(what)
    dotted = re.sub(r" \([^)]*\)", "", where)
    line = line_of(path, [part for part in dotted.split(".") if part] + ([key[1]] if key else []))
    spot = f" 第 {line} 行" if line else ""
    place = f"，{dotted}" if dotted else ""
    shown = f"（给的是“{given['given']}”）" if given else ""
    words = _said(GIVEN.sub("", what).removeprefix("Value error, "), VALUES, OTHERWISE)
    return f"{path.name}{spot}{place}：{words}{shown}"


def line_of(path: Path, keys: Sequence[str]) -> int:
    """The line of the innermost of ``keys`` that the file has, counted from 1; 0 where it has none
    of them."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return 0
    line = 0
    for key in keys:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if str(getattr(name, "value", "")) == key:
                    found, line = value, name.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
            found = node.value[int(key)]
            line = found.start_mark.line + 1
        if found is None:
            return line
        node = found
    return line


def _said(what: str, words: Words, otherwise: str) -> str:
    for form, chinese in words:
        if found := re.fullmatch(form, what.strip(), re.DOTALL):
            said = found.expand(chinese)
            for mark in ("' or '", "', '", ", "):
                said = said.replace(mark, "、")
            return said.replace("'", "")
    return otherwise

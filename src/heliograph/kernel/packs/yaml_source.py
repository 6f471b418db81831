"""Read a pack's YAML as if an enemy had written it: small, flat, plain, one document, and no surprises.

Everything that makes YAML dangerous or ambiguous is refused while the parser still speaks in events, before any value
is built: anchors, aliases, tags, merge keys, directives, several documents, duplicate keys, deep nesting. Plain
scalars follow a narrower table than YAML 1.1: `true`/`false`, `null`, whole numbers and dates; all else is text, so
`01` and `2026.10` stay as written. `yes`, `no`, `on` and `off` as values are refused because readers differ on them.

The one-second bound on hostile input holds with libyaml, which every PyYAML wheel brings; without it reading is slower.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from heliograph.kernel.packs.faults import PackFault, PackFaultsError

MAX_BYTES = 1_000_000
MAX_DEPTH = 16
MAX_NODES = 60_000

Plain = dict[str, "Plain"] | list["Plain"] | str | int | bool | datetime.date | None
Path = tuple[str | int, ...]

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMBIGUOUS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
# libyaml needs quadratic time for many directives, so none reaches it.
_DIRECTIVE = re.compile("(?:^|[\n\r\x85\u2028\u2029])%")
# Control characters cannot be stored; marks that reorder or hide text let a rule read otherwise than it says.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_CANNOT_START = "此处的字符须加引号"
_LEFT_OPEN = ("while parsing a flow", "while scanning a simple key", "while scanning a quoted scalar")
_PROBLEMS = (
    ("cannot start any token", _CANNOT_START),
    ("mapping values are not allowed", "此处不能再写冒号，含冒号的文字请加引号"),
    ("could not find expected ':'", "此处缺少冒号，或冒号后缺少空格"),
    ("found unexpected end of stream", "引号没有收尾"),
    ("did not find expected key", "缩进不齐，或上一行没有写完"),
    ("did not find expected '-'", "列表项的缩进不齐"),
    ("did not find expected ',' or", "方括号或花括号没有收尾，或缺少逗号"),
    ("control characters are not allowed", "文件含不允许的控制字符"),
    ("unknown escape character", "双引号里的反斜线写法不对，文字请改用单引号"),
    ("undefined alias", "不许使用别名"),
)
_UNREADABLE = "无法按 YAML 读懂，请检查缩进、冒号后的空格和引号"


@dataclass(frozen=True, slots=True)
class YamlSource:
    """A file as plain data, with the line (from 1) of every key and list item."""

    file: str
    data: dict[str, Plain]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of a place, or of the nearest place around it when it is not written itself."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: Path, message: str) -> PackFault:
        """Return a fault at a place of this file."""
        return PackFault(self.file, self.line(path), self.key(path), message)

    def key(self, path: Path) -> str:
        """Return how people read a place: `add.registers[officers].fields[name].label`."""
        shown = ""
        node: Plain = self.data
        for step in path:
            if isinstance(node, list) and isinstance(step, int):
                node = node[step]
                shown += f"[{_name_of(node, step)}]"
            else:
                node = node.get(str(step)) if isinstance(node, dict) else None
                shown += f".{step}"
        return shown.removeprefix(".")


def _name_of(node: Plain, step: int) -> str:
    """Return what names a list item: its id, else another naming key, else its place."""
    names = [node[key] for key in ("id", "key", "code", "no") if key in node] if isinstance(node, dict) else []
    return str(names[0]) if names else str(step)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is still being filled; `key` waits for its value."""

    node: dict[str, Plain] | list[Plain]
    path: Path
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds plain data from events and refuses everything a pack has no use for."""

    file: str
    root: Plain = None
    documents: int = 0
    nodes: int = 0
    open: list[_Open] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)

    def refuse(self, event: yaml.Event, message: str) -> PackFaultsError:
        """Return the error for an event, placed at the key that is being read."""
        path: Path = ()
        if self.open:
            top = self.open[-1]
            path = top.path if top.key is None else (*top.path, top.key)
        return PackFaultsError([PackFault(self.file, _line(event), _dotted(path), message)])

    def take(self, event: yaml.Event) -> None:
        """Take the next event. Raises PackFaultsError at the first thing that is not allowed."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event)
        elif isinstance(event, yaml.AliasEvent):
            raise self.refuse(event, "不许使用别名（*名称），请把内容写全")
        elif isinstance(event, yaml.NodeEvent):
            self._check_node(event)
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            else:
                self._enter(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()

    def _start_document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refuse(event, "一个文件只能有一份文档，请去掉多余的 ---")

    def _check_node(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.refuse(event, f"内容超过 {MAX_NODES} 项")
        if event.anchor is not None:
            raise self.refuse(event, "不许使用锚点（&名称），请把内容写全")
        if event.tag is not None:  # type: ignore[attr-defined]
            raise self.refuse(event, "不许使用标签（!名称）")

    def _enter(self, event: yaml.NodeEvent) -> None:
        """Open a mapping or sequence below the current one."""
        if len(self.open) >= MAX_DEPTH:
            raise self.refuse(event, f"嵌套超过 {MAX_DEPTH} 层")
        node: dict[str, Plain] | list[Plain] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append(_Open(node, self._place(event, node)))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if _INVISIBLE.search(event.value):
            raise self.refuse(event, "文字里有看不见的控制字符")
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.node, dict) and top.key is None:
            self._key(event, top, top.node)
        else:
            self._place(event, self._value(event))

    def _key(self, event: yaml.ScalarEvent, top: _Open, node: dict[str, Plain]) -> None:
        """Remember a key. Keys are always text, so `no:` is the key "no" and not a denial."""
        key = event.value
        if key == "<<":
            raise self.refuse(event, "不许使用合并键（<<），请把内容写全")
        if not key:
            raise self.refuse(event, "键名不能为空")
        if key in node:
            raise self.refuse(event, f"键「{key}」重复，上一处在第 {self.lines[(*top.path, key)]} 行")
        top.key = key
        self.lines[(*top.path, key)] = _line(event)

    def _place(self, event: yaml.Event, value: Plain) -> Path:
        """Put a value where it belongs and return its path."""
        if not self.open:
            self.root = value
            return ()
        top = self.open[-1]
        if isinstance(top.node, list):
            path: Path = (*top.path, len(top.node))
            self.lines[path] = _line(event)
            top.node.append(value)
            return path
        if top.key is None:
            raise self.refuse(event, "键名只能是文字")
        path = (*top.path, top.key)
        top.node[top.key] = value
        top.key = None
        return path

    def _value(self, event: yaml.ScalarEvent) -> Plain:
        """Return the value of a scalar by the narrow table; quoted text stays text."""
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _AMBIGUOUS.fullmatch(text):
            raise self.refuse(event, f"「{text}」有歧义：真假请写 true 或 false，文字请加引号")
        if _INTEGER.fullmatch(text):
            return int(text)
        return self._date(event, text) if _DATE.fullmatch(text) else text

    def _date(self, event: yaml.ScalarEvent, text: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise self.refuse(event, f"没有「{text}」这一天") from None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise PackFaultsError([PackFault(file, 1, "", f"文件超过 {MAX_BYTES // 1000} 千字节")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackFaultsError([PackFault(file, line, "", "文件不是 UTF-8 编码的文字")]) from None
    directive = _DIRECTIVE.search(text)
    if directive:
        line = text.count("\n", 0, directive.end()) + 1
        raise PackFaultsError([PackFault(file, line, "", "不许使用以 % 开头的指令")])
    return text


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    """Yield the parser's events; what the parser cannot read becomes a fault in Chinese."""
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        line = _line_of_problem(error)
        said = str(error)
        message = next((chinese for english, chinese in _PROBLEMS if english in said), _UNREADABLE)
        if message == _CANNOT_START and "\t" in "".join(text.splitlines()[line - 1 : line]):
            message = "缩进不能用制表符，请改用空格"
        raise PackFaultsError([PackFault(file, line, "", message)]) from None


def _line_of_problem(error: yaml.YAMLError | ValueError) -> int:
    """Return the line where the fault lies: for what was left open, where it was opened."""
    opened = str(getattr(error, "context", "")).startswith(_LEFT_OPEN)
    mark = getattr(error, "context_mark" if opened else "problem_mark", None)
    return mark.line + 1 if mark else 1


def read_yaml(data: bytes, file: str) -> YamlSource:
    """Return the plain data of a YAML file and the lines of its keys.

    `file` is the name shown in faults. Raises PackFaultsError, and nothing else, whatever the bytes are.
    """
    builder = _Builder(file)
    for event in _events(_decode(data, file), file):
        builder.take(event)
    if not isinstance(builder.root, dict):
        raise PackFaultsError([PackFault(file, 1, "", "文件最外层应为「键: 值」")])
    return YamlSource(file, builder.root, builder.lines)

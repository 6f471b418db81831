"""Turn a pack's plain data into the schema's models, with every misfit said in Chinese at its line."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from heliograph.kernel.packs.faults import PackFault, PackFaultsError
from heliograph.kernel.packs.schema import PackFile
from heliograph.kernel.packs.yaml_source import Path, Plain, YamlSource, read_yaml

_MAX_ERRORS = 500
_PATTERNS = {
    r"^[a-z0-9][a-z0-9_.\-]{0,79}$": "只能用小写字母、数字和 _ . -，以字母或数字开头，不超过 80 个字符",
    r"^[DRLISC]\d{1,2}$": "应为要求编号，如 D17",
    r"^[^@:\s]+@\d{4}$": "应写作「法名@版本年份」，如 行政处罚法@2021",
    r"^[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9]{0,39}$": "事实名称应以汉字开头，只用汉字、字母和数字，不超过 40 个字符",
    r"^[a-z0-9][a-z0-9_]{0,79}\.(bpmn|dmn)$": "应为同一目录下的文件名，如 permit.bpmn，不带路径",
    r"^templates/[a-z0-9][a-z0-9_]{0,79}\.yaml$": "应写作 templates/文件名.yaml",
    r"^templates/layouts/[a-z0-9][a-z0-9_]{0,79}\.typ$": "应写作 templates/layouts/文件名.typ",
    r"^(case\.[a-z_]{3,60}|step\.[a-z][a-z0-9_]{0,59})$": "应写作 case.事件 或 step.环节，如 case.filed",
    r"^\d{2}$": '应为两位数字，加引号，如 "02"',
    r"^\d{4}\.\d{1,2}(\.\d{1,3})?$": "应为版本号，如 2026.11",
    r"^[a-z0-9\-]+@\d{4}\.\d{1,2}(\.\d{1,3})?$": "应写作「包名@版本」，如 cn-national@2026.11",
}
_WORDING: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: "缺少这一项",
    "string_type": lambda _: '应为文字；数字和日期请加引号，如 "58"',
    "string_too_short": lambda _: "不能为空",
    "string_too_long": lambda context: f"不能超过 {context['max_length']} 个字符",
    "string_pattern_mismatch": lambda context: _PATTERNS.get(context["pattern"], "写法不合规定"),
    "too_short": lambda context: f"至少要有 {context['min_length']} 项",
    "literal_error": lambda context: f"只能写 {context['expected'].replace(' or ', '、').replace(', ', '、')}",
    "greater_than_equal": lambda context: f"不能小于 {context['ge']}",
    "less_than_equal": lambda context: f"不能大于 {context['le']}",
    "value_error": lambda context: str(context["error"]),
}
_KINDS = (
    ("int", "应为整数"),
    ("bool", "应为 true 或 false"),
    ("date", "应为日期，如 2026-11-01"),
    ("list", "应为列表，每项以 - 开头"),
    ("model", "应为「键: 值」"),
)


@dataclass(frozen=True, slots=True)
class PackSource:
    """One pack file as read: its models, and its lines for faults found later."""

    file: PackFile
    source: YamlSource

    @property
    def name(self) -> str:
        """Return the pack's full name, e.g. `wenshang-gxj@2026.11`."""
        return f"{self.file.pack}@{self.file.version}"

    def fault(self, path: Path, message: str) -> PackFault:
        """Return a fault at a place of this file."""
        return self.source.fault(path, message)


def read_pack_file(data: bytes, file: str) -> PackSource:
    """Return the pack file in these bytes. Raises PackFaultsError with every fault of form."""
    source = read_yaml(data, file)
    try:
        return PackSource(PackFile.model_validate(source.data), source)
    except ValidationError as error:
        raise PackFaultsError(misfits(source, error)) from None


def misfits(source: YamlSource, refused: ValidationError, model: type[BaseModel] = PackFile) -> list[PackFault]:
    """Return what does not fit a model, one fault per place; alternatives of a union are joined."""
    errors: Sequence[ErrorDetails] = refused.errors(include_url=False, include_input=False)
    found: dict[Path, dict[str, None]] = {}
    for error in errors[:_MAX_ERRORS]:
        path = _written(source.data, error)
        found.setdefault(path, {})[_message(path, error, model)] = None
    faults = [source.fault(path, "；或者".join(messages)) for path, messages in found.items()]
    if len(errors) > _MAX_ERRORS:
        faults.append(source.fault((), f"错处过多，只列出前 {_MAX_ERRORS} 处，共 {len(errors)} 处"))
    return faults


def _written(data: Plain, error: ErrorDetails) -> Path:
    """Return the error's place without the names of union members, which nobody wrote."""
    path: Path = ()
    node = data
    for step in error["loc"]:
        if isinstance(node, dict) and step in node:
            node = node[str(step)]
        elif isinstance(node, list) and isinstance(step, int):
            node = node[step]
        else:
            return (*path, step) if error["type"] == "missing" else path
        path = (*path, step)
    return path


def _message(path: Path, error: ErrorDetails, model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind in _WORDING:
        return _WORDING[kind](error.get("ctx", {}))
    return next((chinese for prefix, chinese in _KINDS if kind.startswith(prefix)), "写法不合规定")


def _unknown_key(path: Path, root: type[BaseModel]) -> str:
    """Say that a key is unknown, and which known key it may have been meant to be."""
    known = list(_model_at(path[:-1], root).model_fields)
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"不认识的键「{path[-1]}」" + (f"，是不是 {near[0]}" if near else "")


def _model_at(path: Path, model: type[BaseModel]) -> type[BaseModel]:
    """Return the model that stands at a place below a model; list positions need no step of their own."""
    for step in path:
        if isinstance(step, str):
            model = _model_in(model.model_fields[step].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside `X`, `X | None` or `list[X]`, if there is one."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in typing.get_args(annotation) if (found := _model_in(part))), None)

"""Read the flowcharts, tables, forms and layouts beside a pack file into its rules, so that the pack's hash binds them.

A pack names a file in its own folder, never a path out of it. The files are drawn and edited by lawyers and may come
from anywhere: what is missing, a link, too large, empty or not UTF-8 is a fault at the line that names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.schema import DrawnRule, PackFile, Sections
from heliograph.kernel.packs.validation import PackSource
from heliograph.kernel.packs.yaml_source import Path

MAX_ELEMENT_BYTES = 400_000
_SUFFIXES = {"procedures": ".bpmn", "tables": ".dmn", "documents": ".yaml", "layouts": ".typ"}
_PARTS = ("add", "replace")


class _ElementError(ValueError):
    """A file that cannot be read into a rule."""


def with_elements(folder: Traversable, pack: PackSource) -> PackSource:
    """Return the pack with the text of every named file. Raises PackFaultsError with all faults."""
    faults = []
    sources: dict[Path, str] = {}
    for path, rule in _named(pack.file):
        try:
            sources[path] = _source(folder, rule, _SUFFIXES[str(path[1])])
        except _ElementError as error:
            faults.append(pack.fault((*path, "source" if rule.source else "file"), str(error)))
    if faults:
        raise PackFaultsError(faults)
    return PackSource(_filled(pack.file, sources), pack.source) if sources else pack


def _named(file: PackFile) -> Iterator[tuple[Path, DrawnRule]]:
    for part in _PARTS:
        sections: Sections = getattr(file, part)
        for section in _SUFFIXES:
            yield from (((part, section, index), rule) for index, rule in enumerate(getattr(sections, section)))


def _filled(file: PackFile, sources: dict[Path, str]) -> PackFile:
    """Return the pack file with the sources in place; everything else is as it was."""
    parts = {}
    for part in _PARTS:
        sections: Sections = getattr(file, part)
        rules = {
            section: [
                rule.model_copy(update={"source": sources[(part, section, index)]})
                for index, rule in enumerate(getattr(sections, section))
            ]
            for section in _SUFFIXES
        }
        parts[part] = sections.model_copy(update=rules)
    return file.model_copy(update=parts)


def _source(folder: Traversable, rule: DrawnRule, suffix: str) -> str:
    """Return the text of a rule's file; none for a rule that keeps its parent's."""
    if rule.source:
        raise _ElementError("source 由系统从文件读入，不能写在规则包里")
    return _text(folder, rule.file, suffix) if rule.file else ""


def _text(folder: Traversable, name: str, suffix: str) -> str:
    if not name.endswith(suffix):
        raise _ElementError(f"这一类规则的文件应以 {suffix} 结尾")
    file = folder.joinpath(*name.split("/"))
    if (isinstance(file, FilePath) and file.is_symlink()) or not file.is_file():
        raise _ElementError(f"规则包目录里没有文件 {name}")
    with file.open("rb") as stream:
        data = stream.read(MAX_ELEMENT_BYTES + 1)
    if len(data) > MAX_ELEMENT_BYTES:
        raise _ElementError(f"文件 {name} 超过 {MAX_ELEMENT_BYTES // 1000} 千字节")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _ElementError(f"文件 {name} 不是 UTF-8 编码的文字") from None
    if not text.strip():
        raise _ElementError(f"文件 {name} 是空的")
    return text

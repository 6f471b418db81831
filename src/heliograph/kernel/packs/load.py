"""Find packs under a root, read them with their parents, and hand out a pack only when nothing is wrong with it.

A root holds `<pack>/<version>/pack.yaml` and `requirements.yaml`. It is given by the caller; `shipped()` names the
packs that come with the product.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from heliograph.kernel.packs.check import check_inherited, check_pack, check_privacy
from heliograph.kernel.packs.check_documents import check_statements_kept
from heliograph.kernel.packs.elements import with_elements
from heliograph.kernel.packs.faults import PackFault, PackFaultsError
from heliograph.kernel.packs.merge import resolve
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.packs.validation import PackSource, read_pack_file
from heliograph.kernel.packs.yaml_source import MAX_BYTES, Plain, read_yaml

PACK_FILE = "pack.yaml"
REQUIREMENTS_FILE = "requirements.yaml"

_NAME = re.compile(r"[a-z0-9\-]+@\d{4}\.\d{1,2}(\.\d{1,3})?", re.ASCII)
_REQUIREMENT_ID = re.compile(r"[DRLISC]\d{1,2}", re.ASCII)
_LEVEL = {"nation": 0, "province": 1, "agency": 2}
_LEVEL_NAMES = {"nation": "国家", "province": "省级", "agency": "机关"}


@dataclass(frozen=True, slots=True)
class RequirementTitle:
    """What a requirement id stands for, in both languages."""

    zh: str
    en: str


def shipped() -> Traversable:
    """Return the root of the packs that are installed with the product."""
    return importlib.resources.files("heliograph_packs")


def available(root: Traversable) -> list[str]:
    """Return the full names (`wenshang-gxj@2026.11`) of the packs under a root, sorted by pack and version."""
    names = [
        f"{pack.name}@{version.name}"
        for pack in root.iterdir()
        if pack.is_dir()
        for version in pack.iterdir()
        if version.joinpath(PACK_FILE).is_file()
    ]
    return sorted((name for name in names if _NAME.fullmatch(name)), key=_by_version)


def _by_version(name: str) -> tuple[str, list[int]]:
    """2026.9 comes before 2026.11."""
    pack, _, version = name.partition("@")
    return pack, [int(part) for part in version.split(".")]


def load_requirements(root: Traversable) -> Mapping[str, RequirementTitle]:
    """Return the requirement ids that packs may name, with their titles. Raises PackFaultsError."""
    source = read_yaml(_bytes(root, REQUIREMENTS_FILE), REQUIREMENTS_FILE)
    found: dict[str, RequirementTitle] = {}
    faults: list[PackFault] = []
    for key, value in source.data.items():
        title = _title(value)
        if title is None or not _REQUIREMENT_ID.fullmatch(key):
            faults.append(source.fault((key,), "应写作「编号: {zh: 中文名, en: 英文名}」"))
        else:
            found[key] = title
    if faults:
        raise PackFaultsError(faults)
    return found


def _title(value: Plain) -> RequirementTitle | None:
    if not isinstance(value, dict) or value.keys() != {"zh", "en"}:
        return None
    zh, en = value["zh"], value["en"]
    return RequirementTitle(zh, en) if isinstance(zh, str) and isinstance(en, str) else None


def _bytes(root: Traversable, *parts: str) -> bytes:
    """Return a file's bytes, one more than is allowed at most: the reader refuses what is too long."""
    file = root.joinpath(*parts)
    if not file.is_file():
        raise PackFaultsError([PackFault("/".join(parts), 1, "", "没有这个文件")])
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


@dataclass(slots=True)
class PackShelf:
    """The packs under one root, each read and merged at most once while a set of packs is looked at."""

    root: Traversable
    requirements: frozenset[str]
    _sources: dict[str, PackSource | PackFaultsError] = field(default_factory=dict)
    _checked: dict[str, tuple[Pack | None, list[PackFault]]] = field(default_factory=dict)

    def source(self, name: str) -> PackSource:
        """Return one pack file as written. Raises PackFaultsError."""
        if name not in self._sources:
            try:
                self._sources[name] = self._read(name)
            except PackFaultsError as error:
                self._sources[name] = error
        found = self._sources[name]
        if isinstance(found, PackFaultsError):
            raise found
        return found

    def _read(self, name: str) -> PackSource:
        if not _NAME.fullmatch(name):
            raise PackFaultsError([PackFault(name, 1, "", "包名应写作「包名@版本」，如 cn-national@2026.11")])
        folder = name.split("@")
        pack = read_pack_file(_bytes(self.root, *folder, PACK_FILE), "/".join([*folder, PACK_FILE]))
        if pack.name != name:
            raise PackFaultsError([pack.fault(("pack",), f"文件里写的是 {pack.name}，与所在目录不符")])
        return with_elements(self.root.joinpath(*folder), pack)

    def chain(self, name: str) -> list[PackSource]:
        """Return a pack file and its parents, parents first. Raises PackFaultsError."""
        chain = [self.source(name)]
        while (parent := chain[-1].file.extends) is not None:
            child = chain[-1]
            if not self.root.joinpath(*parent.split("@"), PACK_FILE).is_file():
                raise PackFaultsError([child.fault(("extends",), f"没有上级包 {parent}")])
            chain.append(self.source(parent))
            # Levels strictly fall, so a cycle is refused at its first step that does not.
            if _LEVEL[chain[-1].file.kind] >= _LEVEL[child.file.kind]:
                kinds = f"{_LEVEL_NAMES[child.file.kind]}包不能以{_LEVEL_NAMES[chain[-1].file.kind]}包为上级"
                raise PackFaultsError([child.fault(("extends",), kinds)])
        if chain[-1].file.kind != "nation":
            raise PackFaultsError([chain[-1].fault(("kind",), "省级包和机关包须写 extends")])
        return chain[::-1]

    def checked(self, name: str) -> tuple[Pack | None, list[PackFault]]:
        """Return the merged pack, None when it cannot be merged, and the faults of this file."""
        if name not in self._checked:
            self._checked[name] = self._check(name)
        return self._checked[name]

    def _check(self, name: str) -> tuple[Pack | None, list[PackFault]]:
        try:
            chain = self.chain(name)
            pack = resolve(chain)
        except PackFaultsError as error:
            return None, error.faults
        own = chain[-1]
        faults = [*check_pack(pack, own, self.requirements), *check_privacy(chain), *check_statements_kept(chain)]
        if all(not self.checked(parent.name)[1] for parent in chain[:-1]):
            faults += check_inherited(pack, own, self.requirements)
        return pack, faults


def check_packs(root: Traversable) -> list[PackFault]:
    """Return every fault of every pack under a root, in the order of file and line."""
    try:
        shelf = PackShelf(root, frozenset(load_requirements(root)))
    except PackFaultsError as error:
        return error.faults
    return sorted({fault for name in available(root) for fault in shelf.checked(name)[1]})


def load_pack(root: Traversable, name: str) -> Pack:
    """Return a pack with its parents merged in.

    Raises PackFaultsError with all faults of the pack and of its parents when there is any.
    """
    shelf = PackShelf(root, frozenset(load_requirements(root)))
    pack, faults = shelf.checked(name)
    found = [*faults, *_of_parents(shelf, pack)]
    if pack is None or found:
        raise PackFaultsError(found)
    return pack


def _of_parents(shelf: PackShelf, pack: Pack | None) -> Iterator[PackFault]:
    for parent in pack.lineage[:-1] if pack is not None else []:
        yield from shelf.checked(parent)[1]

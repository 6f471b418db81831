"""The fonts that documents are set in: an agency's licensed ones first, then free ones from Debian's packages.

They are not part of the product. `install` fetches them with `apt-get download` and unpacks them with `dpkg-deb`, needs
no root and touches nothing but its folder; each file is held against a SHA-256 of ours before it is kept.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings

COMMAND = "heliograph fonts install"
SECONDS = 600
SUFFIXES = (".otf", ".ttf", ".ttc")
# Package, the folder inside it, and of each file its SHA-256. Fandol draws the GB 2312 characters, Noto all the others.
PACKAGES: Mapping[str, Mapping[str, str]] = {
    "texlive-lang-chinese": {
        "FandolFang-Regular.otf": "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
        "FandolHei-Bold.otf": "42ca2de27b45e16a284768673b6205a5add9e17871ee0e7db9c0d03f061d96fd",
        "FandolHei-Regular.otf": "4afa97aa8751e0118617df88272b58d43691b5cffb7ea024c4580496e9f34d28",
        "FandolSong-Bold.otf": "ffa76a70e128947a4dd22151d5ee829b23e24ce3cb6fe8ad49891cd1c2d9e9b9",
        "FandolSong-Regular.otf": "a3820003227d4abe31fe28b493200d94a849ccfd078b50a019264f70353020b0",
    },
    "fonts-noto-cjk": {
        "NotoSansCJK-Regular.ttc": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
        "NotoSerifCJK-Bold.ttc": "a5d4b046c127da3d7c72f98b46c41489cd29bf52abfdf18aba920903e920d4ac",
        "NotoSerifCJK-Regular.ttc": "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481",
    },
}
INSIDE = {
    "texlive-lang-chinese": "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
    "fonts-noto-cjk": "usr/share/fonts/opentype/noto",
}


class FontsMissingError(RuntimeError):
    """There are no fonts to set documents in; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation of fonts came to: how many files were fetched, how many were there."""

    fetched: int
    kept: int


def folders() -> list[Path]:
    """Return the folders that are searched for fonts: the agency's own first."""
    return [Path(one) for one in settings.FONT_FOLDERS]


def find_missing() -> list[str]:
    """Return the font files that no folder holds, by name; an installation with its own fonts may lack all of them."""
    present = {path.name for path in _files()}
    return sorted(name for files in PACKAGES.values() for name in files if name not in present)


def _files() -> Iterator[Path]:
    for folder in folders():
        if folder.is_dir():
            yield from (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES)


def are_ready() -> bool:
    """Say whether documents can be set: every free font is there, for whatever the agency's own lack."""
    return not find_missing()


def loaded() -> typst.Fonts:
    """Return the fonts, read once for a process as long as their files stay the same. FontsMissingError without any."""
    if not are_ready():
        raise FontsMissingError(f"本机没有安装文书字体，不能生成文书。请系统管理员运行 {COMMAND}。")
    return _loaded(tuple((str(path), path.stat().st_size) for path in _files()))


@lru_cache(maxsize=1)
def _loaded(files: tuple[tuple[str, int], ...]) -> typst.Fonts:
    places = sorted({Path(name).parent for name, _size in files})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=places)


def install(target: Path) -> Installed:
    """Put the free fonts into a folder; what is there already stays. FontsMissingError when they cannot be had."""
    target.mkdir(parents=True, exist_ok=True, mode=0o755)
    fetched = kept = 0
    for package, files in PACKAGES.items():
        wanted = {name: sha256 for name, sha256 in files.items() if not _is_whole(target / name, sha256)}
        kept += len(files) - len(wanted)
        if wanted:
            _fetch(package, wanted, target)
            fetched += len(wanted)
    return Installed(fetched, kept)


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _fetch(package: str, files: Mapping[str, str], target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="heliograph-fonts-") as name:
        place = Path(name)
        _run(package, ["apt-get", "download", package], place)
        archives = sorted(place.glob("*.deb"))
        if len(archives) != 1:
            raise FontsMissingError(f"没有取得软件包 {package}。请检查软件源后重新运行 {COMMAND}。")
        _run(package, ["dpkg-deb", "-x", str(archives[0]), str(place / "tree")], place)
        for font, sha256 in files.items():
            found = place / "tree" / INSIDE[package] / font
            if not _is_whole(found, sha256):
                message = f"软件包 {package} 里的 {found.name} 与登记的 SHA-256 不符，没有采用。"
                raise FontsMissingError(message)
            draft = target / f".{found.name}.part"
            shutil.copyfile(found, draft)
            draft.replace(target / found.name)


def _run(package: str, command: list[str], place: Path) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise FontsMissingError(
            f"本机没有 {command[0]}，不能自动安装字体。请把字体文件放入 {settings.FONT_FOLDERS[-1]}。"
        )
    try:
        subprocess.run(  # noqa: S603 - fixed words and a package of the list above
            [program, *command[1:]], cwd=place, check=True, capture_output=True, timeout=SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise FontsMissingError(
            f"不能下载软件包 {package}，可能没有连接软件源。请联网后重新运行 {COMMAND}，"
            f"或者把字体文件放入 {settings.FONT_FOLDERS[-1]}。"
        ) from error

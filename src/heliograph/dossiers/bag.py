"""The dossier as a BagIt package: the files as they were kept, a catalogue, METS-like metadata, the ledger's proofs.

Anybody can check it with a tool of their own: BagIt's SHA-256 manifest covers every file, and the proofs go with the
cold verifier. METS here is the shape only (dmdSec, fileSec, structMap); no profile of an archive is claimed.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as Tree

import bagit

from heliograph.documents.composing import UNPRINTED
from heliograph.dossiers.models import Case
from heliograph.dossiers.rules.volumes import Line, Piece, Volume
from heliograph.evidence.reading import named_as
from heliograph.registers.receiving import CHUNK
from heliograph.registers.storage import storage

METS, XLINK, DC = "http://www.loc.gov/METS/", "http://www.w3.org/1999/xlink", "http://purl.org/dc/elements/1.1/"
HEAD = ("卷", "序号", "文号", "责任者", "题名", "日期", "页次", "备注", "文件", "SHA-256")
LARGE = 1_000_000  # bytes
PROOFS, NO_PROOFS = "proofs/case.zip", "proofs/未附.txt"


def pack_bag(
    case: Case, volumes: list[Volume], lacking: Sequence[Piece], *, proofs: bytes | str, on: date, into: IO[bytes]
) -> None:
    """Write the package as a zip. proofs: the export of the case's records, or in words why there is none."""
    with tempfile.TemporaryDirectory(prefix="heliograph-bag-") as name:
        root = Path(name) / "bag"
        root.mkdir()
        places = dict(_files(root, volumes))
        (root / "catalogue.csv").write_text(_catalogue(volumes, places), encoding="utf-8-sig")
        (root / "missing.txt").write_text("\n".join(str(one) for one in lacking) or "无", encoding="utf-8")
        (root / "mets.xml").write_bytes(_mets(case, volumes, places))
        target = root / (PROOFS if isinstance(proofs, bytes) else NO_PROOFS)
        target.parent.mkdir()
        target.write_bytes(proofs if isinstance(proofs, bytes) else proofs.encode())
        info = {
            "Source-Organization": case.agency.name,
            "External-Identifier": case.archive_number or case.number,
            "External-Description": _plain(f"{case.number} {case.title}"),
            "Bagging-Date": on.isoformat(),
        }
        bagit.make_bag(str(root), bag_info=info, checksums=["sha256"])
        _zip(root, into)


def _files(root: Path, volumes: list[Volume]) -> Iterator[tuple[tuple[str, int], str]]:
    """Copy the files, each once a volume; yield where the file of a line lies."""
    for volume in volumes:
        folder = root / "files" / volume.id
        for line in volume.files:
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{line.serial:03d}-{named_as(line.item.title, line.item.media_type)}"
            with storage().open(line.item.sha256) as file, (folder / name).open("wb") as copy:
                shutil.copyfileobj(file, copy, CHUNK)
            yield (volume.id, line.serial), f"files/{volume.id}/{name}"


def _place(volume: Volume, line: Line, places: dict[tuple[str, int], str]) -> str:
    return places.get((volume.id, line.repeats or line.serial), "")


def _catalogue(volumes: list[Volume], places: dict[tuple[str, int], str]) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(HEAD)
    for volume in volumes:
        for line in volume.lines:
            item = line.item
            row = [volume.name, line.serial, item.number, item.author, item.title, item.day.isoformat(), line.pages,
                   line.note, _place(volume, line, places), item.sha256]  # fmt: skip
            table.writerow([_cell(str(one)) for one in row])
    return text.getvalue()


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _mets(case: Case, volumes: list[Volume], places: dict[tuple[str, int], str]) -> bytes:
    for prefix, space in (("mets", METS), ("xlink", XLINK), ("dc", DC)):
        Tree.register_namespace(prefix, space)
    root = Tree.Element(f"{{{METS}}}mets", {"OBJID": str(case.pk), "LABEL": _plain(f"{case.number} {case.title}")})
    described = Tree.SubElement(root, f"{{{METS}}}dmdSec", {"ID": "dmd-case"})
    wrap = Tree.SubElement(described, f"{{{METS}}}mdWrap", {"MDTYPE": "DC"})
    data = Tree.SubElement(wrap, f"{{{METS}}}xmlData")
    for name, value in _said_of(case):
        Tree.SubElement(data, f"{{{DC}}}{name}").text = _plain(value)
    group = Tree.SubElement(Tree.SubElement(root, f"{{{METS}}}fileSec"), f"{{{METS}}}fileGrp", {"USE": "original"})
    structure = Tree.SubElement(root, f"{{{METS}}}structMap", {"TYPE": "logical"})
    whole = Tree.SubElement(structure, f"{{{METS}}}div", {"TYPE": "案卷", "DMDID": "dmd-case"})
    for volume in volumes:
        inside = Tree.SubElement(whole, f"{{{METS}}}div", {"TYPE": volume.name, "LABEL": f"{volume.pages} 页"})
        for line in volume.lines:
            _add_line(group, inside, volume, line, places)
    made: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _add_line(
    group: Tree.Element, inside: Tree.Element, volume: Volume, line: Line, places: dict[tuple[str, int], str]
) -> None:
    item = line.item
    said = {"ORDER": str(line.serial), "LABEL": _plain(f"{item.title}{item.number}"), "ORDERLABEL": line.pages}
    div = Tree.SubElement(inside, f"{{{METS}}}div", said)
    if not _place(volume, line, places):
        return
    key = f"file-{volume.id}-{line.repeats or line.serial}"
    Tree.SubElement(div, f"{{{METS}}}fptr", {"FILEID": key})
    if line.repeats:
        return
    what = {"ID": key, "MIMETYPE": item.media_type, "CHECKSUM": item.sha256, "CHECKSUMTYPE": "SHA-256"}
    entry = Tree.SubElement(group, f"{{{METS}}}file", what)
    where = {"LOCTYPE": "URL", f"{{{XLINK}}}href": places[(volume.id, line.serial)]}
    Tree.SubElement(entry, f"{{{METS}}}FLocat", where)


def _said_of(case: Case) -> Iterator[tuple[str, str]]:
    yield from (("identifier", case.number), ("title", case.title), ("publisher", case.agency.name))
    yield from (("creator", one.display_name) for one in (case.handler, case.co_handler) if one)
    days = (case.opened_on, case.decided_on, case.closed_on, case.archived_on)
    yield from (("date", day.isoformat()) for day in days if day)
    if case.archive_number:
        yield "identifier", case.archive_number


def _plain(text: str) -> str:
    """Return a text without what XML and BagIt's lines cannot hold."""
    return UNPRINTED.sub("", text.replace("\n", " "))


def _zip(root: Path, into: IO[bytes]) -> None:
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                kept = path.stat().st_size > LARGE  # recordings and scans are packed already
                how = zipfile.ZIP_STORED if kept else zipfile.ZIP_DEFLATED
                archive.write(path, path.relative_to(root.parent).as_posix(), how)

"""Opening uploaded zip files (xlsx, docx) without unpacking a bomb: the directory is judged before the content."""

from __future__ import annotations

import io
import zipfile

MEMBERS = 2_000
UNPACKED_BYTES = 200_000_000
RATIO = 200  # xlsx and docx XML packs 5 to 40 times
SMALL_MEMBER = 1_000_000  # a small member may pack well without harm


class ArchiveRefusedError(ValueError):
    """An archive that is not read; the text says why."""


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Open a zip whose directory promises a sane size. ArchiveRefusedError otherwise; nothing is unpacked here."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise ArchiveRefusedError("文件内容与扩展名不符，或文件已损坏。请重新保存后再上传。") from None
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > SMALL_MEMBER and member.file_size > RATIO * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > MEMBERS or unpacked > UNPACKED_BYTES or swollen:
        raise ArchiveRefusedError("文件解压后过大，已拒绝。请只保留需要的内容后重新保存再上传。")
    if any(member.flag_bits & 0x1 for member in members):
        raise ArchiveRefusedError("文件设有密码，无法读取。请取消密码后再上传。")
    return archive

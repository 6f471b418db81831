"""A backup of an installation whose files lie in a bucket: refused until it is said, and restored only to the like."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from heliograph.config.backup import BackupError, check_files_kept, check_same_storage, storage_kind

BUCKET = {"driver": "heliograph.registers.object_storage.ObjectStorage", "bucket": "zhengju"}


def test_files_in_the_directory_are_in_the_backup(settings: Settings) -> None:
    settings.OBJECT_STORAGE = None
    check_files_kept(without_files=False)
    check_same_storage({})  # made before there was a choice
    check_same_storage({"storage": storage_kind()})


def test_a_backup_without_the_files_has_to_be_meant(settings: Settings) -> None:
    settings.OBJECT_STORAGE = BUCKET
    with pytest.raises(BackupError, match=r"版本保留.*--without-files"):
        check_files_kept(without_files=False)
    check_files_kept(without_files=True)


@pytest.mark.parametrize("manifest", [{}, {"storage": "directory"}])
def test_a_backup_of_a_directory_is_not_restored_onto_a_bucket(settings: Settings, manifest: dict[str, str]) -> None:
    settings.OBJECT_STORAGE = BUCKET
    with pytest.raises(BackupError, match=r"本机目录.*对象存储.*HELIOGRAPH_STORAGE"):
        check_same_storage(manifest)
    check_same_storage({"storage": "objects"})
    settings.OBJECT_STORAGE = None
    with pytest.raises(BackupError, match="对象存储"):
        check_same_storage({"storage": "objects"})

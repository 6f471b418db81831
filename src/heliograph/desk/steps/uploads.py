"""Files that come with the form of a case: their bytes wait under a signed reference until the act is done.

Nothing of a case is ever deleted, so the case learns of a file only together with the act that it belongs to. The bytes
of a form that was refused or given up are named by nothing, and the sweep of unused files takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import QueryDict

from heliograph.desk.file_fields import KEPT, REMOVED, FileInput
from heliograph.desk.scope import Scope
from heliograph.dossiers.actions import store_case_file
from heliograph.dossiers.rules.papers import is_file_here
from heliograph.kernel.verdict import require
from heliograph.registers.files import MEGABYTE, NAME_LIMIT, FileRefusedError, check_size, kind_of
from heliograph.registers.storage import storage

SALT = "heliograph.desk.case-file"
LONGEST_REFERENCE = 2_000
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent with a form and waits for its act: what it is, and of whose form of which case."""

    sha256: str
    name: str
    size: int
    case: str
    account: str

    @property
    def reference(self) -> str:
        """The upload as one text for a hidden input; signed, for a SHA-256 alone would open anybody's file."""
        return signing.dumps(asdict(self), salt=SALT)


class CaseFileInput(FileInput):
    """A file chooser beside the file that was uploaded with this form before."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Say which file is kept; only its reference travels with the form."""
        shown = asdict(value) if isinstance(value, Upload) else None
        kept = value.reference if isinstance(value, Upload) else ""
        return {**super().get_context(name, shown, attrs), "kept": kept}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Upload | None:  # type: ignore[override]
        """Return the upload that the form carries, none where it is to be taken out."""
        return None if data.get(name + REMOVED) else _read(data.get(name + KEPT) or "")


class CaseFileField(forms.Field):
    """A file for the case; it becomes one of the case's with the act."""

    widget = CaseFileInput

    def __init__(self, *, label: str, required: bool = False, hint: str = "") -> None:
        limit = settings.ENTRY_FILE_BYTES // MEGABYTE
        super().__init__(label=label, required=required, help_text=hint or f"PDF、JPEG 或 PNG，最大 {limit} MB")


def _read(reference: str) -> Upload | None:
    """Return the upload of a reference that this system signed, None for anything else."""
    try:
        found = signing.loads(reference[:LONGEST_REFERENCE], salt=SALT)
    except signing.BadSignature:
        return None
    return Upload(**found)


def with_case_uploads(scope: Scope, case_id: UUID, names: Iterable[str]) -> tuple[QueryDict, dict[str, str]]:
    """Set aside what was uploaded; return the sent form with references to it, and what is wrong with each other file.

    Set aside at once, so that a form with faults elsewhere can be shown again without asking for the file anew.
    """
    data = scope.request.POST.copy()
    faults: dict[str, str] = {}
    for name in names:
        upload = scope.request.FILES.get(name)
        if upload is None:
            continue
        try:
            check_size(upload.size or 0)
            upload.seek(0)  # read before, when the form is drawn again after a refusal
            content = upload.read()
            kind_of(content)
        except FileRefusedError as error:
            faults[name] = str(error)
        else:
            sha256 = storage().put(content)
            kept = Upload(sha256, str(upload.name)[:NAME_LIMIT], len(content), str(case_id), str(scope.account.pk))
            data[name + KEPT] = kept.reference
            data.pop(name + REMOVED, None)
    return data, faults


def done_with_files(
    scope: Scope, case_id: UUID, values: Mapping[str, Any], act: Callable[[dict[str, Any]], Done]
) -> Done:
    """Do an act with a form's values, each upload among them made a file of the case; all of it or nothing."""
    uploads = {name: value for name, value in values.items() if isinstance(value, Upload)}
    if not uploads:
        return act(dict(values))
    with transaction.atomic():
        kept = {name: _keep(scope, case_id, upload) for name, upload in uploads.items()}
        return act({**values, **kept})


def _keep(scope: Scope, case_id: UUID, upload: Upload) -> UUID:
    """Make an upload a file of the case."""
    content = content_of(scope, case_id, upload)
    return store_case_file(case_id, name=upload.name, content=content, actor=scope.account, at=scope.at).pk


def content_of(scope: Scope, case_id: UUID, upload: Upload) -> bytes:
    """Return the bytes of an upload; refused where they are gone, or it came with somebody else's form."""
    own = (upload.case, upload.account) == (str(case_id), str(scope.account.pk))
    found = own and storage().renew(upload.sha256)
    require(is_file_here(upload.name, here=found))
    with storage().open(upload.sha256) as content:
        return content.read()

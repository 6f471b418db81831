"""The field of an entry that holds a file: uploaded once, kept while the form is corrected, taken out on request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from django import forms
from django.conf import settings
from django.http import QueryDict

from heliograph.desk.scope import Scope
from heliograph.kernel.packs.schema import FieldDef
from heliograph.registers.actions import store_file
from heliograph.registers.files import MEGABYTE, SUFFIXES, FileRefusedError, check_size

KEPT, REMOVED = "-kept", "-remove"


class FileInput(forms.Widget):
    """A file chooser beside the file that the entry has; only the stored file travels with the form."""

    template_name = "desk/_file_input.html"
    needs_multipart_form = True

    def format_value(self, value: Any) -> Any:
        """Return the stored file as it is, for the template."""
        return value or None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the names of the two further inputs and what the first carries."""
        context = super().get_context(name, value, attrs)
        kept = reference(value) if value else ""
        return {**context, "kept": kept, "kept_name": name + KEPT, "remove_name": name + REMOVED, "accept": SUFFIXES}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, Any] | None:
        """Return the stored file that the form carries, none where it is to be taken out."""
        return None if data.get(name + REMOVED) else stored(data.get(name + KEPT) or "")

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say that the field is always sent: nothing kept means no file."""
        return False


class FileField(forms.Field):
    """A reference to a stored file; whether the agency has it is asked by the act."""

    widget = FileInput

    def __init__(self, *, label: str, required: bool) -> None:
        limit = settings.ENTRY_FILE_BYTES // MEGABYTE
        hint = f"PDF、JPEG 或 PNG，最大 {limit} MB"
        super().__init__(label=label, required=required, help_text=hint)


def reference(value: Mapping[str, Any]) -> str:
    """Return a stored file as one text for a hidden input."""
    return urlencode({key: value[key] for key in ("sha256", "size", "name")})


def stored(text: str) -> dict[str, Any] | None:
    """Read such a text, None for anything else."""
    found = {key: values[0] for key, values in parse_qs(text[:2000]).items()}
    size = found.get("size", "")
    if set(found) != {"sha256", "size", "name"} or not (size.isascii() and size.isdigit() and len(size) < 12):
        return None
    return {"sha256": found["sha256"], "name": found["name"], "size": int(size)}


def with_uploads(scope: Scope, fields: Iterable[FieldDef], prefix: str) -> tuple[QueryDict, dict[str, str]]:
    """Store what was uploaded and return the sent form with references to it, and what is wrong with each other file.

    Stored at once, so that a form with faults elsewhere can be shown again without asking for the file anew.
    """
    data = scope.request.POST.copy()
    faults: dict[str, str] = {}
    for field in fields:
        name = prefix + field.id
        upload = scope.request.FILES.get(name) if field.type == "file" else None
        if upload is None:
            continue
        try:
            check_size(upload.size or 0)
            upload.seek(0)  # read before, when the form is drawn again after a refusal
            kept = store_file(scope.id, name=str(upload.name), content=upload.read(), actor=scope.account, at=scope.at)
        except FileRefusedError as error:
            faults[name] = str(error)
        else:
            data[name + KEPT] = reference(kept.as_value())
            data.pop(name + REMOVED, None)
    return data, faults

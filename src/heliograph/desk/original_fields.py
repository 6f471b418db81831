"""The field for files of evidence: any number, any ordinary kind, each received as a stream before its form is sent.

A file that was received waits in storage under a signed reference until the act names it; see `steps.uploads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.http import QueryDict
from django.urls import reverse

from heliograph.desk.file_fields import KEPT, REMOVED
from heliograph.desk.scope import Scope
from heliograph.dossiers.models import Case
from heliograph.evidence.actions import Arrival, receive
from heliograph.evidence.reading import Examined, examine
from heliograph.evidence.rules import is_here
from heliograph.kernel.verdict import ActRefusedError, require
from heliograph.registers.files import MEGABYTE
from heliograph.registers.receiving import Received

SALT = "heliograph.desk.original"
LONGEST_REFERENCE = 4_000
MOST_FILES = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that was received and waits for its act: what it is, and for which case and account."""

    sha256: str
    sm3: str
    size: int
    name: str
    kind: str
    encrypted: bool
    case: str
    account: str

    @property
    def reference(self) -> str:
        """The file as one text; signed, for a SHA-256 alone would open anybody's file."""
        return signing.dumps(asdict(self), salt=SALT)


def waiting(scope: Scope, case_id: UUID, received: Received, name: str) -> Waiting:
    """Return what a received file is, to wait for its act. ActRefusedError when it is not one that is kept."""
    found: Examined = examine(received, name)
    return Waiting(received.sha256, received.sm3, received.size, found.name, found.kind.label, found.encrypted,
                   str(case_id), str(scope.account.pk))  # fmt: skip


def _read(reference: str) -> Waiting | None:
    try:
        return Waiting(**signing.loads(reference[:LONGEST_REFERENCE], salt=SALT))
    except signing.BadSignature:
        return None


class OriginalsInput(forms.Widget):
    """A chooser of files beside those that were received with this form before."""

    template_name = "desk/_originals_input.html"
    needs_multipart_form = True
    send_to = ""

    def format_value(self, value: Any) -> Any:
        """Return the waiting files as they are, for the template."""
        return value or []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Say where files are sent, and the names of the further inputs."""
        return {
            **super().get_context(name, value, attrs),
            "kept_name": name + KEPT,
            "remove_name": name + REMOVED,
            "send_to": self.send_to,
            "most": settings.EVIDENCE_FILE_BYTES,
        }

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Waiting]:
        """Return the files that the form carries, but for those that are to be taken out."""
        if not isinstance(data, QueryDict):
            return []
        gone = set(data.getlist(name + REMOVED))
        found = (_read(text) for text in data.getlist(name + KEPT)[:MOST_FILES])
        return list({one.sha256: one for one in found if one is not None and one.sha256 not in gone}.values())

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say that the field is always sent."""
        return False


class OriginalsField(forms.Field):
    """Files of evidence; they become originals with the act."""

    widget = OriginalsInput

    def __init__(self, *, label: str, required: bool = False, hint: str = "") -> None:
        limit = settings.EVIDENCE_FILE_BYTES // MEGABYTE
        size = f"每个最大 {limit} MB。图片、PDF、Office、音视频、文本、压缩包等原始文件，保存后不能更改"
        super().__init__(label=label, required=required, help_text=hint or size)

    def send_to(self, scope: Scope, case_id: UUID) -> None:
        """Tell the widget where a browser with script sends files beforehand."""
        self.widget.send_to = reverse("desk:evidence-upload", args=[scope.agency.code, case_id])


def with_originals(scope: Scope, case_id: UUID, data: QueryDict, name: str) -> str:
    """Receive the files that were sent with a form itself; put references into the data, return what is wrong."""
    faults = []
    for upload in scope.request.FILES.getlist(name)[:MOST_FILES]:
        upload.seek(0)  # read before, when the form is drawn again after a refusal
        try:
            received = receive(upload.chunks())
            kept = waiting(scope, case_id, received, str(upload.name))
        except ActRefusedError as error:
            faults.append(error.verdict.message)
        else:
            data.appendlist(name + KEPT, kept.reference)
    return "；".join(faults)


def originals_form(scope: Scope, case: Case, shape: Any, **more: Any) -> Any:
    """Return a form with a field for originals; files that came with the form itself are received now."""
    if not (scope.posted or scope.sent or scope.request.FILES):
        form = shape(**more)
    else:
        data = scope.request.POST.copy()
        fault = with_originals(scope, case.pk, data, "originals")
        more.pop("initial", None)
        form = shape(data, **more)
        if fault:
            form.add_error("originals", fault)
    form.fields["originals"].send_to(scope, case.pk)
    return form


def arrivals(scope: Scope, case_id: UUID, files: Iterable[Waiting]) -> Iterator[Arrival]:
    """Return waiting files as the act takes them; refused where one came with somebody else's form."""
    for one in files:
        own = (one.case, one.account) == (str(case_id), str(scope.account.pk))
        require(is_here(one.name, here=own))
        yield Arrival(Received(one.sha256, one.sm3, one.size), one.name)


def received_files(form: forms.Form, name: str) -> Sequence[Waiting]:
    """Return the files of a valid form."""
    found: Sequence[Waiting] = form.cleaned_data[name]
    return found

"""The proof of a published decision: that its record is in the public log, in words, as a file, and as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse

from heliograph.disclosure.models import PublicDecision
from heliograph.kernel.tlog.proof_file import FILE_SUFFIX, format_proof
from heliograph.portal.attested import Attested
from heliograph.portal.decided import READABLE, Opened, attested_of, opened, standings_of
from heliograph.portal.pages.decisions import address_of, list_link
from heliograph.portal.pages.proofs import ACTS, MEDIA_TYPE, proved_of, seen_by_witnesses
from heliograph.portal.scope import agency_scope
from heliograph.portal.site import Link, NotFoundError, Page, public_page, show


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that is or was public, and the record that may be shown of it."""

    found: Opened
    version: PublicDecision
    attested: Attested

    @property
    def is_gone(self) -> bool:
        """Whether the version may not be read any more."""
        return self.attested.is_withdrawal

    @property
    def file_name(self) -> str:
        """What the file is called."""
        parts = [self.found.scope.agency.code, "decision", self.found.publication.pk.hex, f"v{self.version.number}"]
        return "-".join(parts + (["ended"] if self.is_gone else [])) + FILE_SUFFIX


def _wanted(agency: str, publication: UUID, version: int) -> Wanted:
    found = opened(agency_scope(agency), publication)
    row = found.version(version)
    if found.current is not None and row.state not in READABLE:
        raise NotFoundError("这一版已被更正，不再提供收录证明。请查看现行版本。", found.scope.site)
    return Wanted(found, row, attested_of(row, standings_of(found)))


@public_page
def proof(request: HttpRequest, agency: str, publication: UUID, version: int) -> HttpResponse:
    """Show what the proof of a version says. Of one that is gone: that it is, and the proof of that."""
    wanted = _wanted(agency, publication, version)
    found, row = wanted.found, wanted.version
    proved = proved_of(wanted.attested, found.scope.site)
    address = request.build_absolute_uri(request.path)
    name = found.publication.number or "该条信息"
    context = {
        "scope": found.scope,
        "publication": found.publication,
        "version": row,
        "name": name,
        "attested": wanted.attested,
        "proved": proved,
        "leaf_hash": bytes(proved.record.leaf_hash).hex() if proved else "",
        "root_hash": bytes(proved.publication.checkpoint.root).hex() if proved else "",
        "witnesses": seen_by_witnesses(proved),
        "file_url": address_of(found, "decision-proof-file", row.number, ACTS[wanted.is_gone]),
        "file_name": wanted.file_name,
        "entry_url": address_of(found, "decision-version", row.number),
        "address": address,
        "code": segno.make(address, error="m", micro=False).svg_data_uri(border=2, dark="#16202c", light="#fff"),
    }
    page = Page(
        site=found.scope.site,
        title=f"{name}：第 {row.number} 版的{'下架' if wanted.is_gone else '收录'}证明",
        current="decisions",
        crumbs=[list_link(found.scope), Link(name, address_of(found)), Link("收录证明", "")],
        indexed=False,
    )
    return show(request, "portal/decision_proof.html", page, context, status=410 if wanted.is_gone else 200)


@public_page
def proof_file(request: HttpRequest, agency: str, publication: UUID, version: int, act: str) -> HttpResponse:
    """Give the proof as a file. NotFoundError for an act that is not the version's last, or not covered yet."""
    wanted = _wanted(agency, publication, version)
    site = wanted.found.scope.site
    proved = proved_of(wanted.attested, site) if act == ACTS[wanted.is_gone] else None
    if proved is None:
        raise NotFoundError("没有这份收录证明，或者记录正在等待见证。请从公示页或者说明页打开。", site)
    headers = {"Content-Disposition": f'attachment; filename="{wanted.file_name}"', "Cache-Control": "no-cache"}
    return HttpResponse(format_proof(proved.proof), content_type=MEDIA_TYPE, headers=headers)

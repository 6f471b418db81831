"""The proof of a published version: that its record is in the public log, in words, as a file, and as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.proof_file import FILE_SUFFIX, TlogProof, format_proof
from heliograph.kernel.tlog.tiles import MissingTileError
from heliograph.ledger.models import Publication, Record
from heliograph.ledger.queries import newest_publication, proof_of, public_record, public_standings
from heliograph.portal.attested import Attested, attested
from heliograph.portal.log_places import Witnessed, public_files, witnessed
from heliograph.portal.pages.entries import Opened, opened
from heliograph.portal.site import Link, NotFoundError, Page, PageError, Site, public_page, show

MEDIA_TYPE = "text/plain; charset=utf-8"
# While a proof is made, a newer checkpoint may come out and the partial tiles of the former one go.
TRIES = 2
ACTS = {False: "published", True: "withdrawn"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that is or was public, and the record that may be shown of it."""

    found: Opened
    version: PublicVersion
    attested: Attested

    @property
    def is_gone(self) -> bool:
        """Whether the version may not be read any more."""
        return self.attested.is_withdrawal

    @property
    def file_url(self) -> str:
        """Where the proof is downloaded."""
        arguments = [self.found.scope.agency.code, self.found.register.id, self.version.entry_number]
        return reverse("portal:proof-file", args=[*arguments, self.version.number, ACTS[self.is_gone]])


@dataclass(frozen=True, slots=True)
class Proved:
    """A record with its proof under the newest published checkpoint of its log."""

    record: Record
    publication: Publication
    proof: TlogProof

    @property
    def is_erased(self) -> bool:
        """Whether what the record said was erased."""
        return hasattr(self.record, "erasure")


def _wanted(agency: str, register: str, number: int, version: int) -> Wanted:
    found = opened(agency, register, number)
    public = found.version(version)
    if found.current is None and public.withdrawn_at is None:
        # An entry that is withdrawn is not read in any version, nor is what its proofs carry.
        public = next(one for one in found.versions if one.withdrawn_at is not None)
    return Wanted(found, public, attested(public, public_standings(public.entry)))


def proved_of(told: Attested, site: Site) -> Proved | None:
    """Return the proof, None while no checkpoint covers the record. PageError when the log cannot be read."""
    if told.state != "covered" or told.standing is None:
        return None
    record = public_record(told.standing.record_id)
    if record is None:
        return None
    log = record.place.log
    for _ in range(TRIES):
        publication = newest_publication(log.pk)
        try:
            proof = proof_of(record, public_files(log.shard), publication)
        except MissingTileError:
            continue
        return Proved(record, publication, proof) if publication and proof else None
    raise PageError(503, "日志文件暂时无法读取，请稍后再试。", site)


@public_page
def proof(request: HttpRequest, agency: str, register: str, number: int, version: int) -> HttpResponse:
    """Show what the proof of a version says. Of a withdrawn one: that it was withdrawn, and the proof of that."""
    wanted = _wanted(agency, register, number, version)
    proved = proved_of(wanted.attested, wanted.found.scope.site)
    found = wanted.found
    address = request.build_absolute_uri(request.path)
    context = {
        "scope": found.scope,
        "register": found.register,
        "version": wanted.version,
        "attested": wanted.attested,
        "proved": proved,
        "leaf_hash": bytes(proved.record.leaf_hash).hex() if proved else "",
        "root_hash": bytes(proved.publication.checkpoint.root).hex() if proved else "",
        "witnesses": seen_by_witnesses(proved),
        "file_url": wanted.file_url,
        "file_name": _file_name(wanted),
        "entry_url": found.url("entry-version", wanted.version.number),
        "address": address,
        "code": segno.make(address, error="m", micro=False).svg_data_uri(border=2, dark="#16202c", light="#fff"),
    }
    return show(request, "portal/proof.html", _page(wanted), context, status=410 if wanted.is_gone else 200)


def _page(wanted: Wanted) -> Page:
    """Return the frame; the title of what was withdrawn is not told."""
    found, version = wanted.found, wanted.version
    crumbs = [found.scope.register_link(found.register)]
    if wanted.is_gone:
        place = f"第 {version.entry_number} 号"
        title = f"{found.register.name}{place}第 {version.number} 版的撤回证明"
    else:
        place = version.title
        title = f"{version.title}：第 {version.number} 版的收录证明"
    crumbs += [Link(place, found.url("entry-version", version.number)), Link("收录证明", "")]
    return Page(site=found.scope.site, title=title, crumbs=crumbs, indexed=False)


def seen_by_witnesses(proved: Proved | None) -> list[Witnessed]:
    """Return who saw the checkpoint of a proof; nobody is named while the policy cannot be read."""
    if proved is None:
        return []
    try:
        return [one for one in witnessed(proved.publication) if one.at is not None]
    except TlogError:
        return []


@public_page
def proof_file(request: HttpRequest, agency: str, register: str, number: int, version: int, act: str) -> HttpResponse:
    """Give the proof as a file. NotFoundError for an act that is not the version's last, or not covered yet."""
    wanted = _wanted(agency, register, number, version)
    site = wanted.found.scope.site
    if act != ACTS[wanted.is_gone]:
        raise NotFoundError("没有这份收录证明。请从条目页或者撤回说明中打开。", site)
    proved = proved_of(wanted.attested, wanted.found.scope.site)
    if proved is None:
        raise NotFoundError("这一版还没有收录证明：记录正在等待见证，请稍后再试。", site)
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{_file_name(wanted)}"',
        "Cache-Control": "no-cache",
    }
    return HttpResponse(format_proof(proved.proof), content_type=MEDIA_TYPE, headers=headers)


def _file_name(wanted: Wanted) -> str:
    found, version = wanted.found, wanted.version
    parts = [found.scope.agency.code, found.register.id, str(version.entry_number), f"v{version.number}"]
    return "-".join(parts + (["withdrawn"] if wanted.is_gone else [])) + FILE_SUFFIX

"""The public log as outsiders read it: checkpoint, tiles and entries as they lie on disk, and the policy (C2SP)."""

from __future__ import annotations

import gzip

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from heliograph.kernel.tlog.policy import PolicyError
from heliograph.kernel.tlog.tiles import MissingTileError, TileError, parse_path
from heliograph.ledger.files import CHECKPOINT
from heliograph.ledger.histories import asked_witnesses
from heliograph.ledger.queries import public_policy
from heliograph.portal.log_places import public_files
from heliograph.portal.site import public_page

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
BRIEF = "public, max-age=5"  # a new checkpoint comes about every second
FOR_EVER = "public, max-age=31536000, immutable"
ENTRIES = "entries/"


@public_page
def checkpoint(request: HttpRequest, shard: str) -> HttpResponse:
    """Give the published checkpoint of a shard."""
    try:
        note = public_files(shard).read(CHECKPOINT)
    except MissingTileError:
        return _nothing()
    return HttpResponse(note, content_type=TEXT, headers={"Cache-Control": BRIEF})


@public_page
def tile(request: HttpRequest, shard: str, rest: str) -> HttpResponse:
    """Give a tile or a bundle of entries; exactly the paths of the format, and only those that are there."""
    path = f"tile/{rest}"
    try:
        parse_path(path)
        data = public_files(shard).read(path)
    except (TileError, MissingTileError):
        return _nothing()
    response = HttpResponse(data, content_type=BYTES, headers={"Cache-Control": FOR_EVER})
    if rest.startswith(ENTRIES):
        patch_vary_headers(response, ["Accept-Encoding"])
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.content = gzip.compress(data, mtime=0)
            response["Content-Encoding"] = "gzip"
    return response


@public_page
def policy(request: HttpRequest) -> HttpResponse:
    """Give the keys of the logs and the witnesses, with which proofs are checked. One query.

    While the installation's list of witnesses cannot be read there is none: without it the file would ask for fewer.
    """
    try:
        text = public_policy(asked_witnesses())
    except PolicyError:
        return _text("见证规则暂时无法读取，请稍后再试。\n", 503)
    return HttpResponse(text, content_type=TEXT, headers={"Cache-Control": BRIEF})


def _nothing() -> HttpResponse:
    """Answer 404 in few bytes: those who ask here are programs. What is missing now may be there in a second."""
    return _text("日志里没有这个文件。\n", 404)


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type=TEXT, status=status, headers={"Cache-Control": "no-store"})

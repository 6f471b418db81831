"""Answers to requests that failed. The pages are the portal's; the 500 page is drawn without any query."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from psycopg.errors import QueryCanceled

from heliograph.config.databases import STATEMENT_SECONDS
from heliograph.registers.files import MEGABYTE

TOO_LONG = (
    f"这次查询在数据库里用时超过 {STATEMENT_SECONDS} 秒，系统已将其停止，没有写入任何内容。请缩小查询范围后再试；"
    "反复出现的，请告知系统管理员。"
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood; 413: it holds more than a form may."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return _too_large(request, fields=not isinstance(exception, RequestDataTooBig))
    return render(request, "errors/400.html", status=400)


def _too_large(request: HttpRequest, *, fields: bool) -> HttpResponse:
    """413: nothing of the form was read, so nothing of it was done; what was typed is still in the browser."""
    context = {
        "fields": fields,
        "limit": (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / MEGABYTE,
        "most_fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        "sent": int(request.META.get("CONTENT_LENGTH") or 0) / MEGABYTE,
        "file_limit": settings.ENTRY_FILE_BYTES // MEGABYTE,
    }
    return render(request, "errors/413.html", context, status=413)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the visitor may not do this; the refusal's own words are shown."""
    return render(request, "errors/403.html", {"reason": str(exception)}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or came from another site."""
    return render(request, "errors/403.html", {"reason": "页面已过期，请返回后重新提交。"}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing at this address."""
    return render(request, "errors/404.html", status=404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500: our fault; the database may be the reason, so nothing is read from it. 503 when it was stopped in time."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled):
        page = render_to_string("errors/503.html", {"reason": TOO_LONG})
        return HttpResponse(page, status=503, headers={"Retry-After": str(STATEMENT_SECONDS)})
    return HttpResponse(render_to_string("errors/500.html"), status=500)

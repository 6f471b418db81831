"""Asking a server of the agency's network: one POST over https, no redirect, within seconds and a size.

Plain http is for this machine alone. What goes wrong is said in Chinese, for people who wait for a seal.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
CHUNK: Final = 64 * 1024
MOST_SAID: Final = 200


class OutboundError(RuntimeError):
    """A server that did not answer as it should; the text says what, in Chinese."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where something is asked: its address, what it is called, how long is waited and whose certificates count."""

    url: str
    label: str
    seconds: float
    ca_file: str = ""


def post(server: Server, body: bytes, headers: Mapping[str, str], *, most: int) -> bytes:
    """Return the answer of a server. OutboundError for anything but 200 within time and size."""
    deadline = time.monotonic() + server.seconds
    connection = _connection(server)
    try:
        connection.request("POST", urlsplit(server.url).path or "/", body=body, headers=dict(headers))
        answer = connection.getresponse()
        content = _read(answer, deadline, most, server)
    except TimeoutError as error:
        raise OutboundError(_late(server)) from error
    except (OSError, http.client.HTTPException) as error:
        raise OutboundError(f"连接不上{server.label}，请稍后再试；仍不成功的，请联系系统管理员。") from error
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        said = content.decode("utf-8", "replace")[:MOST_SAID].strip()
        raise OutboundError(f"{server.label}没有办理（{answer.status}）：{said or '没有说明原因'}。")
    return content


def _connection(server: Server) -> http.client.HTTPConnection:
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=server.ca_file or None)
        return http.client.HTTPSConnection(host, parts.port, timeout=server.seconds, context=context)
    if parts.scheme == "http" and host in LOOPBACK:
        return http.client.HTTPConnection(host, parts.port, timeout=server.seconds)
    raise OutboundError(f"{server.label}的地址应以 https:// 开头，请系统管理员更正设置。")


def _read(answer: http.client.HTTPResponse, deadline: float, most: int, server: Server) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        if size > most:
            raise OutboundError(f"{server.label}返回的内容过大，没有采用。")
        if time.monotonic() > deadline:
            raise OutboundError(_late(server))
        parts.append(chunk)
    if answer.length:
        raise OutboundError(f"{server.label}返回的内容不完整，没有采用。请稍后再试。")
    return b"".join(parts)


def _late(server: Server) -> str:
    return f"{server.label}在 {server.seconds:g} 秒内没有答复，请稍后再试。"

"""Typed readers of environment variables: a wrong value stops the start and says, in both languages, what to write."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
DEFAULT_BIND = "127.0.0.1:8000"
POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})


def _refuse(name: str, chinese: str, english: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"环境变量 {name}：{chinese} / {name}: {english}")


def read_text(name: str, default: str | None = None) -> str:
    """Return a text; without a default the variable must be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise _refuse(name, "必须设置。", "must be set.")
    return default


def read_flag(name: str, *, default: bool) -> bool:
    """Return a yes/no value."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise _refuse(name, f"只能是 yes 或 no，现为 {value!r}。", f"must be yes or no, not {value!r}.")


def read_number(name: str, *, default: int, least: int, most: int) -> int:
    """Return a whole number inside its limits."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise _refuse(
            name,
            f"应为 {least} 到 {most} 之间的整数，现为 {value!r}。",
            f"must be a whole number from {least} to {most}, not {value!r}.",
        )
    return int(value)


def read_choice(name: str, choices: tuple[str, ...], *, default: str) -> str:
    """Return one of the listed words."""
    value = os.environ.get(name, "").strip() or default
    if value not in choices:
        listed = ", ".join(choices)
        raise _refuse(name, f"只能是 {listed} 之一，现为 {value!r}。", f"must be one of {listed}, not {value!r}.")
    return value


def read_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the parts of a comma-separated value."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or list(default)


def read_path(name: str, default: Path) -> Path:
    """Return an absolute path."""
    value = os.environ.get(name, "").strip()
    return Path(value).expanduser().absolute() if value else default


@dataclass(frozen=True)
class BindAddress:
    """Where the server listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return self.host in {"127.0.0.1", "localhost", "::1"}

    @property
    def url(self) -> str:
        """The address as a reader types it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


def read_bind(name: str, default: str) -> BindAddress:
    """Return `host:port`."""
    value = os.environ.get(name, "").strip() or default
    try:
        return parse_bind(value)
    except ValueError as error:
        raise _refuse(name, f"应写作 地址:端口，现为 {value!r}。", f"must be host:port, not {value!r}.") from error


def parse_bind(value: str) -> BindAddress:
    """Return `host:port`; ValueError for anything else."""
    host, colon, port = value.rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"not host:port: {value!r}")
    return BindAddress(host, int(port))


def check_demo_bind(bind: BindAddress) -> None:
    """Refuse a demonstration that others could reach: its passwords are printed and it speaks plain http."""
    if not bind.is_loopback:
        raise _refuse(
            "HELIOGRAPH_BIND",
            f"演示环境只能在本机地址上运行，现为 {bind.host}。",
            f"the demo profile runs on a loopback address only, not on {bind.host}.",
        )


def read_database_url(name: str) -> dict[str, Any] | None:
    """Return Django's settings for `postgresql://user:password@host:port/name?option=value`, None if unset."""
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in POSTGRES_SCHEMES or not parts.path.strip("/"):
        raise _refuse(
            name,
            "应写作 postgresql://用户:口令@主机:端口/库名；只支持 PostgreSQL。",
            "must be postgresql://user:password@host:port/name; only PostgreSQL is supported.",
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def read_object_storage(name: str, *, key: str, secret: str) -> dict[str, str] | None:
    """Return the options of `s3://bucket/prefix?endpoint=https://host&region=name`, None if unset.

    key, secret: names of two more variables; without both the keys are found as the library finds them.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    parts = urlsplit(value)
    options = dict(parse_qsl(parts.query))
    endpoint = options.pop("endpoint", "")
    region = options.pop("region", "us-east-1")
    fit = not endpoint or urlsplit(endpoint).scheme in {"http", "https"}
    if parts.scheme != "s3" or not parts.netloc or options or not fit:
        raise _refuse(
            name,
            "应写作 s3://存储桶/前缀?endpoint=https://地址&region=区域。",
            "must be s3://bucket/prefix?endpoint=https://host&region=name.",
        )
    given = [os.environ.get(one, "").strip() for one in (key, secret)]
    if bool(given[0]) != bool(given[1]):
        raise _refuse(name, f"{key} 和 {secret} 须同时设置。", f"{key} and {secret} must be set together.")
    prefix = parts.path.strip("/")
    return {
        "bucket": parts.netloc,
        "prefix": f"{prefix}/" if prefix else "",
        "endpoint": endpoint,
        "region": region,
        "key": given[0],
        "secret": given[1],
    }


def checkout_root() -> Path | None:
    """Return the source tree when the product runs from one, None when it is installed as a package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "packs").is_dir() else None


def read_home() -> Path:
    """Return the directory of everything the installation keeps: `HELIOGRAPH_HOME`, else `var` of the source tree."""
    value = os.environ.get("HELIOGRAPH_HOME", "").strip()
    if value:
        return Path(value).expanduser().absolute()
    return (checkout_root() or Path.cwd()) / "var"

"""The state of an officer's certificate on a day, in the words the public reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from heliograph.registers.models import Certificate
from heliograph.registers.queries import status_on


@dataclass(frozen=True, slots=True)
class Status:
    """A state with its colour, icon and what it means for somebody who is visited."""

    label: str
    tone: str
    icon: str
    meaning: str


UNKNOWN = Status("状态未登记", "grey", "i-info", "本平台没有这张证件的有效期记录，请向所在机关核实。")
STATES = {
    "valid": Status("有效", "green", "i-check", "证件在有效期内。"),
    "expired": Status("已过期", "red", "i-x", "证件已过有效期，持证人不得凭此证执法。"),
    "suspended": Status("已暂扣", "red", "i-x", "证件正在暂扣，持证人不得执法。"),
    "revoked": Status("已收回", "red", "i-x", "证件已经收回，持证人不得执法。"),
    "not_yet": Status("尚未生效", "amber", "i-warn", "证件还没有到生效日期。"),
}


def certificate_state(certificate: Certificate | None, on: date) -> Status:
    """Return the state of a certificate on a day."""
    return UNKNOWN if certificate is None else STATES[status_on(certificate, on)]

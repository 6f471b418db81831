"""What an alarm of the ledger means and how its cause is put right, in words for an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from heliograph.ledger.histories import agencies_of
from heliograph.ledger.models import Alarm
from heliograph.ledger.queries import open_alarms

SHOWN = 200
# kind of alarm → heading, what it means, the way out
WORDS = {
    "row": (
        "数据与存证不符",
        "有数据或存证不是经系统的办理行为改动的，可能有人直接改动了数据库。",
        "请查明何人何时改动，由运维人员恢复原状。下一次重算核对相符后，告警自动解除。",
    ),
    "witness": (
        "见证方没有确认公开存证",
        "足够的见证方确认之前，公开存证的新检查点不能发布。",
        "请运维人员检查与见证方的连接和见证规则；见证方说明内容不一致的，请立即与见证单位核对，不要自行更换日志。",
    ),
    "sequencer": (
        "存证排序停止",
        "新的存证照常登记，但没有进入日志，暂时不能出具证明。",
        "请运维人员按说明中的办法处理后重新启动服务。恢复后告警自动解除。",
    ),
    "files": (
        "日志文件与条目不符",
        "供外部核验的日志文件缺失或被改动。",
        "请运维人员停止服务，运行 heliograph ledger rebuild 依数据库重写日志文件，再运行 heliograph ledger check。",
    ),
}
OTHER = ("其他告警", "请看说明。", "请联系运维人员。")


@dataclass(frozen=True, slots=True)
class Shown:
    """One open alarm with its words."""

    alarm: Alarm
    label: str
    meaning: str
    way_out: str


def shown_alarms(agency_id: UUID) -> tuple[list[Shown], int]:
    """Return the open alarms that concern an agency or the whole installation, and how many are of other agencies."""
    alarms = list(open_alarms()[:SHOWN])
    owners = agencies_of(alarms)
    own = [alarm for alarm in alarms if owners.get(alarm.pk) in {None, agency_id}]
    return [Shown(alarm, *WORDS.get(alarm.kind, OTHER)) for alarm in own], len(alarms) - len(own)

"""What an alarm of the ledger means and how its cause is put right, in words for an administrator."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from heliograph.ledger.histories import with_agencies
from heliograph.ledger.models import Alarm
from heliograph.ledger.queries import open_alarms

PAGE = 50
# kind of alarm → heading, what it means, the way out; the gravest first, the whole installation before single rows
WORDS = {
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
    "row": (
        "数据与存证不符",
        "有数据或存证不是经系统的办理行为改动的，可能有人直接改动了数据库。",
        "请查明何人何时改动，由运维人员恢复原状。下一次重算核对相符后，告警自动解除。",
    ),
    "year": (
        "公开日志已更换",
        "见证方确认新公钥之前，公开存证的新检查点不能发布。",
        "请运维人员把说明中的公钥告知各见证方。见证方确认后，告警自动解除。",
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


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the alarms that concern an agency, how many of each kind there are in all, and how many are of others."""

    alarms: list[Shown]
    counts: list[tuple[str, int]]
    elsewhere: int
    next: UUID | None


def shown_alarms(agency_id: UUID, *, after: UUID | None = None) -> Page:
    """Return a page of the open alarms that concern an agency or the whole installation: the gravest, then the newest.

    `after` is the last alarm of the page before; Alarm.DoesNotExist when there is none such.
    """
    alarms = with_agencies(open_alarms())
    own = alarms.filter(Q(agency_id=agency_id) | Q(agency_id__isnull=True))
    ranked = _ranked(own)
    rest = ranked if after is None else _behind(ranked, _ranked(Alarm.objects.all()).get(pk=after))
    page = list(rest.order_by("rank", "-raised_at", "-pk")[: PAGE + 1])
    return Page(
        [Shown(alarm, *WORDS.get(alarm.kind, OTHER)) for alarm in page[:PAGE]],
        _counts(own),
        alarms.count() - own.count(),
        page[PAGE - 1].pk if len(page) > PAGE else None,
    )


def _ranked(alarms: QuerySet[Alarm]) -> QuerySet[Any]:
    whens = [When(kind=kind, then=Value(rank)) for rank, kind in enumerate(WORDS, 1)]
    return alarms.annotate(rank=Case(*whens, default=Value(len(WORDS) + 1), output_field=IntegerField()))


def _behind(ranked: QuerySet[Any], last: Any) -> QuerySet[Any]:
    older = Q(raised_at__lt=last.raised_at) | Q(raised_at=last.raised_at, pk__lt=last.pk)
    return ranked.filter(Q(rank__gt=last.rank) | Q(rank=last.rank) & older)


def _counts(alarms: QuerySet[Alarm]) -> list[tuple[str, int]]:
    """Return how many alarms there are of each heading, the most first."""
    counted: Counter[str] = Counter()
    for kind, count in alarms.order_by().values_list("kind").annotate(count=Count("pk")):
        counted[WORDS.get(kind, OTHER)[0]] += count
    return counted.most_common()

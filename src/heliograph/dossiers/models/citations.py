"""Articles that a case rests on (引用条文)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from heliograph.dossiers.models.cases import Case
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class CitationsThatStand(models.Manager["Citation"]):
    """Citations but for those that were taken back."""

    def get_queryset(self) -> models.QuerySet[Citation]:
        """Leave out what was taken back."""
        return super().get_queryset().filter(taken_back_at__isnull=True)


class Citation(models.Model):
    """An article that the case rests on: what was violated, what the decision applies. `every` has those taken back."""

    class Use(models.TextChoices):
        """What an article is cited for."""

        VIOLATED = "violated", "违反条款"
        APPLIED = "applied", "处理依据"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="citations", verbose_name="案件")
    use = models.CharField("用途", max_length=10, choices=Use.choices)
    key = models.CharField("条文", max_length=200)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")
    taken_back_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤去人"
    )
    taken_back_at = models.DateTimeField("撤去时间", null=True, blank=True)
    taken_back_reason = models.CharField("撤去的理由", max_length=300, blank=True)

    every = models.Manager["Citation"]()
    objects = CitationsThatStand()

    class Meta:
        verbose_name = "引用条文"
        ordering = ["case_id", "use", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "case", "use", "key"], condition=Q(taken_back_at__isnull=True), name="citation_once"
            )
        ]

    def __str__(self) -> str:
        return self.key

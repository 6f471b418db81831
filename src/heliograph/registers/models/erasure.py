"""Requests to erase what a record says: asked by a legal officer on a legal ground, decided by the head."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.kernel.ids import uuid7
from heliograph.ledger.models import Record
from heliograph.registers.models.accounts import Account
from heliograph.registers.models.bodies import Agency


class ErasureRequest(models.Model):
    """A request that the content and the salt of one record be erased (依法删除), and the head's decision on it."""

    class State(models.TextChoices):
        """Where the request stands."""

        PENDING = "pending", "待审批"
        CONFIRMED = "confirmed", "已删除"
        REFUSED = "refused", "不同意"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+", verbose_name="存证")
    ground = models.CharField("删除理由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    refusal = models.CharField("不同意的理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "存证内容删除申请"
        ordering = ["agency", "-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(state="pending"), name="one_pending_erasure_per_record"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="pending") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="erasure_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(decided_by=F("requested_by")),
                name="erasure_confirmed_by_another",
                violation_error_message="删除存证内容须由另一人批准。",
            ),
            models.CheckConstraint(
                condition=~Q(ground="") & ~Q(basis="") & (~Q(state="refused") | ~Q(refusal="")),
                name="erasure_states_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.get_state_display()}"

"""Originals: what was received as evidence, byte for byte, with its hashes, who took it in and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from heliograph.evidence.kinds import Family, kind_of_type
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Original(models.Model):
    """A file of evidence of any subject. No column of a row ever changes, nor do the bytes under its SHA-256.

    `media_type` is what the content is, whatever the name said.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    subject_kind = models.CharField("事项类别", max_length=40)
    subject_id = models.UUIDField("事项")
    name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    sm3 = models.CharField("SM3", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("格式", max_length=100)
    encrypted = models.BooleanField("加密", default=False)
    received_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="接收人")
    received_at = models.DateTimeField("接收时间")

    class Meta:
        verbose_name = "证据原件"
        ordering = ["agency", "subject_kind", "subject_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "subject_kind", "subject_id", "sha256"], name="original_once_per_subject"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0) & ~Q(sha256="") & ~Q(sm3="") & ~Q(media_type=""), name="original_is_whole"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="original_by_content")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_kind(self) -> str:
        """What kind of file it is, in words."""
        return kind_of_type(self.media_type).label

    @property
    def family(self) -> Family:
        """How it can be shown."""
        return kind_of_type(self.media_type).family

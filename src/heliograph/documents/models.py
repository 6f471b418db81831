"""Documents as they were made: the data, the hash of the form, the file, who and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Document(models.Model):
    """A document of any subject. A draft may be changed; an issued one never, only voided with a reason.

    `fingerprint` is what each page shows; `pdf` the SHA-256 of the file that was drawn, `pdf_sm3` the same in SM3.
    """

    class State(models.TextChoices):
        """How far a document is."""

        DRAFT = "draft", "草稿"
        ISSUED = "issued", "已生成"
        VOIDED = "voided", "已作废"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    subject_kind = models.CharField("事项类别", max_length=40)
    subject_id = models.UUIDField("事项")
    place = models.CharField("环节", max_length=160, blank=True)
    kind = models.CharField("文书名称", max_length=120)
    number = models.CharField("文号", max_length=60, blank=True)
    data = models.JSONField("内容", default=dict)
    data_sha256 = models.CharField("内容哈希值", max_length=64)
    template_sha256 = models.CharField("模板哈希值", max_length=64)
    made_on = models.DateField("日期", null=True, blank=True)
    fingerprint = models.CharField("指纹", max_length=64, blank=True)
    sha256 = models.CharField("文件 SHA-256", max_length=64, blank=True)
    pdf_sm3 = models.CharField("文件 SM3", max_length=64, blank=True)
    size = models.PositiveIntegerField("字节数", default=0)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    rev = models.PositiveIntegerField("修改次数", default=0)
    drafted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间")
    issued_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="生成人"
    )
    issued_at = models.DateTimeField("生成时间", null=True, blank=True)
    void_reason = models.CharField("作废理由", max_length=1000, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = "文书内容"
        ordering = ["agency", "subject_kind", "subject_id", "id"]
        indexes = [models.Index(fields=["agency", "subject_kind", "subject_id", "id"], name="document_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft")
                | ~(Q(fingerprint="") | Q(sha256="") | Q(pdf_sm3="") | Q(made_on=None) | Q(issued_at=None)),
                name="document_issued_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") | (~Q(void_reason="") & Q(voided_at__isnull=False)),
                name="document_voided_with_reason",
            ),
            models.UniqueConstraint(
                fields=["agency", "subject_kind", "subject_id", "place", "kind"],
                condition=Q(state="draft"),
                name="document_one_draft",
            ),
            models.UniqueConstraint(
                fields=["agency", "kind", "number"], condition=~Q(number=""), name="document_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}{self.number}"

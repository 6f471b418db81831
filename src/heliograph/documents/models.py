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


class Signature(models.Model):
    """A signature by hand, captured on a pad for one place of a document. It holds for the content it was given for."""

    class Side(models.TextChoices):
        """Whose side somebody signs for."""

        OFFICER = "officer", "执法人员"
        PARTY = "party", "当事人一方"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="signatures", verbose_name="文书")
    place = models.PositiveSmallIntegerField("签名处")
    place_name = models.CharField("签名处名称", max_length=60)
    side = models.CharField("签名人一方", max_length=10, choices=Side.choices)
    signer = models.CharField("签名人", max_length=60)
    sha256 = models.CharField("签名图片 SHA-256", max_length=64)
    drawn = models.BooleanField("现场手写")
    content_sha256 = models.CharField("所签内容哈希值", max_length=64)
    on_issued = models.BooleanField("签在已生成的文书上")
    captured_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="采集人")
    captured_at = models.DateTimeField("签名时间")

    class Meta:
        verbose_name = "手写签名"
        ordering = ["document", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["document", "place", "content_sha256"], name="signature_once_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.place_name}：{self.signer}"


class SealedFile(models.Model):
    """An issued document under an electronic seal: a further file beside the one that was drawn, which stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="sealed", verbose_name="文书")
    provider = models.CharField("印章来源", max_length=20)
    signer = models.CharField("签名证书", max_length=200, blank=True)
    drawn_sha256 = models.CharField("盖章前文件 SHA-256", max_length=64)
    drawn_sm3 = models.CharField("盖章前文件 SM3", max_length=64)
    sha256 = models.CharField("盖章后文件 SHA-256", max_length=64)
    sm3 = models.CharField("盖章后文件 SM3", max_length=64)
    size = models.PositiveIntegerField("字节数")
    sealed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="盖章人")
    sealed_at = models.DateTimeField("盖章时间")

    class Meta:
        verbose_name = "盖章文件"
        ordering = ["document"]

    def __str__(self) -> str:
        return f"{self.document}"


class TimeToken(models.Model):
    """A timestamp (RFC 3161) of a file of a document: the token as it came, and what it states."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="time_tokens", verbose_name="文书")
    file_sha256 = models.CharField("文件 SHA-256", max_length=64)
    authority = models.CharField("时间戳机构", max_length=200)
    stated_at = models.DateTimeField("时间戳时间")
    token = models.TextField("时间戳（Base64）")
    obtained_at = models.DateTimeField("取得时间")

    class Meta:
        verbose_name = "时间戳"
        ordering = ["document", "id"]
        constraints = [models.UniqueConstraint(fields=["document", "file_sha256"], name="time_token_once_per_file")]

    def __str__(self) -> str:
        return f"{self.stated_at:%Y-%m-%d %H:%M:%S}"


class Comparison(models.Model):
    """A scan of the signed sheet held against the document: what was read, and what differs (纸质与电子一致)."""

    class State(models.TextChoices):
        """How far the comparison is."""

        WAITING = "waiting", "等待识别"
        SAME = "same", "一致"
        DIFFERENT = "different", "有差异"
        FAILED = "failed", "未能比对"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="comparisons", verbose_name="文书")
    file_sha256 = models.CharField("扫描件 SHA-256", max_length=64)
    file_name = models.CharField("扫描件", max_length=120)
    state = models.CharField("结果", max_length=10, choices=State.choices, default=State.WAITING)
    read = models.JSONField("识别的文字", default=list)
    differences = models.JSONField("差异", default=list)
    likeness = models.FloatField("正文相似度", null=True, blank=True)
    code = models.CharField("页面二维码", max_length=20, blank=True)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    failure = models.CharField("未能比对的原因", max_length=300, blank=True)
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    finished_at = models.DateTimeField("比对时间", null=True, blank=True)

    class Meta:
        verbose_name = "纸质比对"
        ordering = ["document", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(finished_at__isnull=False), name="comparison_finished_at"
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(failure=""), name="comparison_failed_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}：{self.get_state_display()}"


class Template(models.Model):
    """The form that an agency gives a kind of document in place of its pack's: proposed, decided by another person.

    `source` is the text of the form; an empty one returns to the form of the pack. What was decided never changes; its
    successor ends it.
    """

    class State(models.TextChoices):
        """Where a version of a form stands."""

        PROPOSED = "proposed", "待批准"
        IN_FORCE = "in_force", "已批准"
        RETURNED = "returned", "已退回"
        SUPERSEDED = "superseded", "已被新版替代"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    kind = models.CharField("文书种类", max_length=80)
    title = models.CharField("文书名称", max_length=200)
    number = models.PositiveIntegerField("版本号")
    source = models.TextField("模板文本", blank=True)
    sha256 = models.CharField("文本哈希值", max_length=64)
    pack = models.CharField("所依规则包", max_length=120)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    effective_from = models.DateField("施行日期")
    effective_to = models.DateField("失效日期", null=True, blank=True)
    reason = models.CharField("理由", max_length=300)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    opinion = models.CharField("意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "文书模板"
        ordering = ["agency", "kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "kind", "number"], name="template_number_once"),
            models.UniqueConstraint(
                fields=["agency", "kind"], condition=Q(state="proposed"), name="template_one_proposed"
            ),
            models.UniqueConstraint(
                fields=["agency", "kind"], condition=Q(state="in_force"), name="template_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="template_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="template_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"

"""Investigation, notice, hearing and collective discussion (调查、告知、听证、集体讨论)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from heliograph.dossiers.models.cases import Case, Party
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class CaseFile(models.Model):
    """A file that belongs to a case. Storage keeps its bytes under the SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files", verbose_name="案件")
    name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("字节数")
    media_type = models.CharField("格式", max_length=60)
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "案件附件"
        ordering = ["case_id", "uploaded_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "case", "sha256", "name"], name="case_file_once_per_content")
        ]

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """A document of a step: made by the system, or by hand and registered with its signed file (R1)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers", verbose_name="案件")
    step = models.CharField("环节", max_length=160)
    kind = models.CharField("文书名称", max_length=80)
    number = models.CharField("文号", max_length=60, blank=True)
    made_on = models.DateField("制作日期")
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    document = models.OneToOneField(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文书内容"
    )  # none: made by hand
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "文书"
        ordering = ["case_id", "made_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "number"], condition=~Q(number=""), name="paper_number_once_per_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}{self.number}"


class Evidence(models.Model):
    """A piece of evidence: its kind, where it comes from, who took it (行政处罚法46)."""

    class Kind(models.TextChoices):
        """The eight kinds of article 46."""

        DOCUMENTARY = "documentary", "书证"
        PHYSICAL = "physical", "物证"
        AUDIOVISUAL = "audiovisual", "视听资料"
        ELECTRONIC = "electronic", "电子数据"
        WITNESS = "witness", "证人证言"
        PARTY = "party", "当事人的陈述"
        EXPERT = "expert", "鉴定意见"
        RECORD = "record", "勘验笔录、现场笔录"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", verbose_name="案件")
    kind = models.CharField("种类", max_length=20, choices=Kind.choices)
    name = models.CharField("名称", max_length=200)
    proves = models.CharField("证明事项", max_length=1000)
    source = models.CharField("来源", max_length=300)
    place = models.CharField("取得地点", max_length=300, blank=True)
    obtained_on = models.DateField("取得日期")
    first_collector = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="取证人")
    second_collector = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="取证人之二"
    )
    unreviewed_monitoring = models.BooleanField("未经审核的电子监控记录", default=False)
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "证据"
        ordering = ["case_id", "obtained_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(second_collector__isnull=True) | ~Q(second_collector=F("first_collector")),
                name="evidence_two_different_collectors",
                violation_error_message="两名取证人须是不同的执法人员。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class OnSiteAct(models.Model):
    """An act before the party: two officers, certificates shown first (行政处罚法55、行政强制法18)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="on_site_acts", verbose_name="案件")
    act = models.CharField("事项", max_length=60)  # 询问, 现场检查, 查封 …
    place = models.CharField("地点", max_length=300)
    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    shown_at = models.DateTimeField("出示证件的时间")
    first_officer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="执法人员")
    first_certificate = models.CharField("执法证号", max_length=40)
    second_officer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="执法人员之二")
    second_certificate = models.CharField("执法证号之二", max_length=40)
    person_present = models.CharField("在场人", max_length=120)
    rights_told = models.BooleanField("已告知权利义务")
    video = models.CharField("音像记录说明", max_length=300, blank=True)
    note = models.TextField("经过", max_length=20000, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "现场活动"
        ordering = ["case_id", "began_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(second_officer=F("first_officer")),
                name="on_site_two_different_officers",
                violation_error_message="现场执法须有两名不同的执法人员。",
            ),
            models.CheckConstraint(
                condition=Q(shown_at__lte=F("began_at")),
                name="on_site_certificate_shown_first",
                violation_error_message="应当先出示执法证件，再开始执法活动。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.place}"


class Measure(models.Model):
    """A measure on things: registered preservation, sampling, sealing, seizure (行政处罚法56, 行政强制法22–28)."""

    class Kind(models.TextChoices):
        """What is done to the things."""

        PRESERVATION = "preservation", "先行登记保存"
        SAMPLING = "sampling", "抽样取证"
        SEALING = "sealing", "查封"
        SEIZURE = "seizure", "扣押"
        KEPT_SEALED = "kept_sealed", "封存"
        FREEZING = "freezing", "冻结"
        SUBSTITUTE = "substitute", "代履行"
        OTHER = "other", "其他措施"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="measures", verbose_name="案件")
    kind = models.CharField("种类", max_length=20, choices=Kind.choices)
    items = models.TextField("物品或者场所清单", max_length=20000)
    reason = models.CharField("理由", max_length=1000)
    basis = ArrayField(models.CharField(max_length=200), verbose_name="依据", default=list, blank=True)
    urgent = models.BooleanField("情况紧急当场实施", default=False)
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    started_at = models.DateTimeField("实施时间", null=True, blank=True)
    days = models.PositiveSmallIntegerField("决定的期限（日）", null=True, blank=True)  # shorter than the law's
    until_on = models.DateField("期限届满日", null=True, blank=True)
    extended = models.BooleanField("已延长", default=False)
    ended_on = models.DateField("解除或者处理日期", null=True, blank=True)
    ended_how = models.CharField("处理结果", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=120, blank=True)  # where the party was not there (行政强制法18)
    decision = models.ForeignKey(
        "dossiers.Decision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name="决定",
    )
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "措施"
        ordering = ["case_id", "registered_at", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()


class Notice(models.Model):
    """A prior notice (事先告知) of the penalty proposed, with the rights to be heard (行政处罚法44、64).

    A changed proposal needs a new one; the last in `number` is the one that binds. The request for a hearing made on
    an earlier one stays with the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices", verbose_name="案件")
    proposal = models.ForeignKey(
        "dossiers.Proposal", on_delete=models.PROTECT, related_name="notices", verbose_name="告知的处理意见"
    )
    number = models.PositiveSmallIntegerField("次数")
    served_on = models.DateField("送达日期")
    hearing_right = models.BooleanField("告知听证权利")
    statement_until = models.DateField("陈述申辩期限")
    hearing_until = models.DateField("要求听证期限", null=True, blank=True)
    told_on = models.JSONField("各人的送达日期", default=dict, blank=True)  # by party, where several are told
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="告知书"
    )  # none: told by word of mouth, on the spot
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="告知人")
    given_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "事先告知"
        ordering = ["case_id", "number"]
        constraints = [models.UniqueConstraint(fields=["agency", "case", "number"], name="notice_numbered_once")]

    def __str__(self) -> str:
        return f"第 {self.number} 次告知"


class Statement(models.Model):
    """What the party said to a notice, or that it waived; how it was reviewed (陈述申辩、复核, 行政处罚法45)."""

    class Kind(models.TextChoices):
        """What came in before the end of the period."""

        STATEMENT = "statement", "提出陈述申辩"
        WAIVER = "waiver", "书面放弃"
        SILENCE = "silence", "期满未提出"
        NO_COMMENT = "no_comment", "当场表示没有意见"  # of a notice by word of mouth

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="statements", verbose_name="案件")
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="statements", verbose_name="告知"
    )  # none: said while an application is examined
    kind = models.CharField("情形", max_length=10, choices=Kind.choices)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出人"
    )  # named where several persons have the right
    received_on = models.DateField("日期")
    content = models.TextField("内容", max_length=20000, blank=True)
    adopted = models.CharField(
        "采纳情况", max_length=10, choices=[("yes", "采纳"), ("partly", "部分采纳"), ("no", "不采纳")], blank=True
    )
    review = models.TextField("复核意见", max_length=20000, blank=True)
    reviewed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    reviewed_on = models.DateField("复核日期", null=True, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "陈述申辩"
        ordering = ["case_id", "received_on", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()


class Hearing(models.Model):
    """A hearing (听证): asked for in time, announced in time, chaired by somebody who did not investigate."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hearings", verbose_name="案件")
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="hearings", verbose_name="告知"
    )
    requested_on = models.DateField("要求听证日期")
    withdrawn_on = models.DateField("撤回要求日期", null=True, blank=True)
    notified_on = models.DateField("通知日期", null=True, blank=True)
    scheduled_on = models.DateField("通知的举行日期", null=True, blank=True)
    scheduled_time = models.TimeField("通知的举行时间", null=True, blank=True)
    place = models.CharField("地点", max_length=300, blank=True)
    held_on = models.DateField("举行日期", null=True, blank=True)
    chair = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主持人"
    )
    public = models.BooleanField("公开举行", default=True)
    opinion = models.TextField("听证意见", max_length=20000, blank=True)
    review = models.TextField("复核意见", max_length=20000, blank=True)
    reviewed_on = models.DateField("复核日期", null=True, blank=True)
    paper = models.ForeignKey(
        Paper, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="听证笔录"
    )
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "听证"
        ordering = ["case_id", "requested_on", "id"]

    def __str__(self) -> str:
        return f"{self.requested_on} 要求听证"


class Discussion(models.Model):
    """A collective discussion of the persons in charge (集体讨论, 行政处罚法57): real people, each by own sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="discussions", verbose_name="案件")
    proposal = models.ForeignKey(
        "dossiers.Proposal", on_delete=models.PROTECT, related_name="discussions", verbose_name="讨论的处理意见"
    )
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=300)
    chair = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="主持人")
    recorder = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="记录人")
    conclusion = models.TextField("讨论结论", max_length=20000, blank=True)
    agreed = models.BooleanField("同意处理意见", null=True, blank=True)
    concluded_at = models.DateTimeField("形成结论时间", null=True, blank=True)
    called_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "集体讨论"
        ordering = ["case_id", "held_on", "id"]

    def __str__(self) -> str:
        return f"{self.held_on} 集体讨论"


class DiscussionSeat(models.Model):
    """One person called to a collective discussion, and what that person confirmed by signing in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    discussion = models.ForeignKey(Discussion, on_delete=models.PROTECT, related_name="seats", verbose_name="讨论")
    member = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="参加人")
    vote = models.CharField(
        "表态", max_length=10, choices=[("agree", "同意"), ("disagree", "不同意"), ("abstain", "弃权")], blank=True
    )
    opinion = models.CharField("意见", max_length=2000, blank=True)
    confirmed_at = models.DateTimeField("本人确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "集体讨论参加人"
        ordering = ["discussion", "id"]
        constraints = [models.UniqueConstraint(fields=["agency", "discussion", "member"], name="seat_once_per_member")]

    def __str__(self) -> str:
        return f"{self.member}"

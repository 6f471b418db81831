"""Clues, cases and their parties, and the events from which a case's history and its time limits follow."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency, Unit


class Source(models.TextChoices):
    """Where a case comes from (案件来源)."""

    INSPECTION = "inspection", "检查发现"
    PLAN = "plan", "检查计划"
    SPOT_CHECK = "spot_check", "双随机抽查"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    ASSIGNED = "assigned", "上级交办"
    SUBMITTED = "submitted", "下级报请"
    TRANSFERRED = "transferred", "其他机关移送"
    MEDIA = "media", "媒体披露"
    MONITORING = "monitoring", "电子监控"
    APPLICATION = "application", "当事人申请"
    OTHER = "other", "其他"


class Clue(models.Model):
    """A clue (线索): at most one case comes of it. Who reported it is never shown outside the handling unit."""

    class State(models.TextChoices):
        """What became of a clue."""

        OPEN = "open", "待核查"
        FILED = "filed", "已转立案"
        CLOSED = "closed", "不予立案"
        MERGED = "merged", "并入其他线索"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="承办机构")
    source = models.CharField("来源", max_length=20, choices=Source.choices)
    received_on = models.DateField("收到日期")
    target = models.CharField("涉嫌对象", max_length=200)
    content = models.TextField("线索内容", max_length=20000)
    reporter = models.CharField("提供人", max_length=120, blank=True)
    inspection = models.ForeignKey(
        "dossiers.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="clues", verbose_name="关联案件"
    )
    same_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="并入的线索"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField("处理理由", max_length=1000, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "线索"
        ordering = ["agency_id", "-received_on", "id"]
        indexes = [models.Index(fields=["agency", "state", "received_on", "id"], name="clue_by_state")]

    def __str__(self) -> str:
        return f"{self.target}（{self.get_source_display()}）"


class Case(models.Model):
    """A case of any category: who handles it, how far it is, how it ended. Its run in `procedures` has the same id."""

    class State(models.TextChoices):
        """Where a case stands as a whole; the steps are those of its procedure."""

        HANDLING = "handling", "办理中"
        SUSPENDED = "suspended", "中止"
        CLOSED = "closed", "已结案"
        ARCHIVED = "archived", "已归档"
        TERMINATED = "terminated", "终止"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    number = models.CharField("案号", max_length=60)
    procedure = models.CharField("程序", max_length=80)
    category = models.CharField("执法类别", max_length=80)
    title = models.CharField("案由或者事项", max_length=200)
    source = models.CharField("来源", max_length=20, choices=Source.choices)
    clue = models.OneToOneField(
        Clue, on_delete=models.PROTECT, null=True, blank=True, related_name="case", verbose_name="线索"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="承办机构")
    handler = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="承办人")
    co_handler = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="协办人"
    )
    executes = models.ForeignKey(
        "dossiers.Decision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所执行的决定",
    )  # of a coercion case that carries out a decision of another case
    facts = models.TextField("案情", max_length=20000, blank=True)
    place = models.CharField("地点", max_length=300, blank=True)
    area = models.CharField("执法区域", max_length=120, blank=True)
    occurred_from = models.DateField("行为发生日", null=True, blank=True)
    occurred_to = models.DateField("行为终了日", null=True, blank=True)
    opened_on = models.DateField("登记日期")
    received_on = models.DateField("收到申请日期", null=True, blank=True)  # of a matter on application
    arrived_on = models.DateField("到场日期", null=True, blank=True)  # of what the law lets come before registration
    correct_until = models.DateField("补正期限", null=True, blank=True)  # as the applicant was told it
    own_length = models.PositiveSmallIntegerField("事项自有的办理期限", null=True, blank=True)
    own_unit = models.CharField("期限单位", max_length=20, blank=True)
    own_basis = models.CharField("期限依据", max_length=200, blank=True)
    filed_on = models.DateField("立案或者受理日期", null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    closed_on = models.DateField("结案日期", null=True, blank=True)
    archived_on = models.DateField("归档日期", null=True, blank=True)
    archive_number = models.CharField("归档号", max_length=60, blank=True)
    outcome = models.CharField("结案方式", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.HANDLING)
    opened_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    opened_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "案件"
        ordering = ["agency_id", "-opened_on", "-id"]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="case_by_state"),
            models.Index(fields=["agency", "handler", "state"], name="case_by_handler"),
            models.Index(fields=["agency", "unit", "state"], name="case_by_unit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="case_number_once"),
            models.CheckConstraint(
                condition=Q(co_handler__isnull=True) | ~Q(co_handler=F("handler")),
                name="case_two_different_officers",
                violation_error_message="承办人与协办人须是两名不同的执法人员。",
            ),
            models.CheckConstraint(
                condition=Q(occurred_to__isnull=True)
                | Q(occurred_from__isnull=False, occurred_to__gte=F("occurred_from")),
                name="case_act_ends_after_start",
                violation_error_message="行为终了日不能早于发生日。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def began_on(self) -> date:
        """The day from which anything may be dated: of the application or the arrival, else of the registration."""
        return self.received_on or self.arrived_on or self.opened_on


class CaseEvent(models.Model):
    """One thing that happened in a case, said in a sentence: its history is the list of these. Rows are only added.

    `kind` is an event id of the packs (`case.filed`), which opens and fulfils duties; `happened_on` is the legal day.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", verbose_name="案件")
    kind = models.CharField("事件", max_length=60)
    act = models.CharField("办理事项", max_length=60)
    step = models.CharField("环节", max_length=160, blank=True)
    text = models.CharField("经过", max_length=2000)
    basis = models.CharField("依据", max_length=200, blank=True)
    happened_on = models.DateField("发生日")
    made_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    made_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "办案经过"
        ordering = ["case_id", "made_at", "id"]
        indexes = [models.Index(fields=["agency", "case", "made_at", "id"], name="case_event_in_order")]

    def __str__(self) -> str:
        return self.text


class Party(models.Model):
    """A party (当事人), applicant or third person of a case, with checked numbers."""

    class Kind(models.TextChoices):
        """Natural person, organisation or individual business: forms, thresholds and publication differ."""

        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或者其他组织"
        BUSINESS = "business", "个体工商户"

    class Standing(models.TextChoices):
        """How somebody is concerned by the case."""

        PARTY = "party", "当事人"
        THIRD = "third", "第三人"
        AGENT = "agent", "代理人"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties", verbose_name="案件")
    standing = models.CharField("地位", max_length=10, choices=Standing.choices, default=Standing.PARTY)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    name = models.CharField("姓名或者名称", max_length=200)
    number_kind = models.CharField("证件类型", max_length=40, blank=True)
    number = models.CharField("证件号码", max_length=40, blank=True)
    representative = models.CharField("法定代表人或者经营者", max_length=60, blank=True)
    address = models.CharField("地址", max_length=300, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    e_service_consent_on = models.DateField("同意电子送达的日期", null=True, blank=True)
    e_service_address = models.CharField("电子送达地址", max_length=200, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "当事人"
        ordering = ["case_id", "id"]
        indexes = [models.Index(fields=["agency", "number"], name="party_by_number")]
        constraints = [
            models.CheckConstraint(
                condition=Q(e_service_consent_on__isnull=True) | ~Q(e_service_address=""),
                name="party_consent_names_address",
                violation_error_message="同意电子送达须写明送达地址。",
            )
        ]

    def __str__(self) -> str:
        return self.name

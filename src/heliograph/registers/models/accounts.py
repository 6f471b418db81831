"""Sign-in accounts and role grants, the only source of roles.

An account's `duty_class` is chosen once. A composite foreign key ties every grant to it, and a check ties each role to
one class, so that nobody can be, say, a security administrator and an audit administrator, or an administrator and a
handler, even through SQL (三权分立).
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from heliograph.kernel.ids import uuid7
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models.bodies import Agency
from heliograph.registers.models.people import Person


class Role(models.TextChoices):
    """Roles of the field, and the three administrators who do no case work."""

    HANDLER = "handler", "承办人"
    CO_HANDLER = "co_handler", "协办人"
    UNIT_HEAD = "unit_head", "科室负责人"
    LEGALITY_REVIEWER = "legality_reviewer", "法制审核人"
    LEADER_IN_CHARGE = "leader_in_charge", "分管领导"
    HEAD = "head", "主要负责人"
    ARCHIVIST = "archivist", "档案员"
    WINDOW_CLERK = "window_clerk", "窗口人员"
    RELEASE_APPROVER = "release_approver", "公示审批人"
    SUPERVISOR = "supervisor", "监督机构人员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class AccountManager(BaseUserManager["Account"]):
    """Looks accounts up by user name, as Django's sign-in expects, and by key for every page."""

    def get(self, *args: Any, **kwargs: Any) -> Account:
        """Return an account; by its key alone, as each page asks for who is signed in, by a kept read."""
        if not args and kwargs.keys() == {"pk"} and isinstance(kwargs["pk"], UUID):
            return _BY_KEY.get(key=kwargs["pk"])
        return super().get(*args, **kwargs)


class Account(AbstractBaseUser):
    """Somebody who signs in. There is no superuser."""

    class DutyClass(models.TextChoices):
        """Kinds of duty that exclude each other."""

        CASE = "case", "执法业务"
        SYSTEM = "system_admin", "系统管理"
        SECURITY = "security_admin", "安全管理"
        AUDIT = "audit_admin", "审计管理"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField("用户名", max_length=60, unique=True)
    display_name = models.CharField("姓名", max_length=60)
    organisation = models.CharField("所在单位", max_length=120)
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="account", verbose_name="人员"
    )
    duty_class = models.CharField("职责类别", max_length=20, choices=DutyClass.choices, default=DutyClass.CASE)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须修改初始密码", default=True)
    created_at = models.DateTimeField("建立时间")

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "organisation"]

    class Meta:
        verbose_name = "账户"
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(fields=["id", "duty_class"], name="account_duty_class_key"),
            models.UniqueConstraint(Lower("username"), name="account_username_in_any_case"),
        ]

    def __str__(self) -> str:
        return f"{self.display_name}（{self.organisation}）"

    def check_password(self, raw_password: str | None) -> bool:
        """Compare and write nothing: a hash that is no longer good enough is renewed by an act at the next sign-in."""
        return check_password(raw_password, self.password)

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return the one way a user name is kept, looked up and locked: signing in ignores case and width."""
        return unicodedata.normalize("NFKC", username).strip().casefold()


_BY_KEY = Kept(lambda key: Account.objects.filter(pk=key).order_by(), key=UUID)
ADMIN_ROLES = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]


class RoleGrant(models.Model):
    """A role held in one agency from a day to a day, granted by a security administrator."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants", verbose_name="账户")
    duty_class = models.CharField("职责类别", max_length=20, choices=Account.DutyClass.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="grants", verbose_name="机关")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    from_on = models.DateField("起始日")
    to_on = models.DateField("终止日", null=True, blank=True)
    granted_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授予人"
    )
    granted_at = models.DateTimeField("授予时间")

    class Meta:
        verbose_name = "角色授予"
        ordering = ["agency", "account", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "account", "role"], condition=Q(to_on__isnull=True), name="role_granted_once"
            ),
            models.CheckConstraint(
                # the day before the start: taken back on the day it was granted, so that it never held
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on") - timedelta(days=1)),
                name="grant_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(role__in=ADMIN_ROLES, duty_class=F("role"))
                | (~Q(role__in=ADMIN_ROLES) & Q(duty_class="case")),
                name="role_fits_duty_class",
                violation_error_message="系统、安全、审计管理员互不兼任，也不承担执法业务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_role_display()}"


class AccountChange(models.Model):
    """What a security administrator did to an account; rows are only added."""

    class Act(models.TextChoices):
        """Acts on an account other than granting and ending roles."""

        CLOSED = "closed", "停用账户"
        LEFT = "left", "终止在本机关的全部角色"
        REOPENED = "reopened", "重新启用账户"
        PASSWORD = "password", "重置密码"
        SECOND_FACTOR = "second_factor", "重置动态验证码"
        UNLOCKED = "unlocked", "解除登录锁定"
        LINKED = "linked", "关联人员"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="changes", verbose_name="账户")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    act = models.CharField("办理事项", max_length=20, choices=Act.choices)
    made_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )  # None: the operator, from the command line
    made_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "账户办理记录"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.account} {self.get_act_display()}"

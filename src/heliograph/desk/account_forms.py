"""Forms of the security administrator: accounts, and roles that go with their class of duty (三权分立)."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from heliograph.desk.forms import Choices, Day, DeskForm, choice, text
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import CASE_ROLES


def roles_for(duty_class: str) -> list[tuple[str, str]]:
    """Return the roles that an account of a class of duty may hold: all of the cases' work, or one administrator's."""
    case = duty_class == Account.DutyClass.CASE
    return [
        (role.value, str(role.label)) for role in Role if (role in CASE_ROLES if case else role.value == duty_class)
    ]


def grouped_roles() -> list[Any]:
    """Return all roles, those of the cases' work apart from the administrators'."""
    case = roles_for(Account.DutyClass.CASE)
    others = [(role.value, str(role.label)) for role in Role if role not in CASE_ROLES]
    return [("", "请选择"), ("执法业务", case), ("系统管理", others)]


class AccountForm(DeskForm):
    """A new account; the holder changes the initial password and activates the second factor."""

    username = text("用户名", limit=60)
    display_name = text("姓名", limit=60)
    organisation = text(
        "所在单位", limit=120, required=False, help_text="不填写的，为本机关；监督机构人员为本级行政执法监督机构。"
    )
    duty_class = choice(
        "职责类别", Account.DutyClass.choices, help_text="建立后不能改变；管理员互不兼任，也不承担执法业务。"
    )
    person = choice("对应人员", [], required=False, help_text="在人员登记中已有的，请选择。")
    password = forms.CharField(
        label="初始密码", max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    role = choice("角色", [], help_text="执法业务的账户只能授予业务角色，管理员账户只能授予同名的管理员角色。")
    from_on = Day(label="角色起始日")

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [("", "不对应人员"), *people]
        cast(forms.ChoiceField, self.fields["role"]).choices = grouped_roles()

    def clean(self) -> dict[str, Any]:
        """Say at once when the role does not go with the account's class of duty."""
        data = super().clean() or {}
        duty_class, role = data.get("duty_class"), data.get("role")
        if duty_class and role and role not in dict(roles_for(duty_class)):
            label = Account.DutyClass(duty_class).label
            self.add_error("role", f"职责类别为“{label}”的账户不能授予“{Role(role).label}”。")
        return data


class GrantForm(DeskForm):
    """A further role for an account of the agency."""

    role = choice("角色", [])
    from_on = Day(label="起始日")

    def __init__(self, *args: Any, duty_class: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", "请选择"), *roles_for(duty_class)] if duty_class else grouped_roles()
        cast(forms.ChoiceField, self.fields["role"]).choices = listed


class KnownGrantForm(GrantForm):
    """A role for an account that another body uses; whoever grants it must have been told the whole user name."""

    field_order = ("username", "role", "from_on")
    username = text("用户名", limit=60, help_text="请填写对方提供的完整用户名。")


class LinkForm(DeskForm):
    """Which registered person an account belongs to."""

    person = choice("对应人员", [], help_text="关联后不能改为他人。")

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [("", "请选择"), *people]


class EndRoleForm(DeskForm):
    """The last day of a role."""

    to_on = Day(label="最后一天", help_text="当天仍有该角色，次日起没有。格式如 2026-11-20")

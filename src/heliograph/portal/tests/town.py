"""A made-up county with two agencies for the portal's tests: own packs, people, and releases by the real acts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release
from heliograph.disclosure.models import PublicVersion
from heliograph.regimes.actions import install_pack
from heliograph.registers.actions import (
    ArticleText,
    Content,
    LawText,
    add_agency,
    add_government,
    add_person,
    add_unit,
    adopt_law,
    appoint,
    appoint_first_security_admin,
    create_account,
    draft_entry,
    draft_officer_entry,
    grant_role,
    issue_certificate,
    revise_entry,
)
from heliograph.registers.models import Account, Agency, Certificate, EntryVersion, Government, Unit

MORNING = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
START = date(2026, 11, 1)
CLAUSES = ["QH一", "QH二", "QH二(一)", "QH二(二)", "QH二(三)", "QH二(四)", "QH二(五)", "QH三", "QH四", "QH五"]
LAW = "示例统计法@2024"
PASSWORD = "a-long-test-password-7"


def _register(code: str, name: str, fields: list[dict[str, Any]], columns: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": code,
        "name": name,
        "phase": "before",
        "basis": ["QH二(一)"],
        "title_field": fields[0]["id"],
        "list_fields": columns,
        "compiled_by": "承办机构",
        "release_chain": "default",
        "fields": fields,
        **more,
    }


def _registers() -> list[dict[str, Any]]:
    basis = {"id": "basis", "label": "依据", "type": "basis"}
    category = {"id": "category", "label": "执法类别", "type": "choice", "choices_from": "categories"}
    return [
        _register(
            "items",
            "统计执法事项清单",
            [
                {"id": "name", "label": "事项名称", "required": True},
                category,
                basis,
                {"id": "duties", "label": "职责", "type": "longtext"},
                {"id": "conditions", "label": "办理条件", "type": "lines"},
                {"id": "verified_note", "label": "内部核对", "public": False},
            ],
            ["name", "category", "basis"],
        ),
        _register(
            "officers",
            "执法人员清单",
            [
                {"id": "name", "label": "姓名", "required": True},
                {"id": "unit", "label": "单位"},
                {"id": "certificate_no", "label": "证件编号", "required": True},
                {"id": "area", "label": "执法区域"},
                {"id": "valid_to", "label": "证件有效期", "type": "date"},
            ],
            ["name", "certificate_no", "area"],
            derived_from="certificates",
            on_government_portal=True,
        ),
        _register("powers", "权责清单", [{"id": "name", "label": "职权名称", "required": True}, basis], ["name"]),
        _register(
            "bodies",
            "执法主体清单",
            [
                {"id": "name", "label": "机构名称", "required": True},
                {"id": "body_type", "label": "主体类别", "type": "choice", "choices": ["法定", "授权", "委托"]},
                {"id": "entrusting_body", "label": "委托机关"},
                {"id": "entrustment_filed", "label": "委托书已备案", "type": "yesno"},
                {"id": "entrustment_letter", "label": "委托书", "type": "file"},
                {"id": "scan", "label": "内部底稿", "type": "file", "public": False},
            ],
            ["name", "body_type"],
        ),
        _register(
            "flowcharts",
            "执法流程图",
            [
                {"id": "name", "label": "名称"},
                category,
                {"id": "state", "label": "图示状态", "type": "choice", "choices": ["尚未绘制", "已绘制"]},
            ],
            ["name", "state"],
        ),
        _register(
            "window_boards",
            "岗位信息公示牌",
            [
                {"id": "name", "label": "工作人员", "required": True},
                {"id": "position", "label": "职务"},
                {"id": "duties", "label": "岗位职责", "type": "longtext"},
                {"id": "sample_materials", "label": "示范文本", "type": "lines"},
            ],
            ["name", "position"],
            phase="during",
            printable="board",
        ),
    ]


def _rules() -> dict[str, Any]:
    clause = {"basis": ["QH二(一)"], "requirement": ["D17"]}
    return {
        "categories": [
            {"id": "penalty", "name": "行政处罚", "code": "02", "basis": ["QH一"]},
            {"id": "inspection", "name": "行政检查", "code": "06", "basis": ["QH一"]},
        ],
        "units": [{"id": "legal", "name": "法制股", "functions": ["legal"], "basis": ["QH一"]}],
        "registers": _registers(),
        "release_chains": [
            {
                "id": "default",
                "name": "发布审批",
                "basis": ["QH二(二)"],
                "stages": [
                    {"id": "legal_review", "label": "法制审核", "role": "legality_reviewer", "basis": ["QH二(二)"]},
                    {"id": "approve", "label": "局领导审批", "role": "release_approver", "basis": ["QH二(二)"]},
                ],
            }
        ],
        "time_limits": [
            {"id": "publish_decision", "name": "决定公开", "event": "作出决定", "unit": "working_days", "length": 7}
            | clause,
            {"id": "adjust_register", "name": "清单调整", "event": "法律修改", "unit": "promptly"} | clause,
            {"id": "decide_case", "name": "办案期限", "event": "立案", "unit": "calendar_days", "length": 90}
            | {"basis": [f"{LAW}:24"], "verified": "unverified"},
        ],
        "policies": [
            {
                "id": "disclosure",
                "kind": "disclosure",
                "title": "执法公示办法",
                "basis": ["QH二"],
                "articles": [
                    {"no": "1", "topic": "scope", "heading": "适用范围", "text": "适用于本局的检查和处罚。"}
                    | {"basis": ["QH一"], "verified": "unverified"},
                ],
            }
        ],
        "non_disclosure": [{"id": "secrets", "text": "国家秘密", "redactable": True, "basis": ["QH二(三)"]}],
        "channels": [{"id": "site", "name": "本局网站", "basis": ["QH二(四)"]}],
        "columns": [
            {"id": "public", "name": "行政执法公示", "registers": ["items"], "basis": ["QH二(四)"]},
            {"id": "dishonest", "name": "失信企业公示", "basis": ["QH二(五)"]},
        ],
        "av_duties": [{"id": "on_site", "act": "现场检查", "strength": "must", "whole": True, "basis": ["QH三"]}],
        "review_elements": [{"id": "facts", "order": 1, "text": "事实是否清楚", "basis": ["QH四"]}],
    }


def _clause(clause: str) -> dict[str, Any]:
    return {"id": clause, "summary": "示例条款", "state": "asks_nothing", "reason": "只供测试引用"}


def _write(root: Path, content: dict[str, Any]) -> None:
    folder = root / content["pack"] / "2026.11"
    folder.mkdir(parents=True)
    head = {"version": "2026.11", "effective_from": START.isoformat()}
    text = json.dumps(head | content, ensure_ascii=False, indent=1)  # JSON is YAML too
    (folder / "pack.yaml").write_text(text, encoding="utf-8")


def write_nation(root: Path) -> None:
    """Write the pack that the agencies' packs extend: one law."""
    articles = [{"no": "24", "text": "要旨一"}, {"no": "24(2)", "text": "要旨二"}]
    law = {"key": LAW, "title": "中华人民共和国示例统计法", "level": "law", "articles": articles}
    (root / "requirements.yaml").write_text("D17: {zh: 决定公开, en: Decisions published}", encoding="utf-8")
    _write(root, {"pack": "nation", "kind": "nation", "title": "示例国家规则包", "laws": [law]})


def write_pack(root: Path, code: str, name: str, short: str) -> None:
    """Write the pack of one agency."""
    government = {"code": "qinghe", "name": "清河县人民政府", "overseer": "清河县司法局", "overseer_basis": ["QH五"]}
    content = {
        "pack": code,
        "kind": "agency",
        "title": f"{short}规则包",
        "extends": "nation@2026.11",
        "sources": [{"code": "QH", "title": "清河县统计局关于印发《三项制度实施方案》的通知"}],
        "government": government,
        "agency": {"code": code, "name": name, "short": short, "legal_body": "法制股"},
        "add": _rules(),
        "clauses": [_clause(one) for one in CLAUSES],
    }
    _write(root, content)


@dataclass
class House:
    """An agency with somebody for every part of a release."""

    agency: Agency
    unit: Unit
    author: Account
    reviewer: Account
    approver: Account
    at: datetime = MORNING

    def later(self) -> datetime:
        """Return a moment after the one before."""
        self.at += timedelta(minutes=1)
        return self.at

    def publish(self, register: str, data: Mapping[str, Any], **more: Any) -> PublicVersion:
        """Draft an entry and bring it through every stage."""
        content = Content(data=data, reason=more.pop("reason", "首次公开"), **more)
        version = draft_entry(
            self.agency.pk,
            register=register,
            content=content,
            owner_unit_id=self.unit.pk,
            actor=self.author,
            at=self.later(),
        )
        return self.release(version)

    def revise(self, public: PublicVersion, data: Mapping[str, Any], reason: str) -> PublicVersion:
        """Publish a new version of an entry."""
        content = Content(data=data, reason=reason)
        return self.release(revise_entry(public.entry_id, content=content, actor=self.author, at=self.later()))

    def release(self, version: EntryVersion) -> PublicVersion:
        """Hand a version in and let both stages pass it."""
        release = submit_for_release(version.pk, actor=self.author, at=self.later())
        for stage, actor in (("legal_review", self.reviewer), ("approve", self.approver)):
            decision = Decision(stage=stage, passed=True, acknowledged=release.unfounded)
            release = decide_stage(release.pk, decision=decision, actor=actor, at=self.later())
        return PublicVersion.objects.get(version=version)

    def certify(self, name: str, number: str, *, valid_to: date = date(2030, 12, 31)) -> Certificate:
        """Register somebody with a certificate; nothing is published."""
        person = add_person(self.agency.pk, name=name, gender="女", actor=self.reviewer, at=self.later())
        appoint(person.pk, unit_id=self.unit.pk, position="科员", from_on=START, actor=self.reviewer, at=self.later())
        return issue_certificate(
            person.pk,
            kind="行政执法证",
            number=number,
            category="行政处罚",
            area="清河县",
            issued_on=date(2020, 1, 1),
            valid_to=valid_to,
            actor=self.reviewer,
            at=self.later(),
        )

    def officer(self, name: str, number: str, *, valid_to: date = date(2030, 12, 31)) -> PublicVersion:
        """Publish an officer."""
        certificate = self.certify(name, number, valid_to=valid_to)
        draft = draft_officer_entry(certificate.pk, reason="取得证件", actor=self.author, at=self.later())
        return self.release(draft)


@dataclass
class Town:
    """The county, its two agencies by code."""

    government: Government
    houses: dict[str, House] = field(default_factory=dict)

    @property
    def statistics(self) -> House:
        """The agency most tests look at."""
        return self.houses["qinghe-tjj"]

    @property
    def industry(self) -> House:
        """The other agency."""
        return self.houses["qinghe-gxj"]


def build_town(root: Path) -> Town:
    """Set the county up."""
    government = add_government(code="qinghe", name="清河县人民政府", overseer="清河县司法局", at=MORNING)
    articles = [
        ArticleText(no="24", summary="检查须出示证件。", text="检查人员应当出示证件。\n未出示的可以拒绝。"),
        ArticleText(no="24(2)", summary="未出示的可以拒绝。", verified="text"),
    ]
    law = LawText(key=LAW, title="中华人民共和国示例统计法", level="law", articles=articles)
    adopt_law(law, actor=None, at=MORNING)
    town = Town(government)
    write_nation(root)
    for code, name, short in (
        ("qinghe-tjj", "清河县统计局", "县统计局"),
        ("qinghe-gxj", "清河县工业和信息化局", "县工信局"),
    ):
        write_pack(root, code, name, short)
        town.houses[code] = _house(root, government, code, name, short)
    return town


def _house(root: Path, government: Government, code: str, name: str, short: str) -> House:
    agency = add_agency(government=government, code=code, name=name, short_name=short, legal_body="法制股", at=MORNING)
    install_pack(agency.pk, pack=code, version="2026.11", in_force_from=START, actor=None, at=MORNING, root=root)
    admin = _account(f"{code}-security", "安全员", short, duty_class="security_admin")
    appoint_first_security_admin(admin.pk, agency_id=agency.pk, from_on=START, at=MORNING)
    people = {}
    for role, person in (("handler", "编制人甲"), ("legality_reviewer", "审核人乙"), ("release_approver", "审批人丙")):
        people[role] = _account(f"{code}-{role}", person, short)
        grant_role(people[role].pk, agency_id=agency.pk, role=role, from_on=START, actor=admin, at=MORNING)
    reviewer = people["legality_reviewer"]
    unit = add_unit(agency.pk, name="综合执法股", functions=["handling"], actor=reviewer, at=MORNING)
    return House(agency, unit, people["handler"], reviewer, people["release_approver"])


def _account(username: str, display_name: str, short: str, *, duty_class: str = "case") -> Account:
    return create_account(
        username=username,
        display_name=display_name,
        organisation=short,
        password=PASSWORD,
        duty_class=duty_class,
        must_change_password=False,
        at=MORNING,
    )


def item(name: str, **more: Any) -> dict[str, Any]:
    """Return the content of an enforcement item."""
    return {"name": name, "category": "行政处罚", "basis": [f"{LAW}:24"], "duties": "查处统计违法行为"} | more

"""A register that only a pack knows is compiled, approved and public like any other: no code for it (D29)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from heliograph.desk.entry_forms import PREFIX
from heliograph.disclosure.models import PublicVersion
from heliograph.regimes.actions import install_pack
from heliograph.registers.models import EntryVersion
from tests.acceptance.swapping import BEIJING, LZ, OUTSIDE, VERSION, Stage, found_agency, packs_with

pytestmark = pytest.mark.django_db
LATER = "2026.12"
FROM = date(2026, 12, 1)
REGISTER = """
    - id: training_sites
      name: 执法培训基地清单
      phase: before
      title_field: name
      list_fields: [name, kind, opened_on]
      compiled_by: 区统计局
      release_chain: default
      basis: ["LZ二(一)3"]
      requirement: [D29]
      intro: 供执法人员培训的场所。
      fields:
        - {id: name, label: 基地名称, required: true}
        - {id: kind, label: 基地类型, type: choice, choices: [课堂, 现场]}
        - {id: opened_on, label: 启用日期, type: date}
        - {id: topics, label: 培训内容, type: lines}
        - {id: remark, label: 内部备注, public: false}
"""
FORM = {
    f"{PREFIX}name": "河湾培训基地",
    f"{PREFIX}kind": "现场",
    f"{PREFIX}opened_on": "2026-11-30",
    f"{PREFIX}topics": "证件出示",
    f"{PREFIX}remark": "经费未定",
    "verified": "unverified",
    "reason": "新增基地",
    "owner_unit": "",
    "read_in": "",
}


@pytest.fixture
def stage() -> Stage:
    """Luozhuang's bureau, since 1 December under a pack with one register more."""
    found = found_agency(LZ)
    with packs_with(LZ, LZ) as root:
        folder = (root / LZ / VERSION).rename(root / LZ / LATER)
        written = folder / "pack.yaml"
        text = written.read_text("utf-8").replace(f'version: "{VERSION}"', f'version: "{LATER}"', 1)
        written.write_text(text.replace("  registers:\n", f"  registers:{REGISTER}", 1), encoding="utf-8")
        install_pack(
            found.agency.pk, pack=LZ, version=LATER, in_force_from=FROM, actor=None, at=found.later(), root=root
        )
    found.at = datetime(2026, 12, 2, 9, 0, tzinfo=BEIJING)
    return found


def test_a_register_of_the_pack_alone_goes_the_whole_way(stage: Stage) -> None:
    author = stage.account("handler", OUTSIDE)
    form = stage.desk("entry-new", "training_sites", by=author)
    assert form.status == 200
    assert "基地类型" in form.text
    assert stage.send("entry-new", "training_sites", data=FORM | {f"{PREFIX}kind": "线上"}, by=author) == 422
    assert stage.send("entry-new", "training_sites", data=FORM, by=author) == 302
    draft = EntryVersion.objects.get()
    assert stage.portal("entry", "training_sites", 1).status == 404

    public = stage.publish(draft)
    page = stage.portal("entry", "training_sites", 1)
    assert page.facts["基地类型"] == "现场"
    assert page.facts["启用日期"] == "2026年11月30日"
    assert page.facts["培训内容"].startswith("证件出示")
    listed = stage.portal("register", "training_sites")
    assert listed.heads == ["编号", "基地名称", "基地类型", "启用日期", "公开日期"]
    assert "经费未定" not in page.text + listed.text
    assert "执法培训基地清单" in stage.portal("agency").text
    assert PublicVersion.objects.get() == public


def test_the_former_pack_knows_no_such_register(stage: Stage) -> None:
    stage.at = datetime(2026, 11, 20, 9, 0, tzinfo=BEIJING)
    assert stage.portal("register", "training_sites").status == 404
    assert "执法培训基地清单" not in stage.portal("agency").text

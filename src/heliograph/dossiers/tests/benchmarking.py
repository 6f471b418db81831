"""Discretion tables of our own, released for a bureau from a day on, so that a case falls between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.walks import investigated
from heliograph.kernel.dmn import Input, Output, Row, Table, write_table
from heliograph.procedures.actions import DraftContent, approve_release, begin_draft, propose_from_draft, save_draft
from heliograph.procedures.models import Draft

ARTICLE = "行政处罚法@2021:54"
TIMES: dict[str, Any] = {"name": "迟报次数", "type": "integer", "choices": [], "unit": "次", "minimum": 1,
                         "ask": "handler", "question": "一年内迟报了几次", "initial": None}  # fmt: skip
Bounds = tuple[int, int]


def benchmark(first: Bounds, again: Bounds, **changes: Any) -> Table:
    """A table of our own with two tiers: the first time, and again."""
    rows = [
        Row("first", ("1",), ('"轻微"', str(first[0]), str(first[1])), "初次", "基准第 1 条"),
        Row("again", (">= 2",), ('"一般"', str(again[0]), str(again[1])), "再次", "基准第 2 条"),
    ]
    given: dict[str, Any] = {
        "id": "late_report",
        "name": "迟报裁量基准",
        "hit_policy": "UNIQUE",
        "inputs": (Input("迟报次数", "迟报次数", "number"),),
        "outputs": (Output("裁量阶次", "text"), Output("基准下限", "number"), Output("基准上限", "number")),
        "rows": tuple(rows),
        "articles": (ARTICLE,),
        **changes,
    }
    return Table(**given)


def release(bureau: Bureau, *tables: Table, on: date | None = None) -> None:
    """Release the procedure anew with these discretion tables, from a day on."""
    procedure = bureau.procedures[0]
    reviewer = bureau["legality_reviewer"]
    draft = Draft.objects.filter(agency=bureau.agency, procedure=procedure).first() or begin_draft(
        bureau.agency.pk, procedure, actor=reviewer, at=bureau.later()
    )
    kept = {key: xml for key, xml in draft.tables.items() if "zf:articles" not in xml}
    facts = [*(one for one in draft.facts if one["name"] != TIMES["name"]), TIMES]
    content = DraftContent(draft.title, draft.files, {**kept, **written(tables)}, facts, draft.limits)
    saved = save_draft(draft.pk, content=content, rev=draft.rev, actor=reviewer, at=bureau.later())
    proposed = propose_from_draft(saved.pk, effective_from=on or bureau.today + timedelta(days=1), reason="修订基准",
                                  rev=saved.rev, actor=reviewer, at=bureau.later())  # fmt: skip
    approve_release(proposed.pk, actor=bureau["leader_in_charge"], at=bureau.later())


def written(tables: Sequence[Table]) -> Mapping[str, str]:
    """Tables as a draft keeps them."""
    return {one.id: write_table(one).decode() for one in tables}


def changed_after_the_act(bureau: Bureau, then: Bounds, now: Bounds) -> Case:
    """A case whose act was under one table, and whose proposal is made under another."""
    release(bureau, benchmark(then, (5000, 9000)))
    bureau.later(days=2)
    acted = bureau.today
    bureau.later(days=1)
    release(bureau, benchmark(now, (5000, 9000)))
    bureau.later(days=2)
    return investigated(bureau, occurred_from=acted, occurred_to=acted)

"""Why a handler answered the catalogue of legality review as they did: a reason for each answer (L2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from heliograph.dossiers.rules.reasoning import are_reasoned
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Allowed, Verdict
from heliograph.procedures.queries import Standing

CATALOGUE: Final = "review_catalogue"
REASONS: Final = "审核情形判断理由"  # one text, a line for each question: fact：reason


def questions_of(stands: Standing) -> dict[str, str]:
    """Return what the catalogue asks a handler, whom data cannot answer it: fact → question (L2)."""
    table = stands.compiled.tables.get(CATALOGUE)
    read = {one.name for one in table.inputs} if table is not None else set()
    asked = {one["name"]: one for one in stands.compiled.bundle.facts if one.get("ask") == "handler"}
    return {name: str(one.get("question") or name) for name, one in asked.items() if name in read}


def reasons_in(text: str, asked: Collection[str]) -> dict[str, str]:
    """Return the reasons in a text by the fact that they are about; lines about nothing that was asked are left out."""
    lines = (line.split("：", 1) for line in text.splitlines() if "：" in line)
    return {name: reason.strip() for name, reason in lines if name in asked}


def may_answer(stands: Standing, asked: Collection[str], facts: Mapping[str, FactValue]) -> Verdict:
    """Say whether every answer to the catalogue that a step gives has its reason, where the step asks for reasons."""
    if REASONS not in asked:
        return Allowed()
    questions = questions_of(stands)
    given = reasons_in(str(facts.get(REASONS, "")), questions)
    return are_reasoned(
        [text for name, text in questions.items() if isinstance(facts.get(name), bool) and not given.get(name)]
    )

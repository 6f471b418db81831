"""What proves a case, as documents and pages list it: what was registered as evidence, and the minutes of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from heliograph.documents.composing import Json
from heliograph.documents.wording import chinese_day
from heliograph.dossiers.models import Case, Evidence, Paper
from heliograph.dossiers.rules.investigating import MINUTES_AS_EVIDENCE


def minutes_among(papers: Iterable[Paper], evidence: Sequence[Evidence]) -> list[Paper]:
    """Return the minutes that are evidence by their nature and that nobody registered as evidence once more (46)."""
    files = {one.file_id for one in evidence if one.file_id}
    return [
        one
        for one in papers
        if one.kind in MINUTES_AS_EVIDENCE
        and one.file_id not in files
        and not any(one.kind in known.name for known in evidence)
    ]


def evidence_data(case: Case) -> dict[str, Json]:
    """Return evidence, documents and materials of a case by the paths that forms of documents name. Two queries."""
    papers = list(Paper.objects.filter(case=case).order_by("made_on", "pk"))
    rows = list(Evidence.objects.filter(case=case).order_by("obtained_on", "pk"))
    minutes = minutes_among(papers, rows)
    return {
        "evidence": [
            *(
                {"kind": one.get_kind_display(), "name": one.name, "source": one.source, "proves": one.proves}
                for one in rows
            ),
            *({"kind": MINUTES_AS_EVIDENCE[one.kind], "name": _named(one), "source": "执法人员制作", "proves": ""}
              for one in minutes),
        ],
        "evidence.lines": [
            *(f"{one.name}，证明{one.proves.removeprefix('证明')}" for one in rows),
            *map(_named, minutes),
        ],
        "papers": [{"kind": one.kind, "number": one.number, "made_on": one.made_on.isoformat()} for one in papers],
        "materials": list(dict.fromkeys([*(str(one) for one in papers), *(f"证据：{one.name}" for one in rows)])),
    }  # fmt: skip


def _named(paper: Paper) -> str:
    return f"{paper.kind}（{chinese_day(paper.made_on)}）"

"""Minutes of an interview or of the site stand among the evidence, once."""

from __future__ import annotations

from datetime import date

from heliograph.dossiers.document_evidence import minutes_among
from heliograph.dossiers.models import CaseFile, Evidence, Paper

DAY = date(2026, 11, 20)


def test_minutes_are_evidence_unless_they_were_registered_as_such() -> None:
    scan, other = CaseFile(name="笔录.pdf"), CaseFile(name="报表.pdf")
    interview = Paper(kind="询问笔录", made_on=DAY, file=scan)
    site = Paper(kind="现场笔录", made_on=DAY)
    papers = [interview, site, Paper(kind="立案审批表", made_on=DAY)]
    assert minutes_among(papers, [Evidence(name="报表", file=other)]) == [interview, site]
    assert minutes_among(papers, [Evidence(name="对王某的询问", file=scan)]) == [site]
    assert minutes_among(papers, [Evidence(name="现场笔录一份")]) == [interview]

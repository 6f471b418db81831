"""The question why files are missing, of whoever closes or files a case."""

from __future__ import annotations

from django import forms

from heliograph.desk.steps.fields import area
from heliograph.dossiers.models import Case
from heliograph.dossiers.rules.volumes import LONGEST_REASON, named
from heliograph.dossiers.volume_reading import lacking
from heliograph.regimes.queries import pack_in_force


def missing_fields(case: Case) -> dict[str, forms.Field]:
    """Return the question why files are missing, where some are: with the list of what is missing."""
    pieces = lacking(case, pack_in_force(case.agency_id, case.opened_on))
    if not pieces:
        return {}
    hint = f"案卷还缺：{named(pieces)}。可以先到案卷页补传；确实不能补的，在此写明理由。"
    return {"missing_reason": area("缺少材料的理由", limit=LONGEST_REASON, rows=3, required=False, hint=hint)}

"""What somebody is still typing into a step's form: kept for that person alone, no part of the case file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.timezone import localdate

from heliograph.dossiers.models import StepDraft
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.rules.opening import RECORDING
from heliograph.kernel.verdict import Refused, require
from heliograph.registers.models import Account

# By hand, for it stands behind every step; nothing refers to a draft, so there is nothing for Django to look for.
_DROP = "DELETE FROM dossiers_stepdraft WHERE case_id = %s AND step = %s AND account_id = %s"
MOST_FIELDS, MOST_LETTERS = 200, 120_000


def save_step_draft(
    case_id: UUID, step: str, *, data: Mapping[str, list[str]], actor: Account, at: datetime
) -> StepDraft:
    """Keep what somebody typed into a step's form, in place of what the same person typed before.

    Case.DoesNotExist for a case out of sight. ActRefusedError: more than a form can hold.
    """
    case, _who = access_case(actor, case_id, "take_step", localdate(at), lock=False)
    letters = sum(len(name) + sum(map(len, values)) for name, values in data.items())
    if len(data) > MOST_FIELDS or letters > MOST_LETTERS:
        message = f"草稿最长 {MOST_LETTERS} 字，现为 {letters} 字。请精简，或者作为附件上传。"
        require(Refused("draft.too_long", message, RECORDING))
    draft, _new = StepDraft.objects.update_or_create(
        agency_id=case.agency_id,
        case=case,
        step=step,
        account=actor,
        defaults={"data": {name: list(values) for name, values in data.items()}, "saved_at": at},
    )
    return draft


def drop_step_draft(case_id: UUID, step: str, *, actor: Account) -> None:
    """Forget what somebody was typing into a step's form, once the step is done or the draft is given up."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [case_id, step, actor.pk])

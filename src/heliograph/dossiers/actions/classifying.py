"""Saying that something in a dossier is secret, or no longer is (国家秘密、商业秘密、个人隐私)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.models import Classification
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.rules import retrieving as rules
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.volume_reading import items_of, levels_of
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role

WHOLE = "全案"
LIFTED = "解除密级"


@transaction.atomic
def classify_item(
    case_id: UUID, item: UUID, *, level: str, reason: str, basis: str, actor: Account, at: datetime
) -> Classification:
    """Give something of a dossier a level, or lift it (level empty): by its officers; to lower, by the legal office.

    item: the key of a document, a piece of evidence or a file in the catalogue. What has the same file has the level.
    """
    case, who = access_case(actor, case_id, "classify_item", localdate(at))
    legal = Role.LEGALITY_REVIEWER in who.roles
    if not legal:
        require_handler(case, who)
    titles = {one.key: one.title for one in items_of(case, pack_in_force(case.agency_id, case.opened_on)) if one.key}
    require(
        first_refusal(
            rules.may_classify(
                levels_of(case).get(str(item), ""), level, legal_office=legal, known=str(item) in titles
            ),
            check_text(reason, what="定密理由", longest=rules.LONGEST_OPINION),
            check_text(basis, what="定密依据", longest=200),
        )
    )
    made = write_row(Classification, agency_id=case.agency_id, case=case, item=item, title=titles[str(item)],
                     level=level, reason=reason.strip(), basis=basis.strip(), made_by=actor, made_at=at)  # fmt: skip
    told = tell(case, event="case.classified", act="classify_item", step=WHOLE,
                text=f"卷内材料定密：{rules.LEVELS.get(level, LIFTED)}。", basis=basis.strip(), on=localdate(at),
                actor=actor, at=at)  # fmt: skip
    append("case.classified", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[made, told],
           facts={"basis": basis.strip(), "reason": reason.strip()})  # fmt: skip
    return made

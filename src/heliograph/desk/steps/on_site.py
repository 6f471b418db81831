"""What a step asks that happens before the party: officers, certificates, who was there (行政处罚法55)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from heliograph.desk.forms import text
from heliograph.desk.people_fit import officers, pick
from heliograph.desk.steps.fields import Moment, area, yes_no
from heliograph.desk.steps.shape import Fields, Given, StepPlace
from heliograph.dossiers.actions import OnSiteContent

SPOT = "spot_"


def on_site_fields(place: StepPlace) -> Fields:
    """Return the fields of an act before the party."""
    fit = officers(place.scope, place.case)
    first, second = (pick(label, fit, help_text="须持有有效的执法证件") for label in ("执法人员", "执法人员之二"))
    first.initial, second.initial = str(place.case.handler_id), str(place.case.co_handler_id or "")
    where = text("现场地点", limit=300)
    where.initial = place.case.place
    return {
        f"{SPOT}place": where,
        f"{SPOT}shown_at": Moment(label="出示证件的时间"),
        f"{SPOT}began_at": Moment(label="开始时间"),
        f"{SPOT}ended_at": Moment(label="结束时间", required=False),
        f"{SPOT}first_officer": first,
        f"{SPOT}second_officer": second,
        f"{SPOT}person_present": text("在场人", help_text="当事人或者有关人员的姓名"),
        f"{SPOT}rights_told": yes_no("已告知权利义务"),
        f"{SPOT}video": text("音像记录说明", limit=300, required=False),
        f"{SPOT}note": area("现场经过", required=False),
    }


def on_site_of(given: Given, act: str) -> OnSiteContent:
    """Return the act before the party that a form tells of."""
    values: dict[str, Any] = {
        name.removeprefix(SPOT): value for name, value in given.values.items() if name.startswith(SPOT)
    }
    return OnSiteContent(
        act=act,
        first_officer_id=UUID(values.pop("first_officer")),
        second_officer_id=UUID(values.pop("second_officer")),
        **values,
    )


def beside(given: Given) -> dict[str, Any]:
    """Return what else the form asks."""
    return {name: value for name, value in given.values.items() if not name.startswith(SPOT)}

"""Data for every kind of document, rich in hard characters, so that each form can be drawn and looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

from heliograph.documents import samples
from heliograph.documents.composing import Sheet

HARD = "堃犇㛃䶮玥喆翀赟璟𠮷𬱖"
MADE_ON = date(2026, 11, 22)
AGENCY = "晴川县测试局"


def sample_of(sheet: Sheet, **changes: Any) -> dict[str, Any]:
    """Return data for every field of a kind of document; names are hard to draw."""
    hard = {one.id: f"晴川县{HARD}商贸有限公司" for one in sheet.form.fields if one.source == "party.name"}
    return samples.sample_of(sheet) | hard | changes

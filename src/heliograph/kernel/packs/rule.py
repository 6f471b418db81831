"""What every rule of a pack carries, and the plain kinds of value that rules are written with."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.\-]{0,79}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Requirement = Annotated[str, StringConstraints(pattern=r"^[DRLISC]\d{1,2}$")]
Verified = Literal["text", "secondary", "unverified"]


class Strict(BaseModel):
    """No unknown key passes: a misspelt key must not silently lose a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    """What every rule of a pack carries, whatever it is about.

    basis: law keys (`行政处罚法@2021:61`) or source clauses (`WS公7(一)`), at least one.
    verified: `text` read in the law or source itself, `secondary` in an account of it, `unverified` shown 「待核」.
    read: where it was read. why: what holds and why where this pack departs from its parent.
    """

    id: Id
    basis: list[Label] = Field(min_length=1)
    requirement: list[Requirement] = []
    verified: Verified = "text"
    read: str = ""
    effective_from: datetime.date | None = None
    effective_to: datetime.date | None = None
    why: str = ""
    note: str = ""

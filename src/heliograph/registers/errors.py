"""Errors of the registers app that a page shows field by field."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.registers.rules import FieldFault


class EntryFaultsError(Exception):
    """An entry's content does not fit its register; `faults` names each field. Nothing was written."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("；".join(fault.message for fault in faults))
        self.faults = list(faults)

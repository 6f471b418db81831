"""What an agency does or shows, as functions of a stage: an act done, or a page read, by somebody of the agency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.errors import EntryFaultsError
from tests.acceptance.swapping import Behaviour, Stage


def approvals(register: str) -> Behaviour:
    """Publish an entry; the stages it passed, in order."""

    def act(stage: Stage) -> object:
        public = stage.publish_sample(register)
        return [step.stage_label for step in public.version.release.steps.order_by("stage_index")]

    return act


def approvals_of_officer() -> Behaviour:
    """Publish an officer from a certificate; the stages passed, in order."""

    def act(stage: Stage) -> object:
        public = stage.publish(stage.draft_officer())
        return [step.stage_label for step in public.version.release.steps.order_by("stage_index")]

    return act


def faulty_fields(register: str, change: Mapping[str, Any], *, without: tuple[str, ...] = ()) -> Behaviour:
    """Draft an entry that fits, but for some fields; the fields that are refused."""

    def act(stage: Stage) -> object:
        data = {key: value for key, value in stage.sample(stage.pack.register(register)).items() if key not in without}
        try:
            stage.draft(register, {**data, **change})
        except EntryFaultsError as error:
            return sorted({fault.field for fault in error.faults})
        return []

    return act


def refusal_of_unit(register: str, unit: str) -> Behaviour:
    """Draft an entry as somebody of a unit; the code of the refusal, empty when it is taken."""

    def act(stage: Stage) -> object:
        try:
            stage.draft(register, stage.sample(stage.pack.register(register)), stage.account("handler", unit))
        except ActRefusedError as error:
            return error.verdict.code
        return ""

    return act


def list_heads(register: str) -> Behaviour:
    """Publish an entry and read the list; its columns."""

    def act(stage: Stage) -> object:
        stage.publish_sample(register)
        return stage.portal("register", register).heads[1:-1]  # without number and day

    return act


def entry_labels(register: str) -> Behaviour:
    """Publish an entry and read its page; the names of its fields."""

    def act(stage: Stage) -> object:
        public = stage.publish_sample(register)
        labels = list(stage.portal("entry", register, public.entry_number).facts)
        return labels[: labels.index("核实情况")]

    return act


def policy_row(kind: str, first: str, columns: slice = slice(1, -1)) -> Behaviour:
    """Read a policy page; the row of a table that begins with these words, None without such a row."""

    def act(stage: Stage) -> object:
        rows = [row for row in stage.portal("policy", kind).rows if row[0] == first]
        return rows[0][columns] if rows else None

    return act


def policy_firsts(kind: str, among: set[str]) -> Behaviour:
    """Read a policy page; which of these words begin a row of its tables."""

    def act(stage: Stage) -> object:
        return among & {row[0] for row in stage.portal("policy", kind).rows if row}

    return act


def page_status(name: str, *args: object) -> Behaviour:
    """Ask for a page of the portal; the status of the answer."""
    return lambda stage: stage.portal(name, *args).status


def words_on(name: str, words: tuple[str, ...], *args: object) -> Behaviour:
    """Read a page of the portal; which of these words are on it."""

    def act(stage: Stage) -> object:
        text = stage.portal(name, *args).text
        return [one for one in words if one in text]

    return act


def government_list(register: str) -> Behaviour:
    """Publish an entry and read the government's gathered list; the agencies on it, None where there is no list."""

    def act(stage: Stage) -> object:
        if register == "officers":
            stage.publish(stage.draft_officer())
        else:
            stage.publish_sample(register)
        page = stage.page("portal:government-register", stage.agency.government.code, register)
        return sorted({row[0] for row in page.rows}) if page.status == 200 else None

    return act


def government_channel() -> Behaviour:
    """Read the disclosure policy; the registers that it says are gathered on the portal of the government."""

    def act(stage: Stage) -> object:
        return stage.portal("policy", "disclosure").row("区政府门户网站")[1].split("、")

    return act


def officer_entry(kind: str = "山东省行政执法证") -> Behaviour:
    """Publish an officer from a certificate and look the officer up; the fields that are shown, or the fault."""

    def act(stage: Stage) -> object:
        try:
            version = stage.draft_officer(kind)
        except EntryFaultsError as error:
            return sorted({fault.field for fault in error.faults})
        public = stage.publish(version)
        labels = list(stage.portal("entry", "officers", public.entry_number).facts)
        return labels[: labels.index("责任科室")]

    return act


def board_labels() -> Behaviour:
    """Publish a window board and open its print page; what is printed beside the name."""

    def act(stage: Stage) -> object:
        public = stage.publish_sample("window_boards")
        return list(stage.portal("board", "window_boards", public.entry_number).facts)

    return act


def filter_options(register: str) -> Behaviour:
    """Read a list; the categories by which it can be filtered."""
    return lambda stage: stage.portal("register", register).options


def rollout_tasks() -> Behaviour:
    """Read the rollout page of the desk; the numbers of its tasks."""

    def act(stage: Stage) -> object:
        firsts = [row[0] for row in stage.desk("rollout").rows]
        return [int(first) for first in firsts if first.isdigit()]

    return act


def rollout_printed(words: tuple[str, ...]) -> Behaviour:
    """Read the rollout page of the desk; which of these words are on it."""

    def act(stage: Stage) -> object:
        text = stage.desk("rollout").text
        return [one for one in words if one in text]

    return act


def clauses_listed() -> Behaviour:
    """Read the compliance page of the desk; the sources whose clauses it lists."""

    def act(stage: Stage) -> object:
        found = [re.match("[A-Z]+[公记]?", row[0]) for row in stage.desk("compliance").rows]
        return {one.group() for one in found if one}

    return act


def overseer_on_release() -> Behaviour:
    """Hand in every register's sample; the registers that wait for somebody outside the agency at some stage."""

    def act(stage: Stage) -> object:
        waiting = set()
        for register in stage.pack.rules.registers:
            release = stage.submit(stage.draft_sample(register.id))
            if any(one["role"] == "supervisor" for one in release.stages):
                waiting.add(register.id)
        return waiting

    return act

"""What procedures write: cases that move, cases stopped or moved as a whole, timers, and releases."""

from heliograph.procedures.actions.following import follow_duties
from heliograph.procedures.actions.moving import Moved, advance, end, set_facts, start
from heliograph.procedures.actions.releasing import (
    Content,
    DraftContent,
    approve_release,
    begin_draft,
    begin_new_draft,
    discard_draft,
    draft_faults,
    propose_from_draft,
    propose_from_pack,
    return_release,
    save_draft,
)
from heliograph.procedures.actions.running import complete_task, migrate_run, resume_run, return_run, suspend_run
from heliograph.procedures.actions.timers import Follower, fire_due_timers

__all__ = [
    "Content",
    "DraftContent",
    "Follower",
    "Moved",
    "advance",
    "approve_release",
    "begin_draft",
    "begin_new_draft",
    "complete_task",
    "discard_draft",
    "draft_faults",
    "end",
    "fire_due_timers",
    "follow_duties",
    "migrate_run",
    "propose_from_draft",
    "propose_from_pack",
    "resume_run",
    "return_release",
    "return_run",
    "save_draft",
    "set_facts",
    "start",
    "suspend_run",
]

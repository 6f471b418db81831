"""Redaction (去隐私) of what is published: find, decide, mask, and a gate before it goes out.

`find` suggests, in order: strings of the case record, numbers by their form, homes, names by cues and by a model; each
again all over the text. `groups` gathers what was found for an officer, with what the `Profile` of a pack says of it.
`mask` carries decisions out. `gate` looks at the result, and at the text layer of the rendered document, as a stranger
would. Check digits only rank, nothing that looks like a number of a person is passed over because it is mistyped.

A typical way: ``hits = find(text, known, profile)``, ``found = groups(text, hits, profile)``, then an officer makes
``decisions = [Decision.of(group) …]``, ``masked = mask(text, decisions, profile)`` and
``gate(text, masked.text, masked.spans, known, profile, decisions=decisions, final=layer)`` is empty, or says what is
wrong. Everything is pure: no clock, no tables, the same text gives the same answer.
"""

from heliograph.kernel.packs.redaction_rules import Action, Kind, RedactionKeep, RedactionRule, Role
from heliograph.kernel.redaction.finding import find
from heliograph.kernel.redaction.gate import gate
from heliograph.kernel.redaction.grouping import groups
from heliograph.kernel.redaction.kinds import (
    KIND_NAMES,
    KINDS,
    NUMBERS,
    ROLE_NAMES,
    Decision,
    Group,
    Hit,
    Known,
    Leak,
    Masked,
    RedactionError,
    Span,
)
from heliograph.kernel.redaction.masking import mask
from heliograph.kernel.redaction.profile import Profile, load_profile, profile_of

__all__ = [
    "KINDS",
    "KIND_NAMES",
    "NUMBERS",
    "ROLE_NAMES",
    "Action",
    "Decision",
    "Group",
    "Hit",
    "Kind",
    "Known",
    "Leak",
    "Masked",
    "Profile",
    "RedactionError",
    "RedactionKeep",
    "RedactionRule",
    "Role",
    "Span",
    "find",
    "gate",
    "groups",
    "load_profile",
    "mask",
    "profile_of",
]

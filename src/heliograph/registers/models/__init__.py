"""Tables of the registers app, one module per subject."""

from heliograph.registers.models.accounts import Account, Role, RoleGrant
from heliograph.registers.models.bodies import Agency, Government, Unit
from heliograph.registers.models.entries import Entry, EntryVersion, ImportBatch
from heliograph.registers.models.laws import Article, Law, LawVersion
from heliograph.registers.models.people import Certificate, Person, Post

__all__ = [
    "Account",
    "Agency",
    "Article",
    "Certificate",
    "Entry",
    "EntryVersion",
    "Government",
    "ImportBatch",
    "Law",
    "LawVersion",
    "Person",
    "Post",
    "Role",
    "RoleGrant",
    "Unit",
]

"""Tables of the registers app, one module per subject."""

from heliograph.registers.models.accounts import Account, AccountChange, Role, RoleGrant
from heliograph.registers.models.bodies import Agency, Government, Unit
from heliograph.registers.models.entries import Entry, EntryFile, EntryVersion, ImportBatch
from heliograph.registers.models.erasure import ErasureRequest
from heliograph.registers.models.laws import Article, FormerArticle, Law, LawImport, LawVersion
from heliograph.registers.models.people import Certificate, Person, Post

__all__ = [
    "Account",
    "AccountChange",
    "Agency",
    "Article",
    "Certificate",
    "Entry",
    "EntryFile",
    "EntryVersion",
    "ErasureRequest",
    "FormerArticle",
    "Government",
    "ImportBatch",
    "Law",
    "LawImport",
    "LawVersion",
    "Person",
    "Post",
    "Role",
    "RoleGrant",
    "Unit",
]

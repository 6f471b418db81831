"""Every write of the registers, one plain function per act."""

from heliograph.registers.actions.accounts import (
    appoint_first_security_admin,
    close_account,
    create_account,
    end_role,
    grant_role,
    link_person,
)
from heliograph.registers.actions.bodies import add_agency, add_government, add_unit
from heliograph.registers.actions.entries import (
    Content,
    draft_entry,
    draft_officer_entry,
    end_review,
    revise_entry,
    seal_version,
)
from heliograph.registers.actions.laws import ArticleText, LawText, adopt_law, adopt_laws, mark_article_changed
from heliograph.registers.actions.people import (
    add_person,
    appoint,
    issue_certificate,
    reinstate_certificate,
    review_certificate,
    revoke_certificate,
    suspend_certificate,
)

__all__ = [
    "ArticleText",
    "Content",
    "LawText",
    "add_agency",
    "add_government",
    "add_person",
    "add_unit",
    "adopt_law",
    "adopt_laws",
    "appoint",
    "appoint_first_security_admin",
    "close_account",
    "create_account",
    "draft_entry",
    "draft_officer_entry",
    "end_review",
    "end_role",
    "grant_role",
    "issue_certificate",
    "link_person",
    "mark_article_changed",
    "reinstate_certificate",
    "review_certificate",
    "revise_entry",
    "revoke_certificate",
    "seal_version",
    "suspend_certificate",
]

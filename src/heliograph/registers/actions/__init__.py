"""Every write of the registers, one plain function per act."""

from heliograph.registers.actions.accounts import (
    appoint_first_security_admin,
    close_account,
    create_account,
    end_role,
    grant_role,
    grant_role_by_name,
)
from heliograph.registers.actions.bodies import add_agency, add_government, add_unit, change_functions, close_unit
from heliograph.registers.actions.entries import (
    Content,
    Owner,
    draft_entry,
    draft_officer_entry,
    end_review,
    lock_entry_of,
    revise_entry,
    seal_version,
)
from heliograph.registers.actions.erasure import confirm_erasure, refuse_erasure, request_erasure
from heliograph.registers.actions.files import store_file
from heliograph.registers.actions.law_imports import (
    confirm_law,
    correct_article_change,
    propose_law,
    proposed_law,
    refuse_law,
)
from heliograph.registers.actions.laws import ArticleText, LawText, adopt_law, adopt_laws, mark_article_changed
from heliograph.registers.actions.people import (
    add_person,
    appoint,
    end_post,
    issue_certificate,
    reinstate_certificate,
    review_certificate,
    revoke_certificate,
    suspend_certificate,
)
from heliograph.registers.actions.reading import export_entries, export_records, read_proof, read_records
from heliograph.registers.actions.recovery import (
    link_person,
    recover_security_admin,
    release_lock,
    reopen_account,
    reset_password,
    reset_second_factor,
)

__all__ = [
    "ArticleText",
    "Content",
    "LawText",
    "Owner",
    "add_agency",
    "add_government",
    "add_person",
    "add_unit",
    "adopt_law",
    "adopt_laws",
    "appoint",
    "appoint_first_security_admin",
    "change_functions",
    "close_account",
    "close_unit",
    "confirm_erasure",
    "confirm_law",
    "correct_article_change",
    "create_account",
    "draft_entry",
    "draft_officer_entry",
    "end_post",
    "end_review",
    "end_role",
    "export_entries",
    "export_records",
    "grant_role",
    "grant_role_by_name",
    "issue_certificate",
    "link_person",
    "lock_entry_of",
    "mark_article_changed",
    "propose_law",
    "proposed_law",
    "read_proof",
    "read_records",
    "recover_security_admin",
    "refuse_erasure",
    "refuse_law",
    "reinstate_certificate",
    "release_lock",
    "reopen_account",
    "request_erasure",
    "reset_password",
    "reset_second_factor",
    "review_certificate",
    "revise_entry",
    "revoke_certificate",
    "seal_version",
    "store_file",
    "suspend_certificate",
]

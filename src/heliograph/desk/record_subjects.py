"""What has a page of its records: which rows, who may read them, and how a page names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from heliograph.desk.archive_gate import open_cases, open_clues
from heliograph.desk.case_reading import seen_clues
from heliograph.desk.entry_states import current_public
from heliograph.desk.oversight import (
    only_supervises,
    seen_adjustments,
    seen_duties,
    seen_entries,
    seen_releases,
    titled,
)
from heliograph.desk.scope import Scope
from heliograph.disclosure.models import Adjustment, PublicVersion, Release
from heliograph.documents.models import Template
from heliograph.dossiers.models import Case, Clue
from heliograph.dossiers.permissions import seen_by
from heliograph.duties.models import Duty
from heliograph.ledger.histories import history_of
from heliograph.ledger.models import Record, Tree
from heliograph.ledger.record_names import READS
from heliograph.registers.models import (
    Account,
    Agency,
    Certificate,
    Entry,
    ErasureRequest,
    ImportBatch,
    LawImport,
    Person,
    RoleGrant,
    Unit,
)


def _nothing(_scope: Scope, _row: Any) -> Iterable[Model]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of a table: the act whose roles may read their records, the address of a row, what else tells of it."""

    model: type[Model]
    act: str
    rows: Callable[[Scope], QuerySet[Any]]
    page: Callable[[Any], tuple[str, dict[str, object]]] | None = None
    also: Callable[[Scope, Any], Iterable[Model]] = _nothing
    page_act: str = ""  # the act whose roles open that page, where it is another

    @property
    def label(self) -> str:
        """What the table holds."""
        return str(self.model._meta.verbose_name)

    @property
    def export_act(self) -> str:
        """The act whose roles may take the whole chain out."""
        return self.act if self.model is Account else "export_records"

    def address(self, scope: Scope, row: Any) -> str:
        """Return the address of the row's own page, empty where it has none that the account may open."""
        if self.page is None or not scope.may(self.page_act or self.act):
            return ""
        name, given = self.page(row)
        return reverse(f"desk:{name}", kwargs={"agency": scope.agency.code, **given})


def _here(model: type[Any]) -> Callable[[Scope], QuerySet[Any]]:
    return lambda scope: model.objects.filter(agency_id=scope.id)


def _accounts(scope: Scope) -> QuerySet[Any]:
    return Account.objects.filter(pk__in=RoleGrant.objects.filter(agency_id=scope.id).values("account_id"))


def _own_page(name: str, key: str) -> Callable[[Any], tuple[str, dict[str, object]]]:
    return lambda row: (name, {key: row.pk})


KINDS = (
    Kind(
        Entry,
        "read_registers",
        lambda scope: seen_entries(scope, Entry.objects.filter(agency_id=scope.id)),
        lambda row: ("entry", {"register": row.register, "entry": row.pk}),
        lambda scope, row: Release.objects.filter(agency_id=scope.id, entry=row),
    ),
    Kind(
        Release,
        "read_releases",
        lambda scope: seen_releases(scope, Release.objects.filter(agency_id=scope.id).select_related("version")),
        _own_page("release", "release"),
    ),
    Kind(
        Duty,
        "read_duties",
        lambda scope: seen_duties(scope, Duty.objects.filter(agency_id=scope.id)),
        _own_page("duty", "duty"),
    ),
    Kind(
        Case,
        "read_cases",
        lambda scope: open_cases(scope, seen_by(scope.reader)),
        _own_page("case", "case"),
        lambda scope, row: Duty.objects.filter(agency_id=scope.id, subject_kind="case", subject_id=row.pk),
    ),
    Kind(
        Clue,
        "read_cases",
        lambda scope: open_clues(scope, seen_clues(scope.reader)),
        _own_page("clue", "clue"),
    ),
    Kind(
        Adjustment,
        "read_registers",
        lambda scope: seen_adjustments(scope, Adjustment.objects.filter(agency_id=scope.id)),
        _own_page("adjustment", "adjustment"),
    ),
    Kind(
        Person,
        "read_people",
        _here(Person),
        _own_page("person", "person"),
        lambda _scope, row: Certificate.objects.filter(person=row),
    ),
    Kind(Certificate, "read_people", _here(Certificate), lambda row: ("person", {"person": row.person_id})),
    Kind(Unit, "read_people", _here(Unit)),
    Kind(
        Account,
        "read_account_records",
        _accounts,
        _own_page("account", "account"),
        lambda scope, row: RoleGrant.objects.filter(agency_id=scope.id, account=row),
        "manage_accounts",
    ),
    Kind(Template, "read_templates", _here(Template), _own_page("template-version", "version")),
    Kind(LawImport, "adopt_law", _here(LawImport), _own_page("law-proposal", "proposal")),
    Kind(
        ImportBatch,
        "import_entries",
        _here(ImportBatch),
        lambda row: ("import-progress", {"register": row.register, "batch": row.pk}),
    ),
    Kind(ErasureRequest, "read_erasures", _here(ErasureRequest)),
    Kind(Agency, "export_records", lambda scope: Agency.objects.filter(pk=scope.id)),
)
BY_TABLE = {kind.model._meta.db_table: kind for kind in KINDS}


def subject_of(scope: Scope, table: str, row: UUID) -> tuple[Kind, Any]:
    """Return a row whose records the account may read. 404 for what is not there; ActRefusedError for the role."""
    kind = BY_TABLE.get(table)
    if kind is None:
        raise Http404
    scope.require(kind.act)
    return kind, kind.rows(scope).get(pk=row)


def title_of(scope: Scope, row: Any) -> str:
    """Return how a row is called, for a supervisor as the public reads it."""
    if isinstance(row, Duty):
        return titled(scope, [row])[0].title
    if isinstance(row, Release):
        return f"{row.version.title}（第 {row.version.number} 版）送审"
    if isinstance(row, ErasureRequest):
        return f"存证内容删除申请：{row.ground}"
    public = current_public(scope.id, row.pk) if isinstance(row, Entry) and only_supervises(scope) else None
    return public.title if public else str(row)


def records_seen(scope: Scope, kind: Kind, row: Any, *, reads: bool) -> QuerySet[Record]:
    """Return the records of a row that the account may read: those of the agency, and of acts that belong to none.

    Who looked is shown on request. A supervisor reads what is public or was decided, and not who looked.
    """
    found = history_of(row, *kind.also(scope, row)).filter(Q(agency_id=scope.id) | Q(agency_id__isnull=True))
    if only_supervises(scope):
        found = _decided(scope, found)
    return found if reads and not only_supervises(scope) else found.exclude(kind__in=READS)


def _decided(scope: Scope, records: QuerySet[Record]) -> QuerySet[Record]:
    """Leave out what tells of drafts and of releases that are none of a supervisor's business yet."""
    releases = Release.objects.filter(agency_id=scope.id)
    public = PublicVersion.objects.filter(agency_id=scope.id).values("version_id")
    seen = [*seen_releases(scope, releases).values_list("pk", flat=True)]
    seen += [*releases.filter(version__in=public).values_list("pk", flat=True)]
    label = Release._meta.label_lower
    drafts = [Entry._meta.label_lower, ImportBatch._meta.label_lower]
    of_drafts = Q(subject_kind__in=drafts) & ~Q(kind="entry.withdrawn") & ~Q(tree=Tree.PUBLIC)
    unseen = Q(subject_kind=label) & ~Q(subject_id__in=[str(key) for key in seen])
    return records.exclude(of_drafts).exclude(unseen)


def address_of_subject(scope: Scope, record: Record) -> str:
    """Return the address of the records of what a record is about, empty where they have no page."""
    table = apps.get_model(record.subject_kind)._meta.db_table
    if table not in BY_TABLE:
        return ""
    given = {"agency": scope.agency.code, "table": table, "row": record.subject_id}
    return reverse("desk:record-history", kwargs=given)

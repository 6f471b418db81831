"""Addresses of the desk. The agency stands in each, because an account may hold roles in several."""

from __future__ import annotations

from django.urls import path

from heliograph.desk.pages import (
    accounts,
    adjustments,
    calendars,
    compliance,
    duties,
    entries,
    erasures,
    files,
    home,
    imports,
    laws,
    people,
    records,
    recovery,
    registers,
    releases,
    units,
)

app_name = "desk"

A = "<slug:agency>/"
LIST = f"{A}registers/<slug:register>/"
ENTRY = f"{LIST}<uuid:entry>/"
RECORDS = f"{A}records/<slug:table>/<uuid:row>/"

urlpatterns = [
    path("", home.choose, name="choose"),
    path(A, home.home, name="home"),
    path(f"{A}duties/", home.duties, name="duties"),
    path(f"{A}duties/<uuid:duty>/", duties.duty, name="duty"),
    path(f"{A}registers/", registers.overview, name="registers"),
    path(LIST, registers.listing, name="register"),
    path(f"{LIST}new/", entries.new, name="entry-new"),
    path(f"{LIST}submit/", registers.submit, name="register-submit"),
    path(f"{LIST}import/", imports.upload, name="import"),
    path(f"{LIST}import/template/", registers.template, name="import-template"),
    path(f"{LIST}import/<uuid:batch>/", imports.progress, name="import-progress"),
    path(f"{LIST}import/<uuid:batch>/state/", imports.state, name="import-state"),
    path(f"{LIST}export/<slug:form>/", registers.export, name="export"),
    path(ENTRY, entries.detail, name="entry"),
    path(f"{ENTRY}v<int:version>/files/<str:field>/", files.entry_file, name="entry-file"),
    path(f"{ENTRY}edit/", entries.edit, name="entry-edit"),
    path(f"{ENTRY}submit/", entries.submit, name="entry-submit"),
    path(f"{ENTRY}withdraw/", entries.withdraw, name="entry-withdraw"),
    path(f"{A}releases/", releases.inbox, name="releases"),
    path(f"{A}releases/bulk/", releases.bulk, name="release-bulk"),
    path(f"{A}releases/<uuid:release>/", releases.detail, name="release"),
    path(f"{A}adjustments/", adjustments.adjustments, name="adjustments"),
    path(f"{A}adjustments/<uuid:adjustment>/", adjustments.adjustment, name="adjustment"),
    path(f"{A}adjustments/<uuid:adjustment>/confirm/", adjustments.confirm, name="adjustment-confirm"),
    path(f"{A}records/", records.status, name="log-status"),
    path(RECORDS, records.history, name="record-history"),
    path(f"{RECORDS}export/", records.export, name="record-export"),
    path(f"{RECORDS}<uuid:record>/proof/", records.proof, name="record-proof"),
    path(f"{RECORDS}<uuid:record>/erase/", records.erase, name="erasure-request"),
    path(f"{A}erasures/", erasures.erasures, name="erasures"),
    path(f"{A}erasures/<uuid:erasure>/", erasures.decide, name="erasure"),
    path(f"{A}people/", people.people, name="people"),
    path(f"{A}people/<uuid:person>/", people.person, name="person"),
    path(f"{A}units/", units.units, name="units"),
    path(f"{A}units/<uuid:unit>/", units.unit, name="unit"),
    path(f"{A}accounts/", accounts.accounts, name="accounts"),
    path(f"{A}accounts/<uuid:account>/", accounts.account, name="account"),
    path(f"{A}accounts/known/", accounts.known, name="account-known"),
    path(f"{A}accounts/<uuid:account>/person/", accounts.link, name="account-person"),
    path(f"{A}accounts/<uuid:account>/close/", recovery.close, name="account-close"),
    path(f"{A}accounts/<uuid:account>/reopen/", recovery.reopen, name="account-reopen"),
    path(f"{A}accounts/<uuid:account>/unlock/", recovery.unlock, name="account-unlock"),
    path(f"{A}accounts/<uuid:account>/password/", recovery.password, name="account-password"),
    path(f"{A}accounts/<uuid:account>/second-factor/", recovery.second_factor, name="account-second-factor"),
    path(f"{A}accounts/grants/<uuid:grant>/end/", accounts.end_grant, name="grant-end"),
    path(f"{A}laws/articles/", laws.articles, name="articles"),
    path(f"{A}laws/", laws.laws, name="laws"),
    path(f"{A}laws/import/", laws.law_import, name="law-import"),
    path(f"{A}laws/imports/<uuid:proposal>/", laws.law_proposal, name="law-proposal"),
    path(f"{A}laws/articles/<uuid:article>/correct/", laws.correct, name="article-correct"),
    path(f"{A}laws/<str:key>/", laws.law, name="law"),
    path(f"{A}compliance/", compliance.compliance, name="compliance"),
    path(f"{A}rollout/", compliance.rollout, name="rollout"),
    path(f"{A}calendar/", calendars.calendar, name="calendar"),
    path(f"{A}calendar/template/", calendars.calendar_template, name="calendar-template"),
    path(f"{A}calendar/<uuid:proposal>/", calendars.proposal, name="calendar-proposal"),
]

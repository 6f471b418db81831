"""Addresses of the portal. Fixed words come before register ids, which packs choose."""

from __future__ import annotations

from django.urls import URLPattern, path

from heliograph.portal.pages import (
    about,
    agencies,
    boards,
    changes,
    decision_proofs,
    decisions,
    entries,
    files,
    gathered,
    governments,
    laws,
    log,
    log_files,
    officers,
    policy,
    procedures,
    proofs,
)
from heliograph.portal.pages import registers as lists

app_name = "portal"
ENTRY = "a/<slug:agency>/<slug:register>/<int:number>/"
PROCEDURE = "a/<slug:agency>/procedures/<slug:procedure>/"
DECISION = "a/<slug:agency>/decisions/<uuid:publication>/"

urlpatterns: list[URLPattern] = [
    path("", governments.index, name="index"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("sitemap.xml", about.sitemap, name="sitemap"),
    path("robots.txt", about.robots, name="robots"),
    path("log/", log.log, name="log"),
    path("log/policy.txt", log_files.policy, name="log-policy"),
    path("log/public/<slug:shard>/checkpoint", log_files.checkpoint, name="log-checkpoint"),
    path("log/public/<slug:shard>/tile/<path:rest>", log_files.tile, name="log-tile"),
    path("verify/", log.verify, name="verify"),
    path("laws/", laws.law_list, name="laws"),
    path("laws/<str:key>/", laws.law, name="law"),
    path("laws/<str:key>/<str:no>/", laws.article, name="article"),
    path("g/<slug:government>/", governments.home, name="government"),
    path("g/<slug:government>/officers/lookup/", officers.government_lookup, name="government-officer-lookup"),
    path("g/<slug:government>/<slug:register>.csv", gathered.csv_file, name="government-register-csv"),
    path("g/<slug:government>/<slug:register>.json", gathered.json_file, name="government-register-json"),
    path("g/<slug:government>/<slug:register>/", governments.register, name="government-register"),
    path("a/<slug:agency>/", agencies.home, name="agency"),
    path("a/<slug:agency>/changes/", changes.change_log, name="changes"),
    path("a/<slug:agency>/decisions/", decisions.decision_list, name="decisions"),
    path("a/<slug:agency>/decisions/feed.xml", decisions.feed, name="decision-feed"),
    path(DECISION, decisions.decision, name="decision"),
    path(f"{DECISION}data.json", decisions.decision_json, name="decision-json"),
    path(f"{DECISION}v<int:version>/", decisions.decision_version, name="decision-version"),
    path(f"{DECISION}v<int:version>/proof/", decision_proofs.proof, name="decision-proof"),
    path(
        f"{DECISION}v<int:version>/proof/<slug:act>.tlog-proof", decision_proofs.proof_file, name="decision-proof-file"
    ),
    path("a/<slug:agency>/officers/lookup/", officers.lookup, name="officer-lookup"),
    path("a/<slug:agency>/policy/<slug:kind>/", policy.policy, name="policy"),
    path("a/<slug:agency>/procedures/", procedures.procedures, name="procedures"),
    path(PROCEDURE, procedures.procedure, name="procedure"),
    path(f"{PROCEDURE}v<int:number>/", procedures.procedure_version, name="procedure-version"),
    path(f"{PROCEDURE}v<int:number>/print/<slug:paper>/", procedures.procedure_sheets, name="procedure-sheets"),
    path(f"{PROCEDURE}v<int:number>/<slug:name>.<slug:form>", procedures.procedure_file, name="procedure-file"),
    path("a/<slug:agency>/<slug:register>.csv", lists.csv_file, name="register-csv"),
    path("a/<slug:agency>/<slug:register>.json", lists.json_file, name="register-json"),
    path("a/<slug:agency>/<slug:register>/", lists.register_list, name="register"),
    path("a/<slug:agency>/<slug:register>/feed.xml", changes.feed, name="register-feed"),
    path(ENTRY, entries.entry, name="entry"),
    path(f"{ENTRY}v<int:version>/", entries.entry_version, name="entry-version"),
    path(f"{ENTRY}v<int:version>/proof/", proofs.proof, name="proof"),
    path(f"{ENTRY}v<int:version>/proof/<slug:act>.tlog-proof", proofs.proof_file, name="proof-file"),
    path(f"{ENTRY}v<int:version>/files/<str:field>/", files.entry_file, name="entry-file"),
    path(f"{ENTRY}diff/<int:old>-<int:new>/", entries.entry_diff, name="entry-diff"),
    path(f"{ENTRY}print/", boards.board, name="board"),
    path(f"{ENTRY}print/badge/", boards.badge, name="badge"),
]

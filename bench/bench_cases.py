"""Cases on the desk: penalties over HTTP, numbers, lists and pages among many cases, the board of deadlines.

`python -m bench cases` prints the figures; `run()` returns them. The CPU of a page is that of our process, signing in
and all, the database's is apart. What the flows are says penalty_flows, where the many cases come from cases_input.
"""

from __future__ import annotations

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.acts_of_cases import acts
from bench.bench_ledger import stretch
from bench.cases_input import Archive, add_cases, found_archive
from bench.django_setup import SETTINGS
from bench.issuing import issue_at_once
from bench.penalty_flows import BACKEND, flows, sign_in
from bench.product_server import served
from heliograph.desk import clock
from heliograph.dossiers.actions.numbering import take_number
from heliograph.dossiers.models import IssuedNumber
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.duties.models import Duty
from tests.database import Clone, ensure_template

CLIENTS = (1, 4, 8)
FLOWS = 48  # at each number of clients
SIZES = (1_000, 100_000)
READS = 10
TAKERS, TAKEN = 16, 25
INDEX = "duty_open_by_due"
LANES = ("", "overdue", "soon", "normal")


def run() -> dict[str, float | str]:
    """Measure on a fresh clone, which goes afterwards."""
    clone = Clone(ensure_template())
    clone.create()
    try:
        archive = found_archive()
        figures: dict[str, float | str] = {"data made under": SETTINGS}
        figures |= acts(archive.bureau)
        figures |= _flows(archive.bureau, clone.made[-1])
        figures |= _numbers(archive.bureau)
        figures |= issue_at_once(archive.bureau)
        done = 0
        for size in SIZES:
            add_cases(archive, done + 1, size)
            done = size
            figures |= _pages(archive, size)
        figures |= _board(archive)
    finally:
        clone.drop()
    return figures


def _flows(bureau: Bureau, name: str) -> dict[str, float | str]:
    with served(name):
        flows(bureau, 4, 8)  # packs and releases are read once in each process
        return {
            f"penalty on the spot over HTTP, three requests, {clients} clients": flows(bureau, clients, FLOWS)
            for clients in CLIENTS
        }


def _numbers(bureau: Bureau) -> dict[str, float | str]:
    """Take numbers of one kind by many at once; then look for one given twice and for one left out."""
    at = clock.now()

    def take(_taker: int) -> None:
        for _ in range(TAKEN):
            with transaction.atomic():
                take_number(bureau.agency.pk, kind="测", prefix="晴测测", case=None, actor=bureau["handler"], at=at)
        connection.close()

    begin = time.perf_counter()
    with ThreadPoolExecutor(TAKERS) as takers:
        list(takers.map(take, range(TAKERS)))
    seconds = time.perf_counter() - begin
    given = sorted(IssuedNumber.objects.filter(series__kind="测").values_list("value", flat=True))
    twice, missing = len(given) - len(set(given)), len(set(range(1, TAKERS * TAKEN + 1)) - set(given))
    figure = f"{len(given) / seconds:.0f}/s, {twice} given twice, {missing} left out"
    return {f"numbers taken by {TAKERS} clients at once": figure}


def _pages(archive: Archive, size: int) -> dict[str, float | str]:
    """The pages of the officer and of the head of the agency, who sees every case."""
    figures: dict[str, float | str] = {}
    for role, words in (("handler", "handler"), ("head", "head")):
        client = _browser(archive.bureau, role)
        listing, detail = _url(archive, "cases"), _url(archive, "case", case=archive.far_on.pk)
        figures[f"list of 20 among {size:,} cases, {words}"] = _read(client, f"{listing}?whose=all")
        figures[f"page of a case among {size:,} cases, {words}"] = _read(client, detail)
    return figures


def _browser(bureau: Bureau, role: str) -> Client:
    sign_in(bureau, bureau[role])  # for the second factor
    client = Client()
    client.force_login(bureau[role], backend=BACKEND)
    return client


def _url(archive: Archive, name: str, **given: object) -> str:
    return reverse(f"desk:{name}", kwargs={"agency": archive.bureau.agency.code, **given})


def _read(client: Client, address: str) -> str:
    """Read a page again and again: CPU and wall time of one request, and its statements."""
    for _ in range(2):
        _get(client, address)  # templates and packs are read once in each process
    with CaptureQueriesContext(connection) as asked:
        _get(client, address)
        statements = len(asked)
    wall: list[float] = []
    with stretch() as watch:
        for _ in range(READS):
            begin = time.perf_counter()
            _get(client, address)
            wall.append(time.perf_counter() - begin)
    cpu, middle = watch.cpu / READS * 1000, statistics.median(wall) * 1000
    return f"{cpu:.1f} ms CPU, {middle:.1f} ms, {statements} statements"


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def _board(archive: Archive) -> dict[str, float | str]:
    """The statement of the board and its page for the officer's own cases, for those of the unit, and for all."""
    figures: dict[str, float | str] = {"open duties of the agency": Duty.objects.filter(state="open").count()}
    for role, whose in (("handler", "mine"), ("handler", "unit"), ("head", "all")):
        client = _browser(archive.bureau, role)
        for lane in LANES:
            address = f"{_url(archive, 'board')}?whose={whose}&lane={lane}"
            figures[f"board, {whose}, {lane or 'every'} lane"] = (
                f"{_statement(client, address)}; {_read(client, address)}"
            )
    figures["first page of the desk, handler"] = _read(_browser(archive.bureau, "handler"), _url(archive, "home"))
    figures["every open duty, first page, head"] = _read(_browser(archive.bureau, "head"), _url(archive, "duties"))
    return figures


def _statement(client: Client, address: str) -> str:
    """The time that the database takes for the board's own statement, and whether it read along the index."""
    _get(client, address)
    with CaptureQueriesContext(connection) as asked:
        _get(client, address)
    [statement] = [one["sql"] for one in asked.captured_queries if "duties_duty" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE) {statement.replace('%', '%%')}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    spent = sum(float(found) for found in re.findall(r"(?:Planning|Execution) Time: ([0-9.]+) ms", plan))
    return f"statement {spent:.1f} ms, {'index in order' if INDEX in plan and 'Sort' not in plan else 'sorted'}"


if __name__ == "__main__":
    for label, figure in run().items():
        print(f"{label}: {figure}")

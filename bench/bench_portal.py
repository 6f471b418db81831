"""Portal pages per second and their 95th percentile, with 10,000 public entries and the product's own web server.

The server, the database and the readers share the machine; the readers are four threads with kept connections.
"""

from __future__ import annotations

import http.client
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import psycopg

from bench.django_setup import SETTINGS
from bench.product_server import BIND, served
from heliograph.config.embedded_postgres import SUPERUSER, read_connection
from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.bigrams import tokens
from heliograph.portal.tests.town import LAW, MORNING, House, build_town, item
from heliograph.registers.models import Entry, EntryVersion
from tests.database import Clone, ensure_template
from tests.settings import TEST_HOME

ENTRIES = 10_000
READERS = 4
REQUESTS = 100  # of each reader for each page
ACTS = ("拒绝", "迟报", "虚报", "瞒报", "伪造", "篡改", "转移", "隐匿", "毁弃", "漏报")
PAPERS = (
    "统计资料",
    "原始记录",
    "统计台账",
    "调查表",
    "普查资料",
    "会计凭证",
    "工资报表",
    "能耗报表",
    "投资报表",
    "价格资料",
)
WHERE = (
    "工业企业",
    "建筑企业",
    "批发企业",
    "零售企业",
    "住宿企业",
    "餐饮企业",
    "服务企业",
    "农业单位",
    "房产企业",
    "普查对象",
)
PAGES = {
    "agency home": "/a/qinghe-tjj/",
    "list, first page": "/a/qinghe-tjj/items/",
    "list, page in the middle": "/a/qinghe-tjj/items/?after=5000",
    "list, rare words": f"/a/qinghe-tjj/items/?q={quote('农业单位篡改工资报表')}",
    "list, common words": f"/a/qinghe-tjj/items/?q={quote('统计资料')}",
    "list, category": f"/a/qinghe-tjj/items/?category={quote('行政检查')}",
    "gathered list of the government": "/g/qinghe/items/",
    "entry": "/a/qinghe-tjj/items/5000/",
    "article with the entries that rest on it": f"/laws/{quote(LAW)}/24/",
    "officer lookup": f"/a/qinghe-tjj/officers/lookup/?q={quote('王测试')}",
}


def _fill(house: House) -> None:
    """Put entries before the public in bulk; how they get there one by one is another figure."""
    entries, versions, public = [], [], []
    for number in range(1, ENTRIES + 1):
        act, paper, where = ACTS[number % 10], PAPERS[number // 10 % 10], WHERE[number // 100 % 10]
        category = "行政处罚" if number % 2 else "行政检查"
        data = item(f"对{where}{act}{paper}的查处（{number}）", category=category)
        title = str(data["name"])
        entry = Entry(agency=house.agency, register="items", number=number, title=title)
        entry.created_by, entry.created_at = house.author, MORNING
        version = EntryVersion(agency=house.agency, entry=entry, number=1, title=title, data=data, basis=data["basis"])
        version.reason, version.created_by, version.created_at = "首次公开", house.author, MORNING
        shown = PublicVersion(agency=house.agency, register="items", entry=entry, entry_number=number, version=version)
        shown.number, shown.title, shown.data, shown.basis, shown.category = 1, title, data, data["basis"], category
        shown.verified, shown.reason = "unverified", "首次公开"
        shown.tokens = tokens(f"{title}\n{category}\n{data['duties']}")
        shown.published_by, shown.published_at = house.approver, MORNING
        entries.append(entry)
        versions.append(version)
        public.append(shown)
    Entry.objects.bulk_create(entries, batch_size=2000)
    EntryVersion.objects.bulk_create(versions, batch_size=2000)
    PublicVersion.objects.bulk_create(public, batch_size=2000)


def _analyse(name: str) -> None:
    connection = read_connection(TEST_HOME)
    assert connection is not None
    with psycopg.connect(**connection.dsn(SUPERUSER, name), autocommit=True) as link:
        link.execute("VACUUM ANALYZE")


def _read(path: str) -> list[float]:
    """Read one page again and again; return the seconds of each request."""
    link = http.client.HTTPConnection(BIND.host, BIND.port, timeout=30)
    taken = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        link.request("GET", path)
        response = link.getresponse()
        response.read()
        taken.append(time.perf_counter() - begin)
        if response.status != 200:
            raise SystemExit(f"{path} answered {response.status}")
    link.close()
    return taken


def _measure(path: str) -> str:
    _read(path)  # packs are read once per process
    begin = time.perf_counter()
    with ThreadPoolExecutor(READERS) as readers:
        taken = sorted(seconds for part in readers.map(_read, [path] * READERS) for seconds in part)
    rate = len(taken) / (time.perf_counter() - begin)
    middle, slow = taken[len(taken) // 2] * 1000, taken[int(len(taken) * 0.95)] * 1000
    return f"{rate:.0f} requests/s, p50 {middle:.1f} ms, p95 {slow:.1f} ms"


def run() -> dict[str, float | str]:
    """Return the figures of every page."""
    clone = Clone(ensure_template())
    clone.create()
    try:
        with tempfile.TemporaryDirectory() as folder:
            house = build_town(Path(folder)).statistics
        _fill(house)
        house.officer("王测试", "37000001")
        _analyse(clone.made[-1])
        with served(clone.made[-1]):
            found: dict[str, float | str] = {label: _measure(path) for label, path in PAGES.items()}
    finally:
        clone.drop()
    return {"public entries": ENTRIES, "readers": READERS, "data made under": SETTINGS, **found}


if __name__ == "__main__":
    for label, value in run().items():
        print(f"{label}: {value}")

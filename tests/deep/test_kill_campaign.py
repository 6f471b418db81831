"""The database server is killed while rows are acknowledged; every acknowledged row is there afterwards."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest

from heliograph.config.database_roles import APP, OWNER
from heliograph.config.embedded_postgres import Cluster, Connection

ROUNDS = 20
WRITERS = 4
WORK_SECONDS = 0.4


def write_until_the_end(connection: Connection, writer: int, acknowledged: list[tuple[int, int]]) -> None:
    """Insert one row per transaction and note each that the server acknowledged, until the server is gone."""
    number = 0
    try:
        with psycopg.connect(**connection.dsn(APP), autocommit=True) as link:
            while True:
                number += 1
                link.execute("INSERT INTO acknowledged (writer, number) VALUES (%s, %s)", (writer, number))
                acknowledged.append((writer, number))
    except psycopg.OperationalError:
        return


def kill(connection: Connection) -> None:
    """Kill the server as a power cut would: without a word."""
    lock = Path(connection.base) / "data" / "postmaster.pid"
    os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)


@pytest.mark.deep
def test_no_acknowledged_row_is_lost_when_the_server_is_killed_again_and_again(tmp_path: Path) -> None:
    clusters = [Cluster(tmp_path / "home")]
    connection = clusters[0].start()
    with psycopg.connect(**connection.dsn(OWNER), autocommit=True) as link:
        link.execute("CREATE TABLE acknowledged (writer int, number int)")
        link.execute(f"GRANT SELECT, INSERT ON acknowledged TO {APP}")
    total = 0
    for round_number in range(ROUNDS):
        acknowledged: list[tuple[int, int]] = []
        names = range(round_number * WRITERS, (round_number + 1) * WRITERS)
        writers = [
            threading.Thread(target=write_until_the_end, args=(connection, name, acknowledged)) for name in names
        ]
        for writer in writers:
            writer.start()
        time.sleep(WORK_SECONDS)
        kill(connection)
        for writer in writers:
            writer.join()
        clusters.append(Cluster(tmp_path / "home"))
        connection = clusters[-1].start()
        with psycopg.connect(**connection.dsn(APP)) as link:
            kept = set(link.execute("SELECT writer, number FROM acknowledged").fetchall())
        assert set(acknowledged) - kept == set()
        total += len(acknowledged)
    assert [each.stop_if_unused() for each in clusters] == [False] * ROUNDS + [True]
    assert total > ROUNDS * WRITERS

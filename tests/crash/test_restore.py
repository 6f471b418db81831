"""A restored backup would fork the log: nothing is signed until an operator begins a new one. One sequencer only."""

from __future__ import annotations

from tests.crash.site import Site
from tests.crash.test_kills import check_account


def test_restored_backup_is_refused_until_new_logs_carry_on(fresh_site: Site) -> None:
    site, backup = fresh_site, f"{fresh_site.database[:-1]}{int(fresh_site.database[-1]) + 1}"
    site.run("work", acts=3, linger=0)
    assert site.run("start")["refused"] is None
    site.copy_database(backup)
    site.run("work", acts=2, linger=0)
    assert site.run("start")["refused"] is None
    newest = site.run("recover", former={})["logs"]

    site.restore_database(backup)
    for _ in range(2):  # and it stays refused
        answer = site.run("start")
        assert answer["refused"] == "ledger.behind"
        assert "heliograph ledger succeed" in answer["message"]
    assert site.run("succeed") == {"process": "crash.example/process/2026-2", "public": "crash.example/public/2026-2"}
    (site.home / "acknowledged").unlink()  # what the backup does not have is lost, and the old log shows that it was
    site.run("work", acts=2, linger=0)
    after = site.run("recover", former={})
    check_account({**after, "left": {}, "unplaced": []}, {})
    assert after["logs"]["process"]["origin"] == "crash.example/process/2026-2"
    assert newest["process"]["size"] == 5

    # The same backup again: the names that were signed since are not used a second time.
    site.restore_database(backup)
    assert site.run("start")["refused"] == "ledger.behind"
    assert site.run("succeed") == {"process": "crash.example/process/2026-3", "public": "crash.example/public/2026-3"}
    assert site.run("start")["refused"] is None


def test_second_sequencer_is_refused_while_the_first_runs(fresh_site: Site) -> None:
    fresh_site.run("work", acts=2, linger=0)
    first, second = fresh_site.parent.ask(fresh_site.job("hold"), fresh_site.job("intrude"))
    assert (first["ended"], second["ended"]) == (0, 0)
    assert second["said"]["refused"] == "ledger.another_sequencer"
    assert first["said"]["sequenced"] >= 2


def test_sequencers_and_acts_at_once_keep_one_log(fresh_site: Site) -> None:
    fresh_site.run("start")
    jobs = [fresh_site.job("compete", rounds=12) for _ in range(2)]
    jobs += [fresh_site.job("work", acts=15, linger=0.01) for _ in range(2)]
    answers = fresh_site.parent.ask(*jobs)
    assert [answer["ended"] for answer in answers] == [0] * 4
    refused = [code for answer in answers[:2] for code in answer["said"]["refused"]]
    assert set(refused) <= {"ledger.another_sequencer"}
    account = fresh_site.run("recover", former={})
    check_account(account, {})
    assert account["logs"]["process"]["size"] == 2 * 12 + 2 * 15

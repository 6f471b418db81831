"""The ledger is killed at every step; what it published stays sound, and a new process goes on without a loss.

The slice of the normal run takes one kill of each kind of step (before and after each statement, file, rename, the
second place, publication); `make test-deep` dies at every single one.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.crash.site import KILLED, Site

NEVER = 10**9
AT_LEAST = 30
PARTS = 10
TREES = ("process", "public")


def check_account(account: dict[str, Any], before: dict[str, Any]) -> None:
    """Demand everything that must hold after a recovery; `before` is what was published before the kill."""
    for tree, state in account["left"].items():
        assert state["problem"] is None, f"outsiders saw a broken {tree} log"
        assert state["size"] >= before.get(tree, {"size": 0})["size"]
    assert sorted(account["logs"]) == sorted(TREES)
    for tree, log in account["logs"].items():
        left = account["left"].get(tree, {"size": 0})
        assert log["problem"] is None
        assert log["size"] == log["sequenced"] >= left["size"]
        assert log["contiguous"]
        assert log["extends"] in {"first", "yes"}
    lists = ("lost", "unplaced", "unproved", "without_record", "findings")
    assert [account[name] for name in lists] == [[]] * len(lists)
    assert (account["doubled"], account["pending"]) == (0, 0)
    assert account["staged"] == 0


class Campaign:
    """Kills at one place, each followed by a recovery."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.logs: dict[str, Any] = {}
        self.kills = 0

    def names(self, *, tile: bool) -> list[str]:
        """Run without a kill and return the points that were passed, in order; the first run made what is made once."""
        for _ in range(2):
            said = self.site.run("die", kill_at=NEVER, tile=tile)
            self.recover()
        names = (self.site.home / "trace").read_text().splitlines()
        assert len(names) == said["points"]
        return names

    def kill(self, number: int, *, tile: bool) -> bool:
        """Let a process die at a point, and recover; a run that has fewer points ends by itself."""
        (answer,) = self.site.parent.ask(self.site.job("die", kill_at=number, tile=tile))
        assert answer["ended"] in {KILLED, 0}, answer
        self.kills += answer["ended"] == KILLED
        self.recover()
        return bool(answer["ended"] == KILLED)

    def recover(self) -> None:
        """Let a new process go on, and check its account."""
        account = self.site.run("recover", former=self.logs)
        check_account(account, self.logs)
        self.logs = account["logs"]


def one_of_each(names: list[str]) -> list[int]:
    """Return the number of one point of each name: in turn of the first time, a middle time, the last time it comes."""
    places: dict[str, list[int]] = {}
    for number, name in enumerate(names, 1):
        places.setdefault(name, []).append(number)
    return sorted({found[(0, len(found) // 2, -1)[turn % 3]] for turn, found in enumerate(places.values())})


def test_process_killed_at_its_first_steps_leaves_nothing_that_is_in_the_way(fresh_site: Site) -> None:
    campaign = Campaign(fresh_site)
    for number in (1, 9, 23, 40, 61):
        campaign.kill(number, tile=False)
    assert campaign.kills == 5


def test_nothing_is_lost_or_forked_by_a_kill_at_one_of_each_kind_of_step(crash_site: Site) -> None:
    campaign = Campaign(crash_site)
    names = campaign.names(tile=False)
    assert {
        "after INSERT INTO ledger_record", "before commit", "half of #.#.tmp", "after replace #.#.tmp",
        "before DELETE FROM ledger_staged", "after second place COMMIT", "before INSERT INTO ledger_checkpoint",
        "half of checkpoint.#.tmp", "after replace checkpoint.#.tmp", "after INSERT INTO ledger_publication",
    } <= set(names)  # fmt: skip
    for number in one_of_each(names):
        campaign.kill(number, tile=False)
    assert campaign.kills >= AT_LEAST


def test_nothing_is_lost_or_forked_by_a_kill_while_a_tile_becomes_full(crash_site: Site) -> None:
    campaign = Campaign(crash_site)
    names = campaign.names(tile=True)
    steps = ("before unlink #", "after unlink #", "before rmdir #.p", "before DELETE FROM ledger_staged")
    for step in steps:
        campaign.kill(names.index(step) + 1, tile=True)
    assert campaign.kills == len(steps)


def test_every_record_is_provable_after_a_kill_while_one_log_follows_another(fresh_site: Site) -> None:
    campaign = Campaign(fresh_site)
    fresh_site.run("die", kill_at=NEVER)
    fresh_site.run("die", kill_at=NEVER, following=True)
    names = (fresh_site.home / "trace").read_text().splitlines()
    steps = [number for number in one_of_each(names) if names[number - 1].startswith("before")]
    for number in steps:
        (answer,) = fresh_site.parent.ask(fresh_site.job("die", kill_at=number, following=True))
        assert answer["ended"] == KILLED
        campaign.logs = {}  # a kill may come before or after the new log has begun
        campaign.recover()
    assert len(steps) >= 10


@pytest.mark.deep
def test_nothing_is_lost_or_forked_by_a_kill_at_any_step(fresh_site: Site) -> None:
    campaign = Campaign(fresh_site)
    number = 1
    while campaign.kill(number, tile=False):
        number += 1
    assert campaign.kills == number - 1 > AT_LEAST


@pytest.mark.deep
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_or_forked_by_a_kill_at_any_step_while_a_tile_becomes_full(fresh_site: Site, part: int) -> None:
    campaign = Campaign(fresh_site)  # the log grows by a tile with each kill, so each part begins with a new one
    numbers = range(part + 1, len(campaign.names(tile=True)) + 1, PARTS)
    killed = [campaign.kill(number, tile=True) for number in numbers]
    assert killed.count(True) >= len(numbers) - 1  # the last step of one run may be beyond the end of the next

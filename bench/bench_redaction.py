"""What redaction finds and misses on the held-out half, how fast it is, and what passes the gate of 1,000 decisions.

Only the held-out half of the sentences is measured: the other one may be read while rules are worked on.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

from bench.decision_texts import drafted
from heliograph.kernel.packs.load import available, load_pack, shipped
from heliograph.kernel.redaction import KIND_NAMES, NUMBERS, Decision, Profile, find, gate, groups, mask, profile_of
from heliograph.kernel.redaction.kinds import bare
from heliograph.kernel.redaction.names import names_in
from heliograph.kernel.redaction.scoring import Tally, half_of, read_sentences, score

SENTENCES = Path(__file__).resolve().parent / "redaction" / "sentences.jsonl"
DECISIONS = 1_000
LINE = 21  # characters of a line of the text layer


def _shares(tally: Tally) -> str:
    recall = "—" if tally.recall is None else f"{tally.recall:.3f}"
    precision = "—" if tally.precision is None else f"{tally.precision:.3f}"
    return f"R {recall}, P {precision} ({tally.marked} marked, {tally.hits} found)"


def _measured(profile: Profile) -> dict[str, float | str]:
    """Return recall and precision on the held-out half."""
    sentences = [one for one in read_sentences(SENTENCES.read_text("utf-8")) if half_of(one.text) == "held-out"]
    found = score(sentences, profile)
    figures: dict[str, float | str] = {
        "held-out sentences": found.sentences,
        "of these without anything left standing": found.clean,
        "names (goal R .97 at P .85)": _shares(found.kinds["name"]),
        "names beside a cue, R": f"{found.cued.recall:.3f} ({found.cued.marked})",
        "names without a cue, R": f"{found.bare.recall:.3f} ({found.bare.marked})",
        "numbers, all kinds (goal R .995)": _shares(found.numbers),
    }
    for kind, tally in found.kinds.items():
        if kind != "name" and tally.marked:
            figures[KIND_NAMES[kind]] = _shares(tally)
    return figures


def _layer(text: str) -> str:
    """Return a text as a PDF's text layer has it: broken anywhere."""
    return "\n".join(text[start : start + LINE] for start in range(0, len(text), LINE))


def _through_the_gate(profile: Profile) -> dict[str, float | str]:
    """Push decisions through, and look with other eyes at what passes: does a private string still stand there."""
    blocked = numbers = of_record = unknown = untouched = 0
    for one in (drafted(number) for number in range(DECISIONS)):
        untouched += bool(gate(one.text, one.text, (), one.known, profile))
        hits = find(one.text, one.known, profile)
        decisions = [Decision.of(group) for group in groups(one.text, hits, profile)]
        masked = mask(one.text, decisions, profile)
        layer = _layer(masked.text)
        if gate(one.text, masked.text, masked.spans, one.known, profile, decisions=decisions, final=layer):
            blocked += 1
            continue
        standing = [(kind, string) for kind, string in one.private if bare(string) in bare(layer)]
        record = {known.text for known in one.known}
        of_record += sum(string in record for _, string in standing)
        numbers += sum(kind in NUMBERS and string not in record for kind, string in standing)
        unknown += sum(kind not in NUMBERS and string not in record for kind, string in standing)
    return {
        "generated decisions, every suggestion confirmed": DECISIONS,
        "blocked by the gate": blocked,
        "past the gate: strings of the record (goal 0)": of_record,
        "past the gate: numbers (goal 0)": numbers,
        "past the gate: names that the record does not hold (2 in each text)": unknown,
        "the same with nothing hidden: blocked by the gate": untouched,
    }


def run() -> dict[str, float | str]:
    """Return the figures."""
    root = shipped()
    pack = load_pack(root, [name for name in available(root) if name.startswith("cn-national@")][-1])
    profile = profile_of(pack.rules.redaction_rules, pack.rules.redaction_keeps)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    names_in("王丽在场。")
    loaded = time.perf_counter() - began
    figures = _measured(profile)
    text = "".join(drafted(number).text for number in range(100))
    began = time.process_time()
    find(text, (), profile)
    taken = time.process_time() - began
    one = drafted(0).text
    began = time.perf_counter()
    find(one, (), profile)
    alone = time.perf_counter() - began
    figures |= {
        "characters per second of CPU, 100 decisions in one text": round(len(text) / taken),
        f"one decision of {len(one)} characters, ms": round(alone * 1000, 1),
        "model and words, read at first use, ms": round(loaded * 1000),
        "memory that the process grew by, MiB": round(
            (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        ),
    }
    return figures | _through_the_gate(profile)


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key}: {value}")

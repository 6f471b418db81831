"""Fit the weights of the name rules to the sentences for tuning, anew: `python scripts/fit_redaction.py`.

Reads only the half of `bench/redaction/sentences.jsonl` whose hash says that it is for tuning; the held-out half is
measured and never fitted to. Besides each sentence as it stands, a few copies with other names go in at a low weight.
Writes `data/weights.json`; `least` is the chance below which a stretch is not suggested.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.decision_texts import Chance, person  # noqa: E402
from heliograph.kernel.redaction.names import FEATURES, Reader  # noqa: E402
from heliograph.kernel.redaction.scoring import half_of, read_sentences  # noqa: E402

SENTENCES = ROOT / "bench" / "redaction" / "sentences.jsonl"
WEIGHTS = ROOT / "src" / "heliograph" / "kernel" / "redaction" / "data" / "weights.json"
LEAST = 0.07
COPIES, COPY_WEIGHT, PENALTY = 4, 0.25, 1.0


def _renamed(text: str, names: list[tuple[int, int]], chance: Chance) -> tuple[str, list[tuple[int, int]]]:
    """Return a sentence with other people in it, the same for the same."""
    instead: dict[str, str] = {}
    parts, places, done = "", [], 0
    for start, end in names:
        old = text[start:end]
        new = instead.setdefault(old, old if "·" in old else person(chance))
        parts += text[done:start]
        places.append((len(parts), len(parts) + len(new)))
        parts += new
        done = end
    return parts + text[done:], places


def _rows(text: str, names: list[tuple[int, int]]) -> list[tuple[tuple[float, ...], bool]]:
    """Return the features of every candidate and whether it is a name; spaces between characters are left out."""
    kept = [index for index, char in enumerate(text) if char != " " or not _between(text, index)]
    places = {place: index for index, place in enumerate(kept)}
    right = {(places[start], places[end - 1] + 1) for start, end in names}
    view = "".join(text[index] for index in kept)
    return [(one.features, (one.start, one.end) in right) for one in Reader(view).candidates()]


def _between(text: str, index: int) -> bool:
    return 0 < index < len(text) - 1 and all("\u4e00" <= text[at] <= "\u9fff" for at in (index - 1, index + 1))


def fitted(rows: NDArray[np.float64], right: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, by Newton's method."""
    found = np.zeros(rows.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weight * (right - chance)) - PENALTY * found
        bend = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + PENALTY * np.eye(len(found))
        step = np.linalg.solve(bend, slope)
        found += step
        if np.abs(step).max() < 1e-6:
            break
    return found


def main() -> None:
    """Fit and write."""
    rows: list[tuple[float, ...]] = []
    right: list[float] = []
    weight: list[float] = []
    for sentence in read_sentences(SENTENCES.read_text("utf-8")):
        if half_of(sentence.text) != "tune":
            continue
        names = sorted((span.start, span.end) for span in sentence.spans if span.kind == "name")
        seed = hashlib.sha256(sentence.text.encode()).hexdigest()
        renamed = (_renamed(sentence.text, names, Chance(f"{seed}/{copy}")) for copy in range(COPIES))
        versions = [(sentence.text, names, 1.0), *((text, places, COPY_WEIGHT) for text, places in renamed)]
        for text, places, counts in versions:
            for features, is_name in _rows(text, places):
                rows.append(features)
                right.append(float(is_name))
                weight.append(counts)
    found = fitted(np.array(rows), np.array(right), np.array(weight))
    weights = {name: round(float(value), 3) for name, value in zip(FEATURES, found, strict=True) if abs(value) > 5e-4}
    WEIGHTS.write_text(json.dumps({"least": LEAST, "weights": weights}, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows)} candidates, {int(sum(right))} names")


if __name__ == "__main__":
    main()

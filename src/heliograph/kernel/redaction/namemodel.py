"""The name model: a small tagger (two bidirectional LSTM layers and a CRF) run in numpy.

The weights are those of cutword 0.1.1, see `data/NOTICE`. For every character it tells how likely a person's name
begins and ends there. Sentences are run side by side, so that a long text costs little per character.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Sums = NDArray[np.float64]
WINDOW = 120  # longer sentences are cut at a comma, or anywhere
BATCH = 128
HALF = np.float32(0.5)
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]?")
_HANZI = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Layer:
    """One direction of one layer."""

    into: Matrix
    again: Matrix
    bias: Matrix


@dataclass(frozen=True, slots=True)
class NameModel:
    """Weights as they are used."""

    characters: dict[str, int]
    begins: list[int]
    ends: list[int]
    others: list[int]
    embedding: Matrix
    layers: tuple[tuple[_Layer, _Layer], ...]
    out: Matrix
    out_bias: Matrix
    first: Sums
    last: Sums
    follow: Sums

    def scores(self, text: str) -> Matrix:
        """Return rows: how likely at each character a name begins, ends, and something else is named."""
        found = np.zeros((3, len(text)), np.float32)
        where: dict[str, list[int]] = defaultdict(list)
        for start, end in _pieces(text):
            where[text[start:end]].append(start)
        pieces = sorted(where, key=len)
        for index in range(0, len(pieces), BATCH):
            batch = pieces[index : index + BATCH]
            for piece, chances in zip(batch, self._run(batch), strict=True):
                rows = [chances[:, labels].sum(1) for labels in (self.begins, self.ends, self.others)]
                for start in where[piece]:
                    found[:, start : start + len(piece)] = rows
        return found

    def _run(self, pieces: Sequence[str]) -> Iterator[Sums]:
        """Yield for each piece the chance of every label at every character; pieces are sorted by length."""
        lengths = np.array([len(piece) for piece in pieces])
        longest = int(lengths[-1])
        ids = np.zeros((longest, len(pieces)), np.int64)
        for column, piece in enumerate(pieces):
            ids[: len(piece), column] = [self._id(char) for char in piece]
        there = (np.arange(longest)[:, None] < lengths)[:, :, None]
        flow = self.embedding[ids]
        for forward, backward in self.layers:
            flow = np.concatenate([_pass(forward, flow, there), _pass(backward, flow[::-1], there[::-1])[::-1]], 2)
        chances = self._chances(flow @ self.out + self.out_bias, there, lengths)
        for column, length in enumerate(lengths):
            yield chances[:length, column]

    def _id(self, char: str) -> int:
        known = self.characters.get(char.lower())
        if known is not None:
            return known
        if char.isdigit():
            return self.characters["[NUMBER]"]
        return self.characters["[HANZI]" if _HANZI.match(char) else "[UNK]"]

    def _chances(self, emitted: Matrix, there: NDArray[np.bool_], lengths: NDArray[np.int64]) -> Sums:
        """Return the chance of each label, over all ways to label a sentence (forward and backward sums)."""
        weights = np.exp((emitted - emitted.max(2, keepdims=True)).astype(np.float64))
        steps, batch, _ = weights.shape
        ahead = np.empty_like(weights)
        sums = weights[0] * self.first
        ahead[0] = sums = _shares(sums)
        for step in range(1, steps):
            sums = (sums @ self.follow) * weights[step]
            ahead[step] = sums = _shares(sums)
        behind = np.tile(self.last, (batch, 1))
        closing = behind.copy()
        chances: Sums = np.empty_like(weights)
        for step in range(steps - 1, -1, -1):
            behind = np.where(there[step], behind, closing)  # a shorter sentence has not begun yet, from behind
            both = ahead[step] * behind
            chances[step] = _shares(both)
            carried = (weights[step] * behind) @ self.follow.T
            behind = np.where(there[step], _shares(carried), closing)
        return chances


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text; one that is too long is cut behind a comma where there is one."""
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        while end - start > WINDOW:
            cut = text.rfind("，", start + WINDOW // 2, start + WINDOW) + 1
            cut = cut or start + WINDOW
            yield start, cut
            start = cut
        yield start, end


def _shares(sums: Sums) -> Sums:
    """Return shares of one; what is too small for a number is nothing."""
    found: Sums = sums / np.maximum(sums.sum(1, keepdims=True), np.finfo(np.float64).tiny)
    return found


def _pass(layer: _Layer, flow: Matrix, there: NDArray[np.bool_]) -> Matrix:
    """Run one direction of one layer over sentences side by side; where a sentence is over, nothing changes."""
    steps, batch, _ = flow.shape
    width = layer.again.shape[0]
    gates = flow @ layer.into + layer.bias
    hidden = np.zeros((batch, width), np.float32)
    cell = np.zeros((batch, width), np.float32)
    out = np.empty((steps, batch, width), np.float32)
    all_there: list[bool] = [bool(row.all()) for row in there]
    for step in range(steps):
        z = np.tanh(gates[step] + hidden @ layer.again)
        opened = z * HALF + HALF  # the logistic function of what was halved when the weights were read
        new_cell = opened[:, width : 2 * width] * cell + opened[:, :width] * z[:, 2 * width : 3 * width]
        new_hidden = opened[:, 3 * width :] * np.tanh(new_cell)
        if all_there[step]:
            cell, hidden = new_cell, new_hidden
        else:
            cell = np.where(there[step], new_cell, cell)
            hidden = np.where(there[step], new_hidden, hidden)
        out[step] = hidden
    return out


@lru_cache(maxsize=1)
def name_model() -> NameModel:
    """Return the model, read once."""
    data = files("heliograph.kernel.redaction").joinpath("data")
    vocabulary = json.loads(data.joinpath("ner_vocab.json").read_text(encoding="utf-8"))
    labels: list[str] = vocabulary["l"]
    with data.joinpath("ner_weights.npz").open("rb") as stream, np.load(stream) as stored:
        weights: dict[str, Matrix] = {name: stored[name].astype(np.float32) for name in stored.files}

    def layer(suffix: str) -> _Layer:
        bias = weights[f"lstm.bias_ih_{suffix}"] + weights[f"lstm.bias_hh_{suffix}"]
        width = len(bias) // 4
        halved = np.where(np.arange(4 * width) // width == 2, np.float32(1), HALF)  # all gates but the third
        into, again = weights[f"lstm.weight_ih_{suffix}"].T * halved, weights[f"lstm.weight_hh_{suffix}"].T * halved
        return _Layer(into, again, bias * halved)

    # Labels carry large offsets that transitions take back; moved from one to the other, the sums stay in range.
    shift = weights["crf.transitions"].mean(0)
    return NameModel(
        characters=vocabulary["c"],
        begins=[labels.index("B_PERSON"), labels.index("S_PERSON")],
        ends=[labels.index("E_PERSON"), labels.index("S_PERSON")],
        others=[index for index, label in enumerate(labels) if label != "O" and not label.endswith("_PERSON")],
        embedding=weights["embedding.weight"],
        layers=tuple((layer(f"l{depth}"), layer(f"l{depth}_reverse")) for depth in (0, 1)),
        out=weights["fc.weight"].T.copy(),
        out_bias=weights["fc.bias"] + shift,
        first=np.exp((weights["crf.start_transitions"] - shift).astype(np.float64)),
        last=np.exp(weights["crf.end_transitions"].astype(np.float64)),
        follow=np.exp((weights["crf.transitions"] - shift).astype(np.float64)),
    )

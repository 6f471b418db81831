"""Random procedures made of blocks: every split has its join, every loop a way out. Sound by the way they are made."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from heliograph.kernel.tests.bpmn_written import choice, end, flow, parallel, start, task, timer

# A block is a word and the blocks inside it.
Block = tuple[str, tuple["Block", ...]]


def blocks() -> st.SearchStrategy[Block]:
    """Return blocks of up to a dozen tasks; more in parallel would make proofs of tests slow."""
    leaves: st.SearchStrategy[Block] = st.sampled_from([("task", ()), ("reminded", ()), ("expiring", ())])
    plain: st.SearchStrategy[Block] = st.just(("task", ()))

    def around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        pairs = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(st.just("then"), pairs),
            st.tuples(st.just("either"), pairs),
            st.tuples(st.just("both"), pairs),
            # What loops may not remind: the reminder of the last round could still be open.
            st.tuples(st.just("again"), st.tuples(plain)),
        )

    return st.recursive(leaves, around, max_leaves=5)


@dataclass
class _Writer:
    """Numbers the nodes and flows of one procedure."""

    parts: list[str] = field(default_factory=list)
    count: int = 0

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def link(self, source: str, target: str, condition: str = "", id: str = "") -> None:
        self.parts.append(flow(id or self.name("f"), source, target, condition))

    def write(self, block: Block, before: str) -> str:
        """Write a block after a node and return its last node."""
        word, inner = block
        if word == "then":
            return self.write(inner[1], self.write(inner[0], before))
        if word in {"either", "both"}:
            return self._branches(word, inner, before)
        if word == "again":
            return self._loop(inner[0], before)
        return self._task(word, before)

    def _task(self, word: str, before: str) -> str:
        name = self.name("t")
        self.parts.append(task(name))
        self.link(before, name)
        if word == "task":
            return name
        bell = self.name("b")
        self.parts.append(timer(bell, name, interrupting=word == "expiring"))
        if word == "reminded":
            reminder, over = self.name("t"), self.name("e")
            self.parts += [task(reminder), end(over)]
            self.link(bell, reminder)
            self.link(reminder, over)
            return name
        merge = self.name("g")
        self.parts.append(choice(merge))
        self.link(name, merge)
        self.link(bell, merge)
        return merge

    def _branches(self, word: str, inner: tuple[Block, ...], before: str) -> str:
        split, join = self.name("g"), self.name("g")
        gate = parallel if word == "both" else choice
        default = self.name("d")
        self.parts += [choice(split, default=default) if word == "either" else parallel(split), gate(join)]
        self.link(before, split)
        for number, block in enumerate(inner):
            # Each branch begins with a task of its own, so that the flow into it can carry the condition.
            first = self.name("t")
            self.parts.append(task(first))
            chosen = word == "either" and number == 0
            self.link(split, first, "材料齐全" if chosen else "", default if number == 1 else "")
            self.link(self.write(block, first), join)
        return join

    def _loop(self, inner: Block, before: str) -> str:
        merge, decide, leave = self.name("g"), self.name("g"), self.name("d")
        self.parts += [choice(merge), choice(decide, default=leave)]
        self.link(before, merge)
        self.link(self.write(inner, merge), decide)
        self.link(decide, merge, "not(材料齐全)")
        after = self.name("t")
        self.parts.append(task(after))
        self.link(decide, after, id=leave)
        return after


def parts_of(block: Block) -> list[str]:
    """Return a whole process around a block."""
    writer = _Writer()
    last = writer.write(block, "s")
    writer.link(last, "e")
    return [start(), end(), *writer.parts]

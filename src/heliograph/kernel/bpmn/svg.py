"""SVG as a small tree that writes itself; names and texts are escaped in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True, slots=True)
class Tag:
    """One element with what is inside it."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    inner: Sequence[Tag | str] = ()

    def written(self) -> str:
        """Return the element as text."""
        said = "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        if not self.inner:
            return f"<{self.name}{said}/>"
        inside = "".join(escape(one) if isinstance(one, str) else one.written() for one in self.inner)
        return f"<{self.name}{said}>{inside}</{self.name}>"


def tag(name: str, text: str, **attributes: str) -> Tag:
    """Return an element with a text; an underscore in an attribute's name becomes a hyphen, but not in `id`s."""
    return Tag(name, {key.replace("_", "-"): value for key, value in attributes.items()}, [text])


def path_of(points: Sequence[tuple[float, float]]) -> str:
    """Return a path along points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)

"""Why a case has to be reviewed or not: a reason for each answer that data cannot give (L2), kept as one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

LONGEST = 300  # of one reason


class ReasonsInput(forms.Widget):
    """One input for the reason of each question; the text has a line for each: fact：reason."""

    template_name = "desk/_reasons_input.html"

    def __init__(self, questions: Mapping[str, str]) -> None:
        super().__init__()
        self.questions = questions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name each input after the question, and fill it from the text."""
        said = dict(line.split("：", 1) for line in str(value or "").splitlines() if "：" in line)
        rows = [
            {"name": f"{name}-{number}", "question": question, "value": said.get(fact, "")}
            for number, (fact, question) in enumerate(self.questions.items(), 1)
        ]
        return {**super().get_context(name, value, attrs), "rows": rows, "longest": LONGEST}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        """Return the text: a line for each question that has a reason."""
        given = ((fact, str(data.get(f"{name}-{at}") or "").strip()) for at, fact in enumerate(self.questions, 1))
        lines = [f"{fact}：{' '.join(reason.split())}" for fact, reason in given if reason]
        return "\n".join(lines)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say whether none of the inputs was sent."""
        return not any(f"{name}-{at}" in data for at in range(1, len(self.questions) + 1))

    def id_for_label(self, id_: str) -> str:
        """Return nothing: each input has a label of its own."""
        return ""


class ReasonsField(forms.CharField):
    """The reasons of all questions; one that is missing is named."""

    def __init__(self, label: str, questions: Mapping[str, str]) -> None:
        super().__init__(label=label, widget=ReasonsInput(questions), strip=True)
        self.questions = questions

    def clean(self, value: Any) -> str:
        """Return the text. Every question has its reason, also for a no."""
        lines = str(value or "").splitlines()
        said = dict(line.split("：", 1) for line in lines if "：" in line)
        left = [question for fact, question in self.questions.items() if not said.get(fact, "").strip()]
        if left:
            raise forms.ValidationError(f"以下判断没有写明理由：{'；'.join(left)}。认为不属于的也要写明。")
        long = [question for fact, question in self.questions.items() if len(said[fact]) > LONGEST]
        if long:
            raise forms.ValidationError(f"每项理由最多 {LONGEST} 字，以下超过：{'；'.join(long)}。请精简。")
        return "\n".join(lines)

"""Checks over the documents of a merged pack: forms can be read, names lead somewhere, nothing required is left out.

An agency may word a document anew. What the law wants said there (the statements, and the fields that a parent's form
requires with an article) must still be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from heliograph.kernel.feel import FactDef, FactType, FeelError, check_expression, compile_expression
from heliograph.kernel.packs.document_rules import (
    BRACE,
    CASE_DATA,
    FROM_PACK,
    NUMBER,
    ROW_KEYS,
    SLOT,
    Block,
    DocumentField,
    DocumentKind,
    FieldKind,
    Form,
    FormFaultError,
    Layout,
    Statement,
    form_of,
    slots_in,
    texts_of,
)
from heliograph.kernel.packs.faults import PackFault
from heliograph.kernel.packs.merge import written_rules
from heliograph.kernel.packs.references import Finding, References, citations
from heliograph.kernel.packs.validation import PackSource

COMMON: Final = "common"  # the layout whose text precedes every other one's
_FACT_TYPES: Final[Mapping[FieldKind, FactType]] = {
    "text": "text",
    "long": "text",
    "time": "text",
    "date": "date",
    "amount": "number",
    "number": "number",
    "yesno": "boolean",
    "lines": "choices",
}


def dictionary_of_form(form: Form) -> dict[str, FactDef]:
    """Return the fields of a form as conditions know them."""
    return {one.id: FactDef(one.id, _FACT_TYPES[one.kind]) for one in form.fields if one.kind in _FACT_TYPES}


def _of_document(rule: DocumentKind, refs: References) -> Iterator[Finding]:
    if any(other.name == rule.name and other.id != rule.id for other in refs.pack.rules.documents):
        yield ("name",), f"文书「{rule.name}」重复"
    if rule.layout not in refs.ids("layouts") - {COMMON}:
        yield ("layout",), f"没有版式「{rule.layout}」"
    try:
        form = form_of(rule.source)
    except FormFaultError as error:
        yield ("file",), f"{rule.file} {error}"
        return
    for _place, fault in findings_of_form(rule, form, refs):
        yield ("file",), f"{rule.file} {fault}"


def findings_of_form(rule: DocumentKind, form: Form, refs: References) -> Iterator[Finding]:
    """Yield what is wrong with a form of a kind of document, each at its place in the form."""
    statements = {one.id: one for one in refs.pack.rules.statements}
    yield from _in_fields(form, refs)
    yield from _in_blocks(form)
    yield from _in_statements(rule, form, statements)


def _in_fields(form: Form, refs: References) -> Iterator[Finding]:
    ids = [one.id for one in form.fields]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield ("fields", len(ids) - 1 - ids[::-1].index(name)), f"字段 {name} 写了两次"
    for index, one in enumerate(form.fields):
        if one.source and not _known_source(one.source, refs):
            yield ("fields", index), f"字段 {one.id}：案件数据里没有 {one.source}"
        for _place, fault in citations((), one.basis, refs):
            yield ("fields", index), f"字段 {one.id}：{fault}"


def _known_source(source: str, refs: References) -> bool:
    part, _, rule_id = source.partition(".")
    if part in FROM_PACK:
        return rule_id in refs.ids(FROM_PACK[part])
    return source in CASE_DATA


def _in_blocks(form: Form) -> Iterator[Finding]:
    fields = {one.id: one for one in form.fields}
    used = _named_in_conditions(form)
    for index, block in enumerate(form.blocks):
        used |= {name for text in texts_of(block) for name in slots_in(text)} | {block.field}
        for fault in _in_block(block, form, fields):
            yield ("blocks", index), f"第 {index + 1} 块：{fault}"
    for index, one in enumerate(form.fields):
        if one.id not in used:
            yield ("fields", index), f"字段 {one.id} 没有用到"


def _named_in_conditions(form: Form) -> set[str]:
    """Return the fields that conditions and statements use; a form with statements may carry fields for them alone."""
    if any(block.block == "statement" for block in form.blocks):
        return {one.id for one in form.fields}
    return {name for block in form.blocks if block.when for name in _names(block.when)}


def _names(condition: str) -> frozenset[str]:
    try:
        return compile_expression(condition).names
    except FeelError:
        return frozenset()


def _in_block(block: Block, form: Form, fields: Mapping[str, DocumentField]) -> Iterator[str]:
    for text in texts_of(block):
        yield from _in_text(text, fields)
    yield from _in_condition(block.when, dictionary_of_form(form))
    if block.field:
        yield from _in_field(block, fields.get(block.field))
    if block.block == "paragraph" and not block.when:
        names = slots_in(block.text)
        optional = [name for name in names if name in fields and not fields[name].required]
        if optional and len(set(names)) > 1:
            yield f"可以为空的字段 {'、'.join(optional)} 与其他字段在同一段里，须写 when"


def _in_text(text: str, fields: Mapping[str, DocumentField]) -> Iterator[str]:
    if BRACE.search(SLOT.sub("", text)):
        yield f"「{text[:20]}」里的花括号应写作 {{字段}} 或者 {{字段:大写}}"
    for match in SLOT.finditer(text):
        name, form = match[1], match[2]
        if name not in fields and name != NUMBER:
            yield f"没有字段 {name}"
        elif form and (name not in fields or fields[name].kind != "amount"):
            yield f"字段 {name} 不是金额，不能写大写"


def _in_condition(condition: str, dictionary: Mapping[str, FactDef]) -> Iterator[str]:
    if not condition:
        return
    try:
        yield from check_expression(compile_expression(condition), dictionary, wants="boolean")
    except FeelError as error:
        yield f"条件「{condition}」{error}"


def _in_field(block: Block, found: DocumentField | None) -> Iterator[str]:
    wanted = "rows" if block.block == "table" else "lines"
    if found is None or found.kind != wanted:
        yield f"field {block.field} 应为{'多行表格' if wanted == 'rows' else '逐条列举'}的字段"
        return
    known = {"", "serial", *ROW_KEYS.get(found.source, ())}
    yield from (f"列「{one.label}」没有数据 {one.key}" for one in block.columns if one.key not in known)


def _in_statements(rule: DocumentKind, form: Form, statements: Mapping[str, Statement]) -> Iterator[Finding]:
    """What must be said in this document is said, and its slots are fields of the form."""
    placed = {block.statement: index for index, block in enumerate(form.blocks) if block.block == "statement"}
    fields = {one.id: one for one in form.fields}
    for name, index in placed.items():
        if name not in statements:
            yield ("blocks", index), f"没有法定告知事项 {name}"
    for one in statements.values():
        if rule.id in one.documents and one.id not in placed:
            yield ("blocks",), f"缺少法定告知事项「{one.name}」（{'、'.join(one.basis)}），不得省略"
        if one.id in placed:
            faults = [*_in_text(one.text, fields), *_in_condition(one.when, dictionary_of_form(form))]
            yield from ((("blocks", placed[one.id]), f"法定告知事项「{one.name}」：{fault}") for fault in faults)


def _of_statement(rule: Statement, refs: References) -> Iterator[Finding]:
    known = refs.ids("documents")
    for index, name in enumerate(rule.documents):
        if name not in known and refs.pack.kind == "nation":
            yield ("documents", index), f"没有文书「{name}」"


def _of_layout(rule: Layout, _refs: References) -> Iterator[Finding]:
    if "@preview" in rule.source or "#import" in rule.source or "#include" in rule.source:
        yield ("file",), f"{rule.file} 不得引用其他文件或者网络上的包"


DOCUMENT_CHECKS: Final[Mapping[str, Callable[[Any, References], Iterator[Finding]]]] = {
    "documents": _of_document,
    "statements": _of_statement,
    "layouts": _of_layout,
}


def check_statements_kept(chain: Sequence[PackSource]) -> list[PackFault]:
    """Return what the last file of a chain takes away from the documents of its parents that the law wants there."""
    own = chain[-1]
    faults = [
        own.fault(("remove", index), "法定告知事项不能去掉，只能以同一编号替换文字")
        for index, removal in enumerate(own.file.remove)
        if removal.section == "statements"
    ]
    parents = {(section, rule.id): rule for file in chain[:-1] for part in ("replace", "add")
               for _path, section, rule in written_rules(file, part)}  # fmt: skip
    sources = {key: rule.source for file in chain[:-1] for part in ("replace", "add")
               for _path, section, rule in written_rules(file, part)
               if isinstance(rule, DocumentKind) and rule.source for key in [rule.id]}  # fmt: skip
    for path, section, rule in written_rules(own, "replace"):
        former = parents.get((section, rule.id))
        if isinstance(rule, Statement) and isinstance(former, Statement):
            faults += [own.fault(path, message) for message in _weakened(rule, former)]
        if isinstance(rule, DocumentKind) and rule.source and rule.id in sources:
            faults += [own.fault((*path, "file"), message) for message in left_out(rule.source, sources[rule.id])]
    return faults


def _weakened(new: Statement, former: Statement) -> Iterator[str]:
    lost = [name for name in slots_in(former.text) if name not in slots_in(new.text)]
    if lost:
        yield f"法定告知事项「{former.name}」的文字里缺少 {'、'.join(lost)}"
    if new.when != former.when:
        yield f"法定告知事项「{former.name}」的 when 须与上级包相同"
    if not set(former.documents) <= set(new.documents):
        yield f"法定告知事项「{former.name}」的 documents 不得少于上级包"


def left_out(source: str, former: str) -> Iterator[str]:
    """Yield the required fields with an article of the parent's form that a new form does not show."""
    try:
        new, old = form_of(source), form_of(former)
    except FormFaultError:
        return  # said where the form itself is checked
    always = {name for block in new.blocks if not block.when for text in texts_of(block) for name in slots_in(text)}
    always |= {block.field for block in new.blocks if not block.when}
    required = {one.id for one in new.fields if one.required}
    shown = {name for block in old.blocks if not block.when for text in texts_of(block) for name in slots_in(text)}
    shown |= {block.field for block in old.blocks if not block.when}
    for one in old.fields:
        if one.required and one.basis and one.id in shown and not (one.id in always and one.id in required):
            yield f"通用模板的必填字段「{one.label}」（{'、'.join(one.basis)}）不得省略"

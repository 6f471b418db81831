"""`heliograph redaction score FILE`: how well redaction finds what an agency's own marked texts hold.

Needs no database. Exit codes: 0 measured, 2 misuse or a file that cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.load import available, load_pack, shipped
from heliograph.kernel.packs.redaction_rules import Kind
from heliograph.kernel.redaction import KIND_NAMES, Profile, RedactionError, profile_of
from heliograph.kernel.redaction.scoring import Score, Tally, half_of, read_sentences, score

MISUSE = 2
MAX_BYTES = 50_000_000
HALVES = {"all": "全部", "tune": "调试一半", "held-out": "保留一半"}
NATION = "cn-national@"


def redaction_score(argv: Sequence[str]) -> int:
    """Measure a file and print the figures with everything that was missed or found wrongly."""
    options = _parser().parse_args(list(argv))
    try:
        sentences = read_sentences(_read(Path(options.file)))
        profile = _profile(options.pack)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"不能读取 {options.file}：{_why(error)}\n")
        return MISUSE
    except (RedactionError, PackFaultsError) as error:
        sys.stderr.write(f"{error}\n")
        return MISUSE
    chosen = [one for one in sentences if options.half in {"all", half_of(one.text)}]
    if not chosen:
        sys.stderr.write(f"{HALVES[options.half]}没有句子。\n")
        return MISUSE
    sys.stdout.write("\n".join(_lines(score(chosen, profile), options.half)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heliograph redaction score", description="按标注句子测量去隐私识别")
    parser.add_argument("file", metavar="文件", help="每行一个 JSON 对象：text、spans（start、end、kind）")
    parser.add_argument("--half", choices=tuple(HALVES), default="all", help="测量哪一半，默认全部")
    parser.add_argument("--pack", metavar="规则包", default="", help="采用哪个规则包的规则，默认国家层级")
    return parser


def _read(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise RedactionError(f"文件超过 {MAX_BYTES // 1_000_000} MB")
    return data.decode("utf-8-sig")


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 文本"
    known: dict[type[OSError], str] = {FileNotFoundError: "没有这个文件", IsADirectoryError: "这是一个目录"}
    return known.get(type(error), "没有权限或者读取失败")


def _profile(name: str) -> Profile:
    root = shipped()
    pack = load_pack(root, name or [one for one in available(root) if one.startswith(NATION)][-1])
    return profile_of(pack.rules.redaction_rules, pack.rules.redaction_keeps)


def _lines(found: Score, half: str) -> Iterator[str]:
    yield f"{HALVES[half]}：{found.sentences} 句，其中 {found.clean} 句没有遗漏。"
    yield "类别　　标注　覆盖　识别　正确　召回率　准确率"
    for kind, tally in found.kinds.items():
        if tally.marked or tally.hits:
            yield _row(KIND_NAMES[kind], tally)
    yield _row("号码合计", found.numbers)
    if found.cued.marked or found.bare.marked:
        yield f"姓名旁有称谓：{found.cued.marked} 处，召回率 {_share(found.cued.recall)}"
        yield f"姓名旁无称谓：{found.bare.marked} 处，召回率 {_share(found.bare.recall)}"
    yield from _listed("遗漏", found.misses)
    yield from _listed("误报", found.false)


def _row(name: str, tally: Tally) -> str:
    counts = f"{tally.marked}　{tally.found}　{tally.hits}　{tally.right}"
    return f"{name}　{counts}　{_share(tally.recall)}　{_share(tally.precision)}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _listed(title: str, places: Sequence[tuple[Kind, str]]) -> Iterator[str]:
    yield f"{title}：{len(places)} 处"
    for kind, shown in places:
        yield f"  {KIND_NAMES[kind]}　{shown}"

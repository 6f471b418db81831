"""Decisions with random people for measuring redaction: what is private in each is known exactly.

Chance comes from a hash of the text's number, so that every run has the same thousand texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from heliograph.kernel.redaction import Kind, Known
from heliograph.kernel.redaction.numbers import check_digit

FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤".strip()  # noqa: E501
DOUBLE = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "令狐", "慕容")
GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰红建国文志海春晓宇梅鹏飞云凤辉波宁浩凯俊雪荣香月莲珍雅萍宝胜学祥才发武新利清彬富顺信昌康星安岩茂有坚和彪诚先敬震会思群豪邦承松善庆友裕河哲"  # noqa: E501
FOREIGN = ("阿不都热合曼·买买提", "古丽巴哈尔·吐尔逊", "扎西顿珠", "巴特尔", "玉素甫·艾力", "次仁卓玛")
TOWNS = ("罗庄区盛庄街道", "汶上县南旺镇", "静海区静海镇", "盘山县太平街道", "莒县浮来山街道")
YARDS = ("幸福小区", "惠宾花园", "康泰园", "颜珠村", "南林村")
HIDDEN_IN = ("", "", "", " ", "\u200b", "full", "wrong")


class Chance:
    """Numbers that depend on a seed alone."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.drawn = 0

    def below(self, limit: int) -> int:
        """Return a whole number below a limit."""
        self.drawn += 1
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{self.drawn}".encode()).digest()[:8]) % limit

    def of(self, things: Sequence[str]) -> str:
        """Return one of some things."""
        return things[self.below(len(things))]

    def digits(self, length: int) -> str:
        """Return so many digits."""
        return "".join(str(self.below(10)) for _ in range(length))


@dataclass(slots=True)
class Drafted:
    """A text, what the case record knows, and every private string in it."""

    text: str = ""
    known: list[Known] = field(default_factory=list)
    private: list[tuple[Kind, str]] = field(default_factory=list)


def person(chance: Chance) -> str:
    """Return a name: of two or three characters, of a double family name, or of another nationality."""
    kind = chance.below(20)
    if kind == 0:
        return chance.of(FOREIGN)
    family = chance.of(DOUBLE) if kind == 1 else chance.of(FAMILIES)
    return family + "".join(chance.of(GIVEN) for _ in range(1 + (chance.below(3) > 0)))


def identity(chance: Chance) -> str:
    """Return a number of identity with its check character."""
    place = chance.of(("371311", "370830", "120223", "211102", "371122"))
    born = f"{1950 + chance.below(55)}{1 + chance.below(12):02}{1 + chance.below(28):02}"
    number = place + born + chance.digits(3)
    return number + check_digit(number)


def disguised(chance: Chance, string: str) -> str:
    """Return a number as people write it: with spaces, in full width, with an invisible character, mistyped."""
    way = chance.of(HIDDEN_IN)
    if way == "full":
        return string.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    if way == "wrong":
        return string[:-1] + str((int(string[-1], 36) + 1) % 10)
    return string[:6] + way + string[6:14] + way + string[14:] if len(string) > 14 else string[:3] + way + string[3:]


def drafted(number: int) -> Drafted:
    """Return the decision with a number."""
    chance = Chance(f"decision {number}")
    made = Drafted()

    def private(kind: Kind, string: str, *, known: bool = False) -> str:
        made.private.append((kind, string))
        if known:
            made.known.append(Known(string, kind, "witness" if kind == "name" else "party"))
        return string

    def number_of(kind: Kind, string: str) -> str:
        return private(kind, disguised(chance, string))

    people: list[str] = []
    while len(people) < 6:  # namesakes cannot be told apart by what is left of a text
        people += {person(chance)} - set(people)
    party, *officers = people[:3]
    made.known.append(Known(party, "name", "party"))
    witness, other, kin = (private("name", name, known=index == 0) for index, name in enumerate(people[3:]))
    card = private("id_number", identity(chance), known=True)
    flat = f"{1 + chance.below(30)}号楼{1 + chance.below(4)}单元{101 + chance.below(500)}室"
    home = private("address", f"{chance.of(TOWNS)}{chance.of(YARDS)}{flat}", known=True)
    plate = private("plate", f"鲁{chance.of('QHLR')}{chance.digits(4)}{chance.of('ABDEK')}")
    made.text = (
        f"行政处罚决定书\n罗市监处罚〔2026〕{1 + number}号\n当事人：{party}，男，汉族，公民身份号码{card}，住{home}，"
        f"联系电话{number_of('phone', '13' + chance.digits(9))}。\n"
        f"2026年{1 + chance.below(12)}月{1 + chance.below(28)}日，执法人员{officers[0]}、{officers[1]}"
        f"（执法证号：15130101{chance.digits(3)}）"
        f"对{party}经营的商店进行现场检查。证人{witness}（身份证号{number_of('id_number', identity(chance))}）证实，"
        f"该批货物由{other}驾驶{plate}运到店内，货值金额{1 + chance.below(90)}000元。{other}称，货款已汇入账户"
        f"{number_of('bank_account', '6217' + chance.digits(15))}，户名为其妻子{kin}。\n"
        f"上述事实有询问笔录、{witness}提供的微信wx_{chance.digits(6)}的聊天记录等证据证明。\n"
        f"依据《中华人民共和国食品安全法》第一百二十四条第一款，决定罚款{1 + chance.below(9)}0000元。"
        f"投诉举报电话12315，本机关电话0539-8280017。\n"
    )
    private("wechat", made.text.split("微信")[1].split("的聊天")[0])
    return made

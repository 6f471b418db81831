"""Homes of people: where a word says that somebody lives, and where a stretch has the form of a home by itself.

The address of a firm or an agency is public. So a word that firms share with people (住所, 地址) counts only where no
firm is spoken of just before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from heliograph.kernel.redaction.numbers import Form

_HAN = "\u4e00-\u9fff"
_PIECE = rf"[{_HAN}A-Za-z0-9#\-、 ()]"
_HOME = re.compile(
    r"(?:家庭住址|家庭地址|户籍(?:所在地|地址|地)?|户口所在地|户口(?:所在)?地址|身份证(?:上的?|登记)?(?:住址|地址)|行驶证登记住址|居住地址|居住地|经常居住地|常住地"
    r"|现居住(?:于|在|地)?|现住址|现住|暂住(?:于|在|地)?|暂借住(?:于|在)?|借住(?:于|在)?|租住(?:于|在)?|居住(?:于|在)|居所|家住|住址|住在|住于|入住|住所地?|通讯地址|通信地址"
    r"|邮寄地址|收件地址|收货地址|送达地址|联系地址|寄件地址|寄至|邮寄至|邮寄到|寄到|寄往|留下的?地址|地址|(?<=[,，。;；:：(（“’”家现])住(?!院|宿|所|房|建)|(?<=[,，。;；]我)住)"
    r"(?:登记)?(?:为|是|于|在|系|:|：|\(|（|“| )*"
    rf"|(?:户籍在|户口在|老家在|家在|老家是|落户于?|居于|租房于|租房在|定居于?|寓居于?|快递地址[:：为]?|住(?=[{_HAN}]{{2,7}}(?:省|自治区|市|县|区|镇|乡|街道|村|社区|小区|路)))"
)
_SHARED = re.compile(r"住所地?|地址|送达地址|联系地址|通讯地址|通信地址|邮寄地址|寄至|邮寄至|邮寄到|寄到|寄往|入住")
_FIRM = re.compile(
    r"公司|厂|合作社|信用代码|人民政府|本机关|我局|本局|机关|企业|单位"
    r"|商店|超市|店铺|营业执照|代码9|经营场所|管委会|村委会|村民委员会|医院|学校"
)
_PERSON = re.compile(r"身份证|公民身份|男|女|族|出生|生[,，]|本人|住户|家庭")
_STOP = re.compile(
    r"[,，。;；:：、“”\"\n(（]|已经?(?!村)|经当地|经(?=营|核|派|查)|与|的(?!卢)|未|并|不(?=一|再|在|符|详|明)|亲戚|家中|家里|内(?=[,，。;；]|$|发现|查)|务工|居住|租住"
    r"|没有|邮编|收件|收货|送达|登记|留置|进行|检查|现场|期间|系(?=当|其|本)|属于|为(?=其|当|由)|至今|微信|邮箱|电子|网址|向|由|于(?!家|庄|村|集|都)"
)
_UNIT = (
    "省|自治区|特别行政区|市|自治州|地区|盟|县|旗|区|镇|乡|苏木|街道|办事处|社区|居委会|居民委员会|村委会|村|屯|寨|嘎查|庄|营|堡|岭|沟|湾|路|大街|街|大道|道|巷|胡同|弄"
    "|里|小区|花园|家园|公寓|苑|园|城|府|院|家属院|宿舍|大厦|国际|广场|中心|号楼|号院|幢|栋|楼|座|单元|室|号|组|队|社|排|户|门|层|区|期|东户|西户|中户"
    "|北首|南首|东首|西首|东头|西头|南头|北头|路口|村口|旁|对面|附近|隔壁|边|第[一二三四五六七八九十]+户|店"
)
_ENDS = re.compile(rf"(?:{_UNIT})|\d[0-9A-Za-z\-]*")
_SIGN = re.compile(r"省|市|县|区|镇|乡|村|街|路|道|巷|弄|里|号|组|楼|室|单元|小区|庄|屯|园|院|社")
_FORM = re.compile(
    rf"(?:[{_HAN}]{{2,8}}(?:省|自治区))?(?:[{_HAN}]{{2,8}}?[市盟州])?(?:[{_HAN}]{{1,6}}?[区县旗])?(?:[{_HAN}]{{1,7}}?(?:街道|镇|乡|苏木))?(?:[{_HAN}]{{1,8}}?(?:路|大街|街|道|巷|里))?(?:\d{{1,5}}号)?"
    rf"(?:[{_HAN}]{{1,10}}?(?:小区|花园|家园|公寓|社区|雅苑|苑|园|里|村|新村|城|府|宿舍|家属院|屯|庄)(?:[{_HAN}A-Za-z]{{0,6}}))"
    r"(?:\d{1,4}(?:号楼|栋|幢|楼|排|区|座|号院|组|队)(?:(?:东|西|中)户|\d{1,3}(?:单元|门))?(?:\d{1,3}单元)?(?:\d{2,5}(?:室|户|号)?|\d{1,3}号|(?:东|西|中)户)?|\d{1,4}-\d{1,3}(?:-\d{1,5})?|\d{1,5}号(?:\d{2,4}室)?)"
)
_STRONG = re.compile(r"单元|室$|户$|排|\d-\d+-\d|号楼.*\d|门\d|栋|幢")
_ROUTE = re.compile(
    rf"(?<=[0-9，,、；; 号])(?:[{_HAN}]{{2,7}}(?:省|自治区))?(?:[{_HAN}]{{2,6}}市)?[{_HAN}]{{2,6}}[区县旗]"
    rf"[{_HAN}]{{1,6}}(?:镇|乡|街道)[{_HAN}0-9]{{1,12}}(?:村|庄|屯)[{_HAN}0-9]{{0,8}}(?:号|组|旁|西|东|南|北|口)?"
)
LONGEST = 60


_DWELLING = re.compile(
    rf"(?:位于|坐落于|座落于|在|到|至|往|去)([{_HAN}0-9A-Za-z\-]{{5,40}}?)(?:的)?(?:家中|家里|住处|住宅|住房|出租屋|租住处|暂住处|宿舍|寓所|家门口|老宅|自建房|租住房)"
)


def addresses_in(text: str) -> list[Form]:
    """Return every stretch of a folded text that tells where a person lives."""
    found: list[Form] = []
    for form in (*_told(text), *_dwelling(text), *_formed(text), *_in_a_row(text)):
        if all(form.end <= other.start or other.end <= form.start for other in found[-8:]):
            found.append(form)
    return sorted(found, key=lambda one: one.start)


def _told(text: str) -> Iterator[Form]:
    """Behind a word that says that somebody lives there."""
    for match in _HOME.finditer(text):
        word = match[0].rstrip("为是于在系:：(（“")
        before = text[max(0, match.start() - 40) : match.start()]
        clause = re.split(r"[。\n]", before)[-1]
        if _SHARED.fullmatch(word) and _FIRM.search(clause) and not _PERSON.search(clause):
            continue
        if text.startswith(("微信", "邮箱", "电子", "手机"), match.end()):
            continue
        end = _end(text, match.end())
        if end - match.end() >= 4 and _SIGN.search(text, match.end(), end):
            yield Form(match.end(), end, "address", 0.9)


def _end(text: str, start: int) -> int:
    """Return where an address ends: at its last part before the sentence goes on."""
    stop = _STOP.search(text, start + 1, start + LONGEST)
    limit = stop.start() if stop else min(len(text), start + LONGEST)
    ends = [match.end() for match in _ENDS.finditer(text, start, limit)]
    return max(ends, default=start)


def _formed(text: str) -> Iterator[Form]:
    """Down to a flat or a row of houses: nobody but people who live there has such an address."""
    for match in _FORM.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        if _STRONG.search(match[0]) and not _FIRM.search(re.split(r"[。；;\n]", before)[-1]):
            yield Form(match.start(), match.end(), "address", 0.7)


def _in_a_row(text: str) -> Iterator[Form]:
    """A village in a row with numbers of the same person."""
    for match in _ROUTE.finditer(text):
        yield Form(match.start(), match.end(), "address", 0.6)


def _dwelling(text: str) -> Iterator[Form]:
    """A place that is said to be somebody's dwelling, with a street, a village or a number in it."""
    for match in _DWELLING.finditer(text):
        if len(_SIGN.findall(match[1])) > 1:
            yield Form(match.start(1), match.end(1), "address", 0.75)

"""Strings with a form of their own: numbers of people and their things, plates, mail, accounts, dates of birth.

Check digits only say how sure a hit is, never whether it is one: a number copied with a mistake must be hidden too.
Every pattern is bounded, so that a hostile text cannot make it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from heliograph.kernel.packs.redaction_rules import Kind
from heliograph.kernel.redaction.folding import numerals

NEAR = 18  # so far before a number a word tells what it is
SPOKEN = 5  # so many Chinese numerals in a number are not by chance
MISTYPED = "校验位或者日期不符，可能抄录有误"


@dataclass(frozen=True, slots=True)
class Form:
    """A stretch of the folded text that has the form of a kind."""

    start: int
    end: int
    kind: Kind
    confidence: float
    note: str = ""


_RUN = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+ ?|\(0\) ?|\(\+?\d{2,3}\) ?)?\d(?:(?: {1,2}| ?[-.·/] ?|)\d){6,30}"
    r"(?: ?[xX×](?![0-9A-Za-z]))?"
)
_DIGITS = re.compile(r"\D")
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]|9[01]")
_ID_WORD = re.compile(r"身份证|公民身份|身份号|证件号|证件|证号|号码更正为|护照|通行证|居住证|居留证")
_BANK_WORD = re.compile(
    r"账|帐|卡|存折|户|银行|开户|汇|打到|打入|转入|转至|付款|收款|支付宝|尾号|农行|工行|建行|中行|农商行|信用社|邮储"
)
_ACCOUNT_IS = re.compile(r"(?:账号|帐号|账户|帐户|卡号|存折号?|折号)[:：为是 ]{0,2}$")
_PHONE_WORD = re.compile(
    r"电话|手机|联系|号码|拨打|致电|来电|座机|传真|热线|短信|小灵通|微信|宅电|(?<![0-9A-Za-z])[Tt][Ee][Ll]"
)
_MOBILE = re.compile(r"(?:0?0?86)?1[3-9]\d{9}$|01[3-9]\d{9}$")
_AREA = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}$")
_SPLIT_AREA = re.compile(r"\(?0\d{2,3}\)?(?: ?[- ] ?|\) ?)\d")
_DATE_RUN = re.compile(r"(?:19|20)\d{2} ?[-./] ?\d{1,2} ?[-./] ?\d{1,2}")
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+$")  # an amount with thin spaces
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def numbers_in(text: str) -> list[Form]:
    """Return every stretch of a folded text that has the form of a number of somebody."""
    plain = numerals(text)
    found: list[Form] = []
    for finder in (_runs, _spoken, _local_phones, _plates, _mail, _chat, _passports, _certificates, _births):
        found += finder(text, plain)
    return _apart(found)


def _apart(found: list[Form]) -> list[Form]:
    """Keep of stretches that overlap the surest, then the longest."""
    taken: list[Form] = []
    covered: set[int] = set()
    for form in sorted(found, key=lambda one: (-one.confidence, one.start - one.end, one.start)):
        places = range(form.start, form.end)
        if covered.isdisjoint(places):
            covered.update(places)
            taken.append(form)
    return sorted(taken, key=lambda one: one.start)


def _runs(text: str, plain: str) -> Iterator[Form]:
    """Numbers of many digits: cards of identity, accounts, telephones."""
    for match in _RUN.finditer(text):
        yield from _of_run(text, match.start(), match.end(), match[0])


def _spoken(text: str, plain: str) -> Iterator[Form]:
    """The same with Chinese numerals in them, as people write a telephone number out; a word behind it is no part."""
    if plain == text:
        return
    for match in _RUN.finditer(plain):
        start, end = match.span()
        if sum(one != other for one, other in zip(text[start:end], match[0], strict=True)) >= SPOKEN:
            yield from _of_run(plain, start, end, match[0])


def _of_run(text: str, start: int, end: int, run: str) -> Iterator[Form]:
    if text[end : end + 1].isalpha() and text[end : end + 1].isascii() and run[-1] not in "xX×":
        return
    digits = _DIGITS.sub("", run)
    before = text[max(0, start - NEAR) : start]
    if _DATE_RUN.match(run) or _GROUPED.match(run):
        return
    for judge in (_telephone, _identity, _account):
        form = judge(run, digits, before)
        if form is not None:
            kind, confidence, note = form
            yield Form(start, end, kind, confidence, note)
            return


Judged = tuple[Kind, float, str] | None


def _identity(run: str, digits: str, before: str) -> Judged:
    """Eighteen places with a date in the middle, fifteen of old; beside a word for it also too many or too few."""
    full = digits + ("X" if run[-1] in "xX×" else "")
    if len(full) == 18 and check_digit(full[:17]) == full[17] and _born(full[6:14]):
        return "id_number", 1.0, ""
    word = _last(_ID_WORD, before) > _last(_BANK_WORD, before)
    placed = _PROVINCE.match(full) is not None
    if placed and 16 <= len(full) <= 20 and _born(full[6:14]) and full[6:8] in {"18", "19", "20"}:
        return "id_number", 0.9, MISTYPED
    if placed and len(full) == 15 and _born("19" + full[6:12]):
        return "id_number", 0.9 if word else 0.6, ""
    if word and 13 <= len(full) <= 21:
        return "id_number", 0.8, MISTYPED
    if len(full) == 18 and run[-1] in "xX×":
        return "id_number", 0.7, MISTYPED
    return None


def is_personal(string: str) -> bool:
    """Say whether a string without spaces looks like a citizen's number of identity or a mobile telephone."""
    plain = re.sub(r"[^0-9xX]", "", numerals(string))
    card = len(plain) == 18 and _PROVINCE.match(plain) is not None and _born(plain[6:14])
    return card or _MOBILE.fullmatch(plain) is not None


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Return where the last word of a pattern ends, -1 when there is none."""
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def check_digit(digits: str) -> str:
    """Return the check character of the seventeen places before it."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def _born(date: str) -> bool:
    """Say whether eight places are a date of birth, or nearly: a mistyped month or day is one too."""
    return date[:2] in {"18", "19", "20"} and date[4] in "01" and date[6] in "0123"


def _telephone(run: str, digits: str, before: str) -> Judged:
    if _MOBILE.fullmatch(digits):
        return "phone", 0.95, ""
    if run.startswith(("+", "00")) and 9 <= len(digits) <= 15:
        return "phone", 0.9, ""
    if _AREA.fullmatch(digits):
        return "phone", 0.8 if _SPLIT_AREA.match(run) or _PHONE_WORD.search(before) else 0.5, ""
    return None


def _account(run: str, digits: str, before: str) -> Judged:
    """Accounts have no check digit that all keep; length and the words before them tell."""
    word = _BANK_WORD.search(before) is not None
    if (word and 12 <= len(digits) <= 26) or (_ACCOUNT_IS.search(before) and 8 <= len(digits) <= 26):
        return "bank_account", 0.95, ""
    if 16 <= len(digits) <= 21:
        return "bank_account", 0.7 if _luhn(digits) else 0.5, "" if _luhn(digits) else MISTYPED
    return None


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


_LOCAL = re.compile(r"(?<![0-9A-Za-z.\-])[2-9]\d{6,7}(?![0-9A-Za-z.\-]|年|元|吨|号文)")
_IN_A_ROW = re.compile(r"\d{5}[,，、;；] ?$")  # a row of a list: number of identity, account, telephone
_BRACKETED = re.compile(r"\(0\d{2,3}\) ?\d{3,4} ?-? ?\d{4}(?!\d)")


def _local_phones(text: str, plain: str) -> Iterator[Form]:
    """A number without its area code, where a word says that it is a telephone; an area code in brackets."""
    for match in _LOCAL.finditer(plain):
        before = plain[max(0, match.start() - 8) : match.start()]
        if _PHONE_WORD.search(before) or _IN_A_ROW.search(before):
            yield Form(match.start(), match.end(), "phone", 0.7)
    for match in _BRACKETED.finditer(plain):
        yield Form(match.start(), match.end(), "phone", 0.85)


_PLATE = re.compile(
    rf"[{_PROVINCES}] ?[A-Za-z] ?[·.\-]? ?(?=[A-Za-z]{{0,5}}\d)[A-HJ-NP-Za-hj-np-z0-9]{{3,6}}"
    r" ?[挂学警港澳领试超]?(?![0-9A-Za-z])"
)


def _plates(text: str, plain: str) -> Iterator[Form]:
    for match in _PLATE.finditer(text):
        tail = re.sub(r"[^0-9A-Za-z挂学警港澳领试超]", "", match[0])
        if 5 <= len(tail) <= 8:
            yield Form(match.start(), match.end(), "plate", 0.95 if match[0][1:].isupper() else 0.8)


_MAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}(?: ?@ ?|\(at\)|\[at\])[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}"
)


def _mail(text: str, plain: str) -> Iterator[Form]:
    for match in _MAIL.finditer(text):
        yield Form(match.start(), match.end(), "email", 0.99)


_CHAT = re.compile(
    r"(?:微信|威信|[Ww][Ee][Cc]hat|(?<![A-Za-z])[VvWw][Xx]|[Vv]信|[Qq][Qq]|扣扣|支付宝|抖音|快手|小红书|闲鱼|旺旺|微博)[^A-Za-z0-9。，；\n@]{0,10}?"
    r"(?:ID|id|号)?[^A-Za-z0-9。，；\n@]{0,3}([A-Za-z][A-Za-z0-9_\-]{4,29}|\d(?: ?\d){4,11})(?![A-Za-z0-9_@.])"
)
_WXID = re.compile(r"(?<![A-Za-z0-9_])wxid_[A-Za-z0-9]{6,24}")


def _chat(text: str, plain: str) -> Iterator[Form]:
    for match in _CHAT.finditer(text):
        if not _MOBILE.fullmatch(match[1].replace(" ", "")):
            yield Form(match.start(1), match.end(1), "wechat", 0.97)
    for match in _WXID.finditer(text):
        yield Form(match.start(), match.end(), "wechat", 0.97)


_PASSPORT = re.compile(
    r"(?:护照|通行证|居留证|居留许可|回乡证|台胞证|军官证|警官证|士兵证|驾驶证|证件)(?:号码?|编号|件)?(?:[^A-Za-z0-9\n。]{0,12})"
    r"([A-Za-z]{0,3}\d[A-Za-z0-9 \-]{4,19}[A-Za-z0-9])(?![A-Za-z0-9])"
)
_PASSPORT_ALONE = re.compile(
    r"(?<![A-Za-z0-9\-])((?:[EGHM](?!20\d{6})[A-Z0-9]\d{7}|(?:CHN|chn)\d{12}))(?![A-Za-z0-9\-])"
)
_NEW_NUMBER = re.compile(r"(?:新版|旧版|更正后的?|原|现)号码[:：为是 ]{0,2}([A-Za-z]{0,2}\d{6,12})(?![A-Za-z0-9])")


def _passports(text: str, plain: str) -> Iterator[Form]:
    """Numbers of passports and permits: too short to be told without the word for them."""
    for pattern in (_PASSPORT, _NEW_NUMBER, _PASSPORT_ALONE):
        for match in pattern.finditer(text):
            if not _MOBILE.fullmatch(_DIGITS.sub("", match[1])) and not _DATE_RUN.match(match[1]):
                yield Form(match.start(1), match.end(1), "id_number", 0.85)


_PROPERTY = re.compile(
    rf"(?:[{_PROVINCES}] ?)?"
    r"\(\d{4}\) ?[\u4e00-\u9fff]{2,12}不动产(?:权|登记证明)第? ?\d{4,12} ?号?"
    r"|(?:(?!号|证)[\u4e00-\u9fff]){0,4}(?:房权证|房地证|房产证(?!号)|土地证(?!号)|集用|国用|林权证)[\u4e00-\u9fff]{0,8}?"
    r"(?:\(\d{4}\))?[字第]{1,2} ?[A-Za-z0-9\-]{3,20} ?号?"
)
_CARD = re.compile(
    r"(?:住院号|门诊号|病历号|病案号|就诊卡号|医保卡?号|社会?保障?卡号|社保卡?号|社会保障卡号|社会保障号码?|社保编号|个人编号|医保编号"
    r"|残疾人?证号?|残疾证|新农合证号|合作医疗证号|残疾军人证|伤残证号?|退役军人证|优待证|低保证号?|结婚证字?号?|学生证号?|学号|工号|准考证号?|户口簿编号"
    r"|驾驶证档案编号|档案编号|退休证|老年证|出生证明?编?号?)(?:号码?)?[:：为是(“ ]{0,3}"
    r"([\u4e00-\u9fff]{0,2}[A-Za-z]{0,4}[A-Za-z0-9]\d[A-Za-z0-9\-]{3,24})"
)
_PAPER = re.compile(
    r"(?:结婚|离婚|出生医学|残疾|社保|医保|社会保险|医疗保险|参保|病历|病案|住院|门诊|就诊|体检|诊断证明|处方|学籍|学生|准考|退伍|退役|军人|烈属|低保|特困|五保|户口|产权|宅基地"
    r"|土地承包|承包经营权|驾驶|驾照|从业资格|健康证|居住证|暂住证|公积金|养老保险|工伤认定|保单|保险单|收养|房屋所有权|房产|不动产|国有土地使用|集体土地使用|老年|优待)"
    r"[\u4e00-\u9fff]{0,6}?(?:证书|证件|证|卡|编号|号码|号|码)[^A-Za-z0-9。；\n]{0,8}?((?:[\u4e00-\u9fff]{1,6}字)?第?[A-Za-z0-9][A-Za-z0-9\-]{4,24}号?)"
)
_FRAME = re.compile(
    r"(?:车架号|车辆识别代号|车辆识别码|发动机号|VIN)码?[:：为是 ]{0,2}([A-HJ-NPR-Z0-9\-]{6,17})(?![A-Za-z0-9])"
)


def _certificates(text: str, plain: str) -> Iterator[Form]:
    """Certificates of property, patients, insured and disabled people, vehicles."""
    for match in _PROPERTY.finditer(text):
        yield Form(match.start(), match.end(), "other_number", 0.96)
    for pattern in (_CARD, _FRAME, _PAPER):
        for match in pattern.finditer(text):
            if sum(char.isdigit() for char in match[1]) >= 4 and not _MOBILE.fullmatch(match[1]):
                yield Form(match.start(1), match.end(1), "other_number", 0.96 if pattern is not _PAPER else 0.86)


_MONTH = r" ?(?:闰|农历|阴历|腊|冬)?(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|[正元腊冬])? ?月(?:份)?"
_DAY = r" ?(?:初|廿)?(?:[12]\d|3[01]|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九十]) ?[日号]?"
_YEAR = r"(?:[12]\d{3}|\d{2}|[一二][一二三四五六七八九〇零○]{3}|[一二三四五六七八九〇零○]{2}) ?年"
_DATE = (
    rf"(?:{_YEAR}(?:{_MONTH}(?:{_DAY})?)?"
    r"|[12]\d{3} ?[-./] ?\d{1,2}(?: ?[-./] ?\d{1,2})?|(?:19|20)\d{6}(?!\d))"
)
_LIVES = r"(?:生于|出世|日?出生|诞生|降生|生(?!产|效|成|意|活|病|育|态|物|猪|鲜|姜|长|变|前|火|锈|铁|熟))"
_BIRTH = (
    re.compile(rf"(?<!\d)({_DATE}) ?[(（]?{_LIVES}"),
    re.compile(rf"(?:出生|生于|生日|生辰|诞生于)[^0-9一二。；\n]{{0,10}}?({_DATE})"),
    re.compile(rf"(?:男|女|[\u4e00-\u9fff]族)[,，、 ]{{1,2}}({_DATE})(?=[,，、 ])"),
)


def _births(text: str, plain: str) -> Iterator[Form]:
    for pattern in _BIRTH:
        for match in pattern.finditer(text):
            yield Form(match.start(1), match.end(1), "birth_date", 0.95)

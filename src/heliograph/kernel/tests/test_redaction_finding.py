"""What redaction finds: strings of the record, numbers however written, homes, names; and what it leaves alone."""

from __future__ import annotations

import time
import unicodedata

import numpy as np
import pytest

from heliograph.kernel.redaction import Known
from heliograph.kernel.redaction.addresses import addresses_in
from heliograph.kernel.redaction.finding import is_elsewhere
from heliograph.kernel.redaction.folding import fold, squeezed
from heliograph.kernel.redaction.lexicon import lexicon
from heliograph.kernel.redaction.namemodel import name_model
from heliograph.kernel.redaction.names import names_in
from heliograph.kernel.redaction.numbers import check_digit, numbers_in
from heliograph.kernel.tests.redaction_profile import hits, seen

ID = "37131119850312401" + check_digit("37131119850312401")


@pytest.mark.parametrize(
    ("text", "kind", "string"),
    [
        (f"身份证号{ID}。", "id_number", ID),
        ("公民身份号码371311198503124019。", "id_number", "371311198503124019"),
        ("身份证号码：21112219650921001x，", "id_number", "21112219650921001x"),
        ("身份证３７１３１１１９８５０３１２４０１０在卷", "id_number", "３７１３１１１９８５０３１２４０１０"),
        ("身份证号371311 19830729 364X。", "id_number", "371311 19830729 364X"),
        ("办理人371311680615302签字", "id_number", "371311680615302"),
        ("证件号码13092919920406721缺一位", "id_number", "13092919920406721"),
        ("身份证号99092919920406721一串", "id_number", "99092919920406721"),
        ("另记有12010319771208213X一串", "id_number", "12010319771208213X"),
        ("记有99999919771208214X一串", "id_number", "99999919771208214X"),
        ("护照号码为E83120946，", "id_number", "E83120946"),
        ("其E83120946已过期", "id_number", "E83120946"),
        ("新版号码07419352，", "id_number", "07419352"),
        ("电话１３９５３９０１６６２，", "phone", "１３９５３９０１６６２"),
        ("一三八五三九七二二一六是其号码", "phone", "一三八五三九七二二一六"),
        ("手机1５５—６３９８—２０１７", "phone", "1５５—６３９８—２０１７"),
        ("拨打（0539）8280017", "phone", "（0539）8280017"),
        ("家庭电话0537 7219 663", "phone", "0537 7219 663"),
        ("记有0537-7219663", "phone", "0537-7219663"),
        ("电话+82-10-3345-7812，", "phone", "+82-10-3345-7812"),
        ("固定电话7216633。", "phone", "7216633"),
        ("370830194910012830，7216633；", "phone", "7216633"),
        ("微信13853901234，", "phone", "13853901234"),
        ("护照联系电话13853901234，", "phone", "13853901234"),
        ("打到6217 9928 0000 3456 789卡上", "bank_account", "6217 9928 0000 3456 789"),
        ("另有6222026203100112233在案", "bank_account", "6222026203100112233"),
        ("另有4222026203100112238在案", "bank_account", "4222026203100112238"),
        ("账号：90120155，", "bank_account", "90120155"),
        ("货车鲁L·2G58Q驶离", "plate", "鲁L·2G58Q"),
        ("挂车冀J·7H2挂停放", "plate", "冀J·7H2挂"),
        ("车牌鲁q3f71k，", "plate", "鲁q3f71k"),
        ("发至xing_law@126.com即可", "email", "xing_law@126.com"),
        ("加微信Zj-tieyi_666后", "wechat", "Zj-tieyi_666"),
        ("好友wxid_ab12cd34ef的记录", "wechat", "wxid_ab12cd34ef"),
        ("QQ：8547 1236，", "wechat", "8547 1236"),
        ("1985年3月12日出生，", "birth_date", "1985年3月12日"),
        ("出生日期登记为1978年11月2日，", "birth_date", "1978年11月2日"),
        ("男，汉族，1990年4月5日，", "birth_date", "1990年4月5日"),
        ("七三年八月生的，", "birth_date", "七三年八月"),
        ("1957年腊月生，", "birth_date", "1957年腊月"),
        ("住院号ZY20250318042，", "other_number", "ZY20250318042"),
        ("鲁（2019）日照市不动产权第0041876号。", "other_number", "鲁（2019）日照市不动产权第0041876号"),
        ("宅基地使用权证号沂集用第003456号", "other_number", "沂集用第003456号"),
        ("家住盘山县太平街道惠宾花园22-1-601，", "address", "盘山县太平街道惠宾花园22-1-601"),
        ("现住 汶上县白石镇颜珠村南街二巷9号。", "address", "汶上县白石镇颜珠村南街二巷9号"),
        ("在莒县浮来山街道刘家西街5号的家中查获", "address", "莒县浮来山街道刘家西街5号"),
        ("寄件：天津市静海区静海镇恬静园12号楼3门401，", "address", "天津市静海区静海镇恬静园12号楼3门401"),
        ("13853901234静海区子牙镇小邀铺村西口，", "address", "静海区子牙镇小邀铺村西口"),
    ],
)
def test_a_string_is_found_with_its_kind(text: str, kind: str, string: str) -> None:
    assert (kind, string) in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "罚款50000元，货值金额61 425.60元，共计1 245 600元。",
        "统一社会信用代码91371311MA3D2H8K4D，注册号120223000048817。",
        "商品条码6901234567892，快递单号SF1402877361952。",
        "投诉举报电话12315，本局举报电话0427-2822096，办公电话022-28942537。",
        "执法证号：15130101023，公开邮箱jhtjj@tj.gov.cn。",
        "罗市监处罚〔2026〕37号行政处罚决定书于2026年5月8日送达。",
        "执行标准为GB/T 5461-2016，生产批号20250311A2，2026-03-05至2026.04.05。",
        "住宿登记，微信号见附件，地址不详。",
        "本公司，住所：临沂市罗庄区册山街道工业园12号。",
        "2019年3月5日生效，1998年生产。张某、高某某、满族群众。",
        "电子送达地址为微信号，住村里。位于镇子的最东边的家中。",
        "结婚证编号为无abcdefg，鲁Q123路公交。",
    ],
)
def test_what_is_public_is_left_alone(text: str) -> None:
    assert seen(text) == []


def test_marks_of_doubt_rank_and_do_not_exclude() -> None:
    right, wrong = hits(f"身份证{ID}"), hits("身份证371311198513124010")
    assert (right[0].confidence, right[0].note) == (1.0, "")
    assert wrong[0].confidence < 1
    assert "校验位" in wrong[0].note


def test_names_with_cue_without_and_of_other_nationalities() -> None:
    text = (
        "法定代表人李秀兰称，司马云和王 海涛到场。证人阿不都热合曼·买买提证实，由赵敏签收。"
        "其妻子张晓梅在笔录上签字，我叫高明霞，执法人员刘洋、周方圆出示证件。"
    )
    found = {string for kind, string in seen(text) if kind == "name"}
    assert {"李秀兰", "司马云", "王 海涛", "阿不都热合曼·买买提", "赵敏", "张晓梅", "高明霞", "刘洋", "周方圆"} <= found
    roles = {text[hit.start : hit.end]: (hit.role, hit.source) for hit in hits(text)}
    assert roles["李秀兰"] == ("representative", "cue")
    assert roles["刘洋"] == ("officer", "cue")
    assert roles["张晓梅"][1] == "model"


def test_a_name_found_once_is_found_everywhere_but_not_in_a_firm_and_not_as_a_word() -> None:
    text = "当事人李秀兰到场。那批货是李秀兰卖的；\n第三页李秀 兰"
    assert [text[hit.start : hit.end] for hit in hits(text)] == ["李秀兰", "李秀兰", "李秀 兰"]
    assert {hit.role for hit in hits(text)} == {"party"}
    assert is_elsewhere("李秀兰食品厂", "李秀兰", 0, "name")
    assert not is_elsewhere("李秀兰的章", "李秀兰", 0, "name")
    silver = "当事人：白银，男。购买白银制品三件。"  # the word after the name is not the person
    assert [(hit.start, silver[hit.start : hit.end]) for hit in hits(silver)] == [(4, "白银")]
    assert is_elsewhere("马上离开", "马上", 0, "name")


def test_the_record_comes_first_the_longest_string_before_a_part_of_it() -> None:
    text = "王小明与王小在场，单字王不算；罗庄区幸福路3号的商店。"
    known = (
        Known("王小", "name", "witness"),
        Known("王小明", "name", "party"),
        Known("王", "name"),
        Known("", "other"),
    )
    found = [hit for hit in hits(text, *known, Known("幸福路3号", "address")) if hit.source == "record"]
    assert [(text[hit.start : hit.end], hit.role) for hit in found] == [
        ("王小明", "party"), ("王小", "witness"), ("幸福路3号", "other"),
    ]  # fmt: skip


def test_the_keep_list_does_not_speak_for_strings_of_the_record() -> None:
    text = "本机关电话0539-8280017。"
    assert hits(text)[0].kept_by
    assert not hits(text, Known("0539-8280017", "phone", "party"))[0].kept_by


def test_invisible_and_combining_characters_hide_nothing() -> None:
    for inserted in ("\u200b", "\u202e", "\u2066", "\ufeff", "\u0301", "\u00ad", "\ufe0f"):
        text = f"身份证{ID[:8]}{inserted}{ID[8:]}，证人李{inserted}秀兰称"
        strings = [unicodedata.normalize("NFC", string) for _, string in seen(text)]
        assert any(string.startswith("371311") for string in strings), inserted
        assert ("name", f"李{inserted}秀兰") in seen(text)
    assert ("id_number", f"{ID[:9]}\n{ID[9:]}") in seen(f"身份证{ID[:9]}\n{ID[9:]}在卷")
    assert seen("附件5\n3行，另有62220262031\n00112231在案") == []


def test_folding_keeps_places() -> None:
    folded = fold("Ａ\u200b㈠·٣\t\x0bb～")
    assert folded.text == "A(一)·3 \nb-"
    assert folded.span(1, 4) == (2, 3)
    assert squeezed(folded).text == "A(一)·3b-"
    assert fold("plain").places == range(5)


def test_the_model_reads_short_long_and_repeated_sentences_alike() -> None:
    model = name_model()
    alone = model.scores("由李春燕签收。")
    among = model.scores(
        "由李春燕签收。\n" + "字" * 300 + "，" + "句" * 90 + "，" + "尾" * 90 + "。Ｚz9⁵龘由李春燕签收。"
    )
    assert np.allclose(alone[:, :7], among[:, :7], atol=1e-3)
    assert float(alone[0, 1]) > 0.3
    assert float(alone[1, 3]) > 0.3
    assert model.scores("").shape == (3, 0)


def test_words_and_family_names() -> None:
    words = lexicon()
    assert words.family("欧阳明", 0) == "欧阳"
    assert words.family("欧", 0) == "欧"
    assert words.family("，", 0) == ""
    assert words.forward("处罚决定")[-1] == pytest.approx(words.backward("处罚决定")[0])
    assert names_in("") == []


@pytest.mark.parametrize("unit", ["1", "村", "住", "王", "，", "1 ", "A@", "·", "路1号", "微信", "出生", "（", "二"])
def test_hostile_repetition_is_linear(unit: str) -> None:
    """Patterns alone: thirty thousand characters at once."""
    text = fold((unit * 30_000)[:30_000]).text
    began = time.process_time()
    numbers_in(text)
    addresses_in(text)
    assert time.process_time() - began < 3

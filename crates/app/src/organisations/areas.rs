//! Administrative divisions of the country down to the county, from `data/areas`, compiled in and kept in the database,
//! and the marks that say where help was needed most: 三区三州 and the former poverty counties.
//!
//! A code has twelve digits: two for the province, two for the prefecture, two for the county, zeros below. An area
//! that was abolished is kept, because old records name it, but is offered no more.

use std::collections::{BTreeMap, HashMap};

use db::{BulkInsert, Fault, Kind, Row, Tx, Value, params, sql};

use crate::App;
use crate::kernel::Refusal;
use crate::kernel::civil::{Day, parse_day};
use crate::web::Lang;

const AREAS: &str = include_str!("../../../../data/areas/areas.tsv");
const MARKS: &str = include_str!("../../../../data/areas/marks.tsv");

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Area {
    pub code: String,
    /// Empty for a province.
    pub parent: String,
    /// 1 province, 2 prefecture, 3 county.
    pub level: i64,
    pub name: String,
    /// Empty below the province.
    pub english: String,
    pub marks: Marks,
    /// Empty when it is not known or before anything here.
    pub valid_from_day: Option<Day>,
    /// The first day on which it no longer stood.
    pub abolished_day: Option<Day>,
}

/// What an area, or an area that it lies in, is marked with.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Marks {
    /// 三区三州.
    pub three_regions: bool,
    /// On the national list of 832 counties of 2014; the last left it on 2020-11-23.
    pub former_poverty_county: bool,
}

/// What the compiled-in files say, by code. They are ours, so a line that cannot be read is a defect and panics.
fn compiled() -> BTreeMap<String, Area> {
    let mut areas: BTreeMap<String, Area> = BTreeMap::new();
    for line in AREAS.lines().skip(1) {
        let [code, name, english, from, until] = columns(line);
        assert!(code.len() == 12 && code.bytes().all(|b| b.is_ascii_digit()), "data/areas/areas.tsv: {line}");
        let day = |text: &str| (!text.is_empty()).then(|| parse_day(text).unwrap_or_else(|| panic!("data/areas/areas.tsv: {line}")));
        let area = Area {
            code: code.to_owned(),
            parent: String::new(),
            level: level(code),
            name: name.to_owned(),
            english: english.to_owned(),
            marks: Marks::default(),
            valid_from_day: day(from),
            abolished_day: day(until),
        };
        areas.insert(code.to_owned(), area);
    }
    let marks = compiled_marks();
    let codes: Vec<String> = areas.keys().cloned().collect();
    for code in codes {
        let above = [province(&code), prefecture(&code)];
        let parent = above.iter().rev().find(|c| **c != code && areas.contains_key(*c)).cloned().unwrap_or_default();
        let area = areas.get_mut(&code).expect("the code was just listed");
        area.parent = parent;
        for c in above.iter().chain([&code]) {
            if let Some(found) = marks.get(c.as_str()) {
                area.marks.three_regions |= found.three_regions;
                // The list names counties; what contains one is not one.
                area.marks.former_poverty_county |= found.former_poverty_county && *c == code;
            }
        }
    }
    areas
}

fn compiled_marks() -> HashMap<&'static str, Marks> {
    let mut marks: HashMap<&str, Marks> = HashMap::new();
    for line in MARKS.lines().skip(1) {
        let [code, mark, _, _] = columns(line);
        let entry = marks.entry(code).or_default();
        match mark {
            "three_regions" => entry.three_regions = true,
            "former_poverty_county" => entry.former_poverty_county = true,
            _ => panic!("data/areas/marks.tsv: {line}"),
        }
    }
    marks
}

fn columns<const N: usize>(line: &'static str) -> [&'static str; N] {
    let cells: Vec<&str> = line.split('\t').collect();
    cells.try_into().unwrap_or_else(|_| panic!("data/areas: a line without {N} cells: {line}"))
}

fn province(code: &str) -> String {
    format!("{}0000000000", &code[..2])
}

fn prefecture(code: &str) -> String {
    format!("{}00000000", &code[..4])
}

fn level(code: &str) -> i64 {
    match code {
        c if province(c) == c => 1,
        c if prefecture(c) == c => 2,
        _ => 3,
    }
}

const INTO_AREA: BulkInsert = BulkInsert {
    table: "area",
    columns: &[
        ("code", Kind::Text),
        ("parent", Kind::Text),
        ("level", Kind::Int),
        ("name", Kind::Text),
        ("english", Kind::Text),
        ("three_regions", Kind::Int),
        ("former_poverty_county", Kind::Int),
        ("valid_from_day", Kind::Int),
        ("abolished_day", Kind::Int),
    ],
};

/// Brings the database's areas to what this program was compiled with: new ones are added, changed ones corrected,
/// none is ever removed. Does nothing when they agree already.
pub fn load(app: &App) -> Result<(), Fault> {
    let compiled = compiled();
    app.db.write(|tx| {
        let stored: HashMap<String, Area> = load_all(tx)?.into_iter().map(|a| (a.code.clone(), a)).collect();
        let mut new: Vec<Value> = Vec::new();
        for area in compiled.values() {
            match stored.get(&area.code) {
                Some(known) if known == area => {}
                Some(_) => correct(tx, area)?,
                None => new.extend(values(area)),
            }
        }
        tx.bulk_insert(INTO_AREA, &new).map(|_| ())
    })
}

fn values(area: &Area) -> [Value<'_>; 9] {
    [
        area.code.as_str().into(),
        area.parent.as_str().into(),
        area.level.into(),
        area.name.as_str().into(),
        area.english.as_str().into(),
        area.marks.three_regions.into(),
        area.marks.former_poverty_county.into(),
        area.valid_from_day.into(),
        area.abolished_day.into(),
    ]
}

fn correct(tx: &mut Tx, area: &Area) -> Result<(), Fault> {
    tx.execute_one(
        sql("UPDATE area SET parent = ?2, level = ?3, name = ?4, english = ?5, three_regions = ?6, former_poverty_county = ?7, \
             valid_from_day = ?8, abolished_day = ?9 WHERE code = ?1"),
        &values(area),
    )
}

/// Every area, by code.
pub fn load_all(tx: &mut Tx) -> Result<Vec<Area>, Fault> {
    let rows = tx.query(
        sql("SELECT code, parent, level, name, english, three_regions, former_poverty_county, valid_from_day, abolished_day FROM area ORDER BY code"),
        params![],
    )?;
    rows.iter().map(from_row).collect()
}

pub fn find(tx: &mut Tx, code: &str) -> Result<Option<Area>, Fault> {
    let row = tx.query_opt(
        sql("SELECT code, parent, level, name, english, three_regions, former_poverty_county, valid_from_day, abolished_day FROM area WHERE code = ?1"),
        params![code],
    )?;
    row.as_ref().map(from_row).transpose()
}

/// The provinces, by code.
pub fn provinces(tx: &mut Tx) -> Result<Vec<Area>, Fault> {
    children(tx, "")
}

/// What lies directly below an area and still stands: prefectures, or counties where there is no prefecture between.
pub fn children(tx: &mut Tx, code: &str) -> Result<Vec<Area>, Fault> {
    let rows = tx.query(
        sql("SELECT code, parent, level, name, english, three_regions, former_poverty_county, valid_from_day, abolished_day FROM area \
             WHERE parent = ?1 AND abolished_day IS NULL ORDER BY code"),
        params![code],
    )?;
    rows.iter().map(from_row).collect()
}

/// The area that somebody means by a code (6 or 12 digits) or by the end of its whole name (通渭县, 定西市通渭县).
/// Where several are called so, the refusal names them.
pub fn named(tx: &mut Tx, typed: &str) -> Result<Result<Area, Refusal>, Fault> {
    let unknown = || Refusal::input("area", "refusal-area-unknown");
    let words: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if words.is_empty() {
        return Ok(Err(unknown()));
    }
    let standing: BTreeMap<String, Area> =
        load_all(tx)?.into_iter().filter(|a| a.abolished_day.is_none()).map(|a| (a.code.clone(), a)).collect();
    let code = if words.len() == 6 { format!("{words}000000") } else { words.clone() };
    if let Some(area) = standing.get(&code) {
        return Ok(Ok(area.clone()));
    }
    let whole_name = |area: &Area| {
        let (mut name, mut parent) = (area.name.clone(), area.parent.as_str());
        while let Some(above) = standing.get(parent) {
            name.insert_str(0, &above.name);
            parent = above.parent.as_str();
        }
        name
    };
    let meant: Vec<(String, &Area)> =
        standing.values().map(|a| (whole_name(a), a)).filter(|(name, a)| name.ends_with(&words) && words.ends_with(&a.name)).collect();
    Ok(match meant.as_slice() {
        [] => Err(unknown()),
        [(_, area)] => Ok((*area).clone()),
        several => {
            let names: Vec<&str> = several.iter().take(5).map(|(name, _)| name.as_str()).collect();
            Err(Refusal::input("area", "refusal-area-several").with("names", names.join(" / ")))
        }
    })
}

/// An area's marks, its own and those of what it lies in. An unknown code has none.
pub fn marks(tx: &mut Tx, code: &str) -> Result<Marks, Fault> {
    Ok(find(tx, code)?.map(|a| a.marks).unwrap_or_default())
}

/// The whole name: 甘肃省定西市通渭县, or in English from the smallest to the largest. Below the province there is no
/// official English name in the source, and none is made up: the Chinese one stands there.
pub fn name_path(tx: &mut Tx, code: &str, lang: Lang) -> Result<String, Fault> {
    let mut names = Vec::new();
    let mut next = code.to_owned();
    while !next.is_empty() && names.len() < 3 {
        let area = find(tx, &next)?.ok_or_else(|| Fault::inconsistent(format!("there is no area {next}")))?;
        names.push(if lang == Lang::En && !area.english.is_empty() { area.english } else { area.name });
        next = area.parent;
    }
    Ok(match lang {
        Lang::En => names.join(", "),
        Lang::Zh => names.into_iter().rev().collect(),
    })
}

fn from_row(row: &Row) -> Result<Area, Fault> {
    Ok(Area {
        code: row.text("code")?,
        parent: row.text("parent")?,
        level: row.int("level")?,
        name: row.text("name")?,
        english: row.text("english")?,
        marks: Marks { three_regions: row.bool("three_regions")?, former_poverty_county: row.bool("former_poverty_county")? },
        valid_from_day: row.opt_int("valid_from_day")?,
        abolished_day: row.opt_int("abolished_day")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_hang_together() {
        let areas = compiled();
        assert_eq!(areas.values().filter(|a| a.level == 1).count(), 34);
        for area in areas.values() {
            assert_eq!(area.parent.is_empty(), area.level == 1, "{}", area.name);
            assert!(area.parent.is_empty() || areas[&area.parent].level < area.level);
        }
        for code in compiled_marks().keys() {
            assert!(areas.contains_key(*code), "a mark on {code}, which is no area");
        }
    }

    #[test]
    fn marks_reach_down_and_names_reach_up() {
        let areas = compiled();
        let table = [
            ("540102000000", true, true),   // 城关区 of 拉萨, as all of Xizang
            ("513426000000", true, false),  // 会东县 in 凉山
            ("621121000000", false, true),  // 通渭县
            ("513431000000", true, true),   // 昭觉县 in 凉山
            ("110101000000", false, false), // 东城区
        ];
        for (code, three_regions, former_poverty_county) in table {
            assert_eq!(areas[code].marks, Marks { three_regions, former_poverty_county }, "{}", areas[code].name);
        }
        assert_eq!(areas["110101000000"].parent, "110000000000", "districts of Beijing belong to it directly");
        assert_eq!(areas["621121000000"].parent, "621100000000");
        assert_eq!(areas["500112000000"].abolished_day, parse_day("2025-11-06"));
    }
}

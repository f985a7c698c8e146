//! Spreadsheets as people send them: good ones, odd ones, wrong ones and mangled ones.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::expenses::{HEADS, Looked, day_of_text, look};
use super::read::{ROWS, cell_name, read};
use super::write::{Out, Sheet, lines_sheet, workbook};
use crate::kernel::civil::{day_text, parse_day};
use crate::projects::model::{BudgetLine, LineKind};

fn line(id: i64, item: &str) -> BudgetLine {
    BudgetLine {
        id,
        item: item.into(),
        english_item: String::new(),
        unit: "件".into(),
        quantity: 100,
        unit_price_fen: 10_000,
        amount_fen: 1_000_000,
        spent_fen: 0,
        kind: LineKind::Programme,
    }
}

fn lines() -> Vec<BudgetLine> {
    vec![line(1, "棉衣"), line(2, "午餐"), line(3, "同名"), line(4, "同名")]
}

fn looked(bytes: &[u8]) -> Looked {
    let day = |text| parse_day(text).unwrap();
    look(&read(bytes).unwrap(), &lines(), day("2026-01-10"), day("2026-09-07"))
}

/// A CSV with the heads and these rows.
fn csv(rows: &[&str]) -> Vec<u8> {
    let heads: Vec<&str> = HEADS.iter().map(|(chinese, _)| *chinese).collect();
    format!("{}\r\n{}\r\n", heads.join(","), rows.join("\r\n")).into_bytes()
}

/// A workbook with the heads, and whatever `fill` puts below them.
fn book(fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (head, _)) in (0_u16..).zip(HEADS) {
        sheet.write_string(0, column, head).unwrap();
    }
    fill(sheet).unwrap();
    book.save_to_buffer().unwrap()
}

fn said(looked: &Looked) -> Vec<String> {
    looked.faults.iter().map(|r| format!("{} {}", r.cell, r.message)).collect()
}

#[test]
fn what_is_right_is_taken_however_it_is_typed() {
    for row in [
        "2026-03-01,棉衣,第一批棉衣,3,265,795,24512000",
        "2026/3/1, 棉衣 ,第一批棉衣,３,￥265.00,\"¥795.00\",24512000",
        "2026年3月1日,棉衣,第一批棉衣,3,265.00,,24512000",
        "20260301,棉衣,第一批棉衣,3,265,795.00,24512000",
        "２０２６-０３-０１,棉衣,第一批棉衣,3,265,795,24512000",
        "2026-03-01 14:30:00,棉衣,第一批棉衣,3,265,795,24512000",
    ] {
        let looked = looked(&csv(&[row]));
        assert_eq!(said(&looked), Vec::<String>::new(), "{row}");
        let taken = &looked.rows[0];
        assert_eq!((taken.row, taken.budget_line_id, taken.quantity, taken.unit_price_fen), (2, 1, 3, 26_500), "{row}");
        assert_eq!((day_text(taken.spent_day).as_str(), taken.amount_fen()), ("2026-03-01", 79_500));
    }
    let thousand = looked(&csv(&["2026-03-01,午餐,午餐,1,\"12,345.60\",\"12,345.60\",1"]));
    assert_eq!(thousand.rows[0].unit_price_fen, 1_234_560);
}

#[test]
fn what_is_wrong_is_named_by_its_cell() {
    for (row, faults) in [
        ("不记得,棉衣,衣服,3,265,795,1", &["A2 sheet-not-a-day"][..]),
        ("46082,棉衣,衣服,3,265,795,1", &["A2 sheet-not-a-day"]),
        ("01/03/2026,棉衣,衣服,3,265,795,1", &["A2 sheet-not-a-day"]),
        ("2026-02-30,棉衣,衣服,3,265,795,1", &["A2 sheet-not-a-day"]),
        ("2026-12-01,棉衣,衣服,3,265,795,1", &["A2 sheet-future"]),
        ("2025-12-01,棉衣,衣服,3,265,795,1", &["A2 sheet-early"]),
        (",棉衣,衣服,3,265,795,1", &["A2 sheet-missing"]),
        ("2026-03-01,毛衣,衣服,3,265,795,1", &["B2 sheet-no-such-line"]),
        ("2026-03-01,同名,衣服,3,265,795,1", &["B2 sheet-two-lines"]),
        ("2026-03-01,棉衣,,3,265,795,", &["C2 sheet-missing", "G2 sheet-missing"]),
        ("2026-03-01,棉衣,衣服,2.5,265,795,1", &["D2 sheet-not-whole"]),
        ("2026-03-01,棉衣,衣服,-3,265,795,1", &["D2 sheet-not-whole"]),
        ("2026-03-01,棉衣,衣服,三,265,795,1", &["D2 sheet-not-whole"]),
        ("2026-03-01,棉衣,衣服,3,2万,,1", &["E2 sheet-not-money"]),
        ("2026-03-01,棉衣,衣服,3,0.001,,1", &["E2 sheet-not-money"]),
        ("2026-03-01,棉衣,衣服,3,,795,1", &["E2 sheet-missing"]),
        ("2026-03-01,棉衣,衣服,3,265,796,1", &["F2 sheet-product"]),
        ("2026-03-01,棉衣,衣服,0,265,0,1", &["D2 sheet-not-whole"]),
    ] {
        let looked = looked(&csv(&[row]));
        assert_eq!(said(&looked), faults, "{row}");
        assert!(looked.rows.is_empty(), "{row}");
    }
    // A row that is right stays right beside one that is wrong, and the wrong one is named by its own number.
    let both = looked(&csv(&["2026-03-01,棉衣,衣服,3,265,795,1", "", "2026-03-01,毛衣,衣服,3,265,795,1"]));
    assert_eq!((both.rows.len(), said(&both)), (1, vec!["B4 sheet-no-such-line".to_owned()]));
    let long = looked(&csv(&[&format!("2026-03-01,棉衣,{},3,265,795,1", "衣".repeat(201))]));
    assert_eq!(said(&long), ["C2 sheet-too-long"]);
    // Wrong heads: nothing below them means anything.
    let heads = looked("日期,预算项,内容,数量,单价(元),金额(元),发票号码\n2026-03-01,棉衣,衣服,3,265,795,1".as_bytes());
    assert_eq!(said(&heads), ["A1 sheet-head"]);
    assert_eq!(said(&looked(&csv(&[]))), ["A2 sheet-no-rows"]);
}

#[test]
fn workbooks_bring_days_formulas_merged_cells_and_hidden_sheets() {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let plain = |sheet: &mut Worksheet, row: u32| -> Result<(), XlsxError> {
        sheet.write_datetime_with_format(row, 0, ExcelDateTime::from_ymd(2026, 3, 1)?, &date)?;
        sheet.write_string(row, 1, "棉衣")?;
        sheet.write_string(row, 2, "=HYPERLINK(\"http://x\")")?;
        sheet.write_number(row, 3, 3.0)?;
        sheet.write_number(row, 4, 0.1 + 0.2)?;
        sheet.write_string(row, 6, "24512000")?;
        Ok(())
    };
    let good = looked(&book(|sheet| plain(sheet, 1)));
    assert_eq!(said(&good), Vec::<String>::new());
    assert_eq!((good.rows[0].unit_price_fen, day_text(good.rows[0].spent_day).as_str()), (30, "2026-03-01"));
    assert_eq!(good.rows[0].description, "=HYPERLINK(\"http://x\")", "text is text");
    // The same number without a date's format is a number, and no day.
    let serial = looked(&book(|sheet| {
        plain(sheet, 1)?;
        sheet.write_number(1, 0, 46_082.0).map(|_| ())
    }));
    assert_eq!(said(&serial), ["A2 sheet-not-a-day"]);
    // A formula's saved value is taken, and said; one without a value is refused.
    let formula = looked(&book(|sheet| {
        plain(sheet, 1)?;
        sheet.write_formula(1, 5, Formula::new("=D2*E2").set_result("0.9")).map(|_| ())
    }));
    assert_eq!(said(&formula), Vec::<String>::new());
    assert_eq!((formula.notices[0].cell.as_str(), formula.notices[0].value.as_str()), ("F2", "0.9"));
    let merged = looked(&book(|sheet| {
        plain(sheet, 1)?;
        plain(sheet, 2)?;
        sheet.merge_range(3, 1, 4, 2, "棉衣", &Format::new()).map(|_| ())
    }));
    assert!(said(&merged).contains(&"B4:C5 sheet-merged".to_owned()), "{:?}", said(&merged));
    // A hidden sheet is not read, and that is said; the first one that can be seen is.
    let mut hidden = Workbook::new();
    hidden.add_worksheet().set_name("草稿").unwrap().set_hidden(true);
    let sheet = hidden.add_worksheet();
    for (column, (head, _)) in (0_u16..).zip(HEADS) {
        sheet.write_string(0, column, head).unwrap();
    }
    plain(sheet, 1).unwrap();
    sheet.set_active(true);
    let hidden = looked(&hidden.save_to_buffer().unwrap());
    assert_eq!((hidden.rows.len(), hidden.notices[0].cell.as_str()), (1, "草稿"));
}

/// Excel for Mac once counted days from 1904: the same number is another day, and the file says so.
#[test]
fn days_counted_from_1904_are_the_days_they_mean() {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let bytes = book(|sheet| {
        sheet.write_number_with_format(1, 0, 44_620.0, &date)?;
        for (column, text) in [(1, "棉衣"), (2, "衣服"), (3, "3"), (4, "265"), (6, "1")] {
            sheet.write_string(1, column, text)?;
        }
        Ok(())
    });
    let with_1904 = rewritten(&bytes, "xl/workbook.xml", |xml| xml.replacen("<workbookPr", "<workbookPr date1904=\"1\"", 1));
    let looked = looked(&with_1904);
    assert_eq!(said(&looked), Vec::<String>::new());
    assert_eq!(day_text(looked.rows[0].spent_day), "2026-03-01");
}

/// A workbook with one of its parts written anew.
fn rewritten(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut body = Vec::new();
        std::io::copy(&mut entry, &mut body).unwrap();
        if name == part {
            body = change(String::from_utf8(body).unwrap()).into_bytes();
        }
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&body).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in parts {
        out.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        out.write_all(body).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_sheet_of_ours_is_refused_with_its_reason() {
    let locked: Vec<u8> =
        [0xD0, 0xCF, 0x11, 0xE0].into_iter().chain([0; 500]).chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let zeros = vec![0_u8; 80 * 1024 * 1024];
    for (what, bytes, key) in [
        ("nothing", Vec::new(), "refusal-file-empty"),
        ("an old workbook", [&[0xD0, 0xCF, 0x11, 0xE0][..], &[0; 600]].concat(), "refusal-sheet-xls"),
        ("a locked workbook", locked, "refusal-sheet-locked"),
        ("OpenDocument", zipped(&[("mimetype", b"x"), ("content.xml", b"<x/>")]), "refusal-sheet-ods"),
        ("another archive", zipped(&[("a.txt", b"x")]), "refusal-sheet-kind"),
        ("a bomb", zipped(&[("xl/workbook.xml", &zeros)]), "refusal-sheet-bomb"),
        ("a broken archive", b"PK\x03\x04 and nothing".to_vec(), "refusal-sheet-broken"),
        ("a paper", b"%PDF-1.7".to_vec(), "refusal-sheet-kind"),
        ("a picture", b"\x89PNG\r\n\x1a\n".to_vec(), "refusal-sheet-kind"),
        ("a program", b"MZ\x90\0".to_vec(), "refusal-sheet-kind"),
        ("letters nobody knows", vec![b'a', 0xFF, 0xFF, b'b'], "refusal-sheet-letters"),
        ("blank lines", b"\r\n\r\n".to_vec(), "refusal-sheet-nothing"),
    ] {
        let refused = read(&bytes).unwrap_err();
        assert_eq!((refused.key, refused.field), (key, Some("sheet")), "{what}");
    }
}

#[test]
fn a_hundred_thousand_rows_are_refused_at_once() {
    let row = "2026-03-01,棉衣,衣服,3,265,795,1";
    let many = csv(&vec![row; 100_000]);
    let refused = read(&many).unwrap_err();
    assert_eq!((refused.key, refused.args[0].1.as_str()), ("refusal-sheet-rows", ROWS.to_string().as_str()));
    assert_eq!(looked(&csv(&vec![row; ROWS])).rows.len(), ROWS);
    let wide = book(|sheet| sheet.write_string(1_048_575, 16_383, "far away").map(|_| ()));
    assert_eq!(read(&wide).unwrap().rows.len(), 1, "a cell far away costs nothing");
}

#[test]
fn gb18030_and_other_marks_are_read() {
    let text = String::from_utf8(csv(&["2026-03-01,棉衣,衣服,3,265,795,1"])).unwrap();
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    assert_eq!(looked(&gb).rows.len(), 1);
    assert_eq!(looked(&[&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat()).rows.len(), 1);
    for mark in ["\t", ";"] {
        assert_eq!(looked(text.replace(',', mark).as_bytes()).rows.len(), 1, "{mark:?}");
    }
    let quoted =
        looked("支出日期,预算项,内容,数量,单价（元）,金额（元）,发票号码\n2026-03-01,棉衣,\"衣服,\n\"\"厚\"\"\",3,265,795,1".as_bytes());
    assert_eq!(quoted.rows[0].description, "衣服,\"厚\"");
}

/// Whatever is done to a file, it is read or refused with a sentence.
#[test]
fn mangled_files_are_read_or_refused_and_nothing_else() {
    let workbook = book(|sheet| {
        for row in 1..30 {
            sheet.write_string(row, 0, "2026-03-01")?;
            sheet.write_number(row, 3, f64::from(row))?;
            sheet.write_formula(row, 5, Formula::new("=D2*E2").set_result("1"))?;
        }
        sheet.merge_range(40, 1, 41, 2, "x", &Format::new()).map(|_| ())
    });
    let table = csv(&["2026-03-01,\"棉衣\",衣服,3,265,795,1"; 5]);
    let mut seed = 20_261_124_u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    let (mut taken, mut refused) = (0, 0);
    for round in 0..600 {
        let mut bytes = if round % 3 == 0 { table.clone() } else { workbook.clone() };
        for _ in 0..=next() % 12 {
            let at = next() % bytes.len();
            match next() % 4 {
                0 => bytes[at] = u8::try_from(next() % 256).unwrap(),
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, u8::try_from(next() % 256).unwrap()),
                _ => {
                    let end = (at + next() % 40).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        match read(&bytes) {
            Ok(grid) => {
                taken += 1;
                let looked = look(&grid, &lines(), 0, 100_000);
                assert!(looked.faults.iter().all(|f| !f.cell.is_empty() && f.message.starts_with("sheet-")));
            }
            Err(refusal) => {
                refused += 1;
                assert!(refusal.key.starts_with("refusal-"), "{refusal:?}");
            }
        }
    }
    // Damage inside the XML as well, which a wrong checksum of the archive would otherwise keep from the reader.
    for round in 0..300 {
        let part = ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"][round % 4];
        let (from, to) = (next(), next() % 256);
        let bytes = rewritten(&workbook, part, |xml| {
            let mut chars: Vec<char> = xml.chars().collect();
            let at = from % chars.len();
            chars[at] = char::from(u8::try_from(to).unwrap());
            chars.into_iter().collect()
        });
        match read(&bytes) {
            Ok(grid) => {
                taken += 1;
                let _ = look(&grid, &lines(), 0, 100_000);
            }
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 20 && refused > 20, "{taken} taken, {refused} refused");
}

#[test]
fn what_goes_out_comes_in_again_and_is_no_formula() {
    let rows = vec![
        vec![
            Out::from("2026-03-01"),
            Out::from("棉衣"),
            Out::from("=1+1"),
            Out::Count(3),
            Out::Money(26_500),
            Out::Money(79_500),
            Out::from("-1"),
        ],
        vec![Out::from("2026-03-02"), Out::from("午餐"), Out::from("@x"), Out::Count(1), Out::Money(1), Out::Blank, Out::from("+1")],
    ];
    let heads = HEADS.iter().map(|(chinese, _)| (*chinese).to_owned()).collect();
    let sheet = Sheet { name: "支出".into(), heads, rows, widths: vec![14.0; 7] };
    let lines = lines_sheet("7001", "山里孩子", &[("棉衣".into(), 100)], ["预算项".into(), "余额".into()]);
    let bytes = workbook(&[sheet, lines]).unwrap();
    let grid = read(&bytes).unwrap();
    assert_eq!(grid.project.as_deref(), Some("7001"));
    let looked = looked(&bytes);
    assert_eq!(said(&looked), Vec::<String>::new());
    assert_eq!(looked.notices, [], "no cell is a formula");
    let told: Vec<&str> = looked.rows.iter().map(|r| r.description.as_str()).collect();
    assert_eq!((told, looked.rows[1].unit_price_fen), (vec!["=1+1", "@x"], 1));
}

#[test]
fn cells_have_the_names_people_give_them() {
    for (column, row, name) in [(0, 1, "A1"), (25, 7, "Z7"), (26, 1, "AA1"), (16_383, 1_048_576, "XFD1048576")] {
        assert_eq!(cell_name(column, row), name);
    }
    for (text, day) in
        [("2026年9月7日", Some("2026-09-07")), ("2026.9.7", Some("2026-09-07")), ("9/7/2026", None), ("2026-9", None), ("-", None)]
    {
        assert_eq!(day_of_text(text).map(day_text).as_deref(), day, "{text}");
    }
}

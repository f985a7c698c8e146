//! Lists as comma-separated text, the way spreadsheets in China open it: UTF-8 with its mark, lines ended by CRLF (RFC 4180).

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front: what people typed is never run. An amount
/// below zero is a number and stays one.
pub fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            let guarded = if formula && !is_number_below_zero(cell) { format!("'{cell}") } else { cell.clone() };
            if guarded.contains([',', '"', '\n', '\r']) {
                text.push('"');
                text.push_str(&guarded.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&guarded);
            }
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn is_number_below_zero(cell: &str) -> bool {
    cell.strip_prefix('-')
        .is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        for (cell, written) in [
            ("梦想中心", "梦想中心"),
            ("say \"hi\", please", "\"say \"\"hi\"\", please\""),
            ("两\n行", "\"两\n行\""),
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-2.50", "-2.50"),
            ("-2+3", "'-2+3"),
            ("-.", "'-."),
            ("@x", "'@x"),
            ("＝1", "'＝1"),
        ] {
            let rows = [vec!["a".to_owned(), cell.to_owned()], vec!["b".to_owned()]];
            assert_eq!(String::from_utf8(super::csv(&rows)).unwrap(), format!("\u{feff}a,{written}\r\nb\r\n"));
        }
    }
}

//! Text and its ground differ enough for weak eyes: WCAG 2.2, 1.4.3 (4.5 : 1 for text) and 1.4.11 (3 : 1 for the edges of controls),
//! computed from the tokens themselves, light and dark. The large mode only replaces quieter colours by stronger ones.
use std::collections::BTreeMap;

type Rgb = [f64; 3];

/// Colours by name, once light and once dark.
fn tokens() -> BTreeMap<String, [Rgb; 2]> {
    let mut found = BTreeMap::new();
    for line in ui::STYLE.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(':')) else {
            continue;
        };
        let colours: Vec<Rgb> = value.split('#').skip(1).filter_map(colour).collect();
        if let [light, dark] = colours[..]
            && value.starts_with("var(--l, #")
        {
            found.insert(name.to_owned(), [light, dark]);
        }
    }
    found
}

fn colour(text: &str) -> Option<Rgb> {
    let digits: String = text.chars().take_while(char::is_ascii_hexdigit).collect();
    let digits = if digits.len() == 3 { digits.chars().flat_map(|d| [d, d]).collect() } else { digits };
    let channel = |i: usize| u8::from_str_radix(digits.get(i..i + 2)?, 16).ok().map(|v| f64::from(v) / 255.0);
    Some([channel(0)?, channel(2)?, channel(4)?])
}

fn luminance(colour: Rgb) -> f64 {
    let [r, g, b] = colour.map(|v| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn ratio(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

#[test]
fn black_on_white_is_twenty_one_to_one() {
    assert!((ratio([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!((ratio(colour("767676").unwrap(), [1.0; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn text_and_controls_stand_out_from_their_ground() {
    let tokens = tokens();
    assert!(tokens.len() >= 30, "only {} colours found: has the token file moved?", tokens.len());
    let text = 4.5;
    let edge = 3.0;
    let mut pairs = vec![
        ("on-sea", "sea", text),
        ("on-sea", "sea-2", text),
        ("on-drop", "drop", text),
        ("on-drop", "drop-2", text),
        ("on-deep", "deep", text),
        ("drop-2", "drop-soft", text),
        ("ink", "drop-soft", text),
        ("line-2", "surface", edge),
        ("line-2", "paper", edge),
        ("sea", "sunk", edge),
    ];
    for ground in ["paper", "surface", "sunk", "sea-soft"] {
        for front in ["ink", "ink-2", "sea", "sea-2"] {
            pairs.push((front, ground, text));
        }
        pairs.push(("focus", ground, edge));
    }
    for front in ["drop", "good", "warn", "bad"] {
        pairs.push((front, "paper", text));
        pairs.push((front, "surface", text));
    }
    for tone in ["good", "warn", "bad"] {
        for (front, ground) in [(tone, format!("{tone}-soft")), ("ink", format!("{tone}-soft")), ("sea", format!("{tone}-soft"))] {
            let ratios = [0, 1].map(|mode| ratio(tokens[front][mode], tokens[&ground][mode]));
            assert!(ratios.iter().all(|ratio| *ratio >= text), "--{front} on --{ground}: {ratios:.2?} light and dark");
        }
    }
    for field in ["relief", "education", "health", "care", "ecology"] {
        pairs.push((field, "surface", text));
        pairs.push((field, "paper", text));
        let ratios = [0, 1].map(|mode| ratio(tokens[field][mode], tokens[&format!("{field}-soft")][mode]));
        assert!(ratios.iter().all(|ratio| *ratio >= text), "--{field} on its ground: {ratios:.2?} light and dark");
    }
    let mut faint = Vec::new();
    for (front, ground, least) in pairs {
        for (mode, name) in ["light", "dark"].into_iter().enumerate() {
            let ratio = ratio(tokens[front][mode], tokens[ground][mode]);
            if ratio < least {
                faint.push(format!("--{front} on --{ground}, {name}: {ratio:.2} < {least}"));
            }
        }
    }
    assert!(faint.is_empty(), "{faint:#?}");
}

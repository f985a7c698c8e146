//! A strict reader of our own markup: tags in balance, ids once, references that lead somewhere, nothing inline.
use std::collections::BTreeSet;

const VOID: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "source"];

/// Says what is wrong first.
pub fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for tag in tags(html) {
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(last) if last == name => {}
                last => return Err(format!("</{name}> closes {last:?}")),
            }
            continue;
        }
        if tag.starts_with(['!', '?']) {
            continue;
        }
        let name: String = tag.chars().take_while(|ch| ch.is_ascii_alphanumeric()).collect();
        for (key, value) in attributes(&tag) {
            match key.as_str() {
                "style" => return Err(format!("inline style in <{tag}>")),
                "id" if !ids.insert(value.clone()) => return Err(format!("id {value} twice")),
                "aria-describedby" => wanted.extend(value.split(' ').map(str::to_owned)),
                "for" => _ = wanted.insert(value),
                key if key.starts_with("on") => return Err(format!("inline script in <{tag}>")),
                _ => {}
            }
        }
        if name == "img" && !tag.contains("alt=\"") {
            return Err(format!("a picture without words: <{tag}>"));
        }
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    if !open.is_empty() {
        return Err(format!("left open: {open:?}"));
    }
    match wanted.difference(&ids).next() {
        Some(id) => Err(format!("something points at #{id}, which is not there")),
        None => Ok(()),
    }
}

/// Every class named in the markup.
pub fn classes(html: &str) -> BTreeSet<String> {
    tags(html)
        .iter()
        .flat_map(|tag| attributes(tag))
        .filter(|(key, _)| key == "class")
        .flat_map(|(_, value)| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// What stands between `<` and `>`; our markup escapes both everywhere else.
fn tags(html: &str) -> Vec<String> {
    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or("").to_owned()).collect()
}

fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag;
    while let Some(at) = rest.find("=\"") {
        let key = rest[..at].rsplit([' ', '"']).next().unwrap_or("").to_owned();
        let value = rest[at + 2..].split('"').next().unwrap_or("").to_owned();
        rest = &rest[at + 2 + value.len()..];
        found.push((key, value));
    }
    found
}

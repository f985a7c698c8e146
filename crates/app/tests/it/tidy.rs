//! How the project is written: who may use whom, words that do not belong, paths that documents name, messages that
//! both languages must have. Each failure names the file and the line.

use std::collections::{BTreeMap, BTreeSet};

use app::web::FILES;

use crate::sources::{self, File, Token, files, tokens};

/// Nothing was found; otherwise says everything that was, one a line.
fn assert_none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n{}\n", found.join("\n"));
}

/// Any slice may use these, and they use no slice.
const GROUND: [&str; 4] = ["kernel", "web", "jobs", "channel"];

/// The directions as `crates/app/src/lib.rs` states them: a slice and all it may reach. `None` means all.
fn directions() -> BTreeMap<String, Option<BTreeSet<String>>> {
    let lib = files("crates/app/src", "lib.rs").remove(0);
    let doc: Vec<&str> = lib.text.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let doc = doc.join(" ");
    let mut direct: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for (at, quoted) in doc.split('`').enumerate().filter(|(at, _)| at % 2 == 1) {
        if let Some((from, to)) = quoted.split_once('→') {
            let targets = to.split(',').map(|name| name.trim().to_owned());
            direct.entry(from.trim().to_owned()).or_default().extend(targets);
        } else if let Some(after) = doc.split('`').nth(at + 1)
            && (after.contains("reads from all") || after.contains("read from all") || after.trim() == "and")
        {
            all.insert(quoted.to_owned());
        }
    }
    let mut reach: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
    for slice in slices() {
        let mut reached = BTreeSet::new();
        let mut next = vec![slice.clone()];
        while let Some(name) = next.pop() {
            next.extend(direct.get(&name).into_iter().flatten().filter(|to| reached.insert((*to).clone())).cloned());
        }
        reach.insert(slice.clone(), if all.contains(&slice) { None } else { Some(reached) });
    }
    reach
}

/// The folders of the product that are slices.
fn slices() -> BTreeSet<String> {
    let parts =
        files("crates/app/src", ".rs").into_iter().filter_map(|file| Some(file.path.split('/').nth(3)?.trim_end_matches(".rs").to_owned()));
    parts.filter(|name| !GROUND.contains(&name.as_str()) && name != "lib").collect()
}

/// Every path into the crate that a file names, as the words after `crate::`, with its line. Groups are opened.
fn paths_used(file: &File) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(&file.text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_word("crate") && follows_path(&tokens, at + 1) {
            open_path(&tokens, at + 3, Vec::new(), token.line, &mut found);
        }
    }
    // `super` counts from the file's own module.
    let module = module_of(&file.path);
    for (at, token) in tokens.iter().enumerate() {
        let starts = token.is_word("super") && (at < 3 || !tokens[at - 3].is_word("super"));
        if !starts {
            continue;
        }
        let (mut next, mut ups) = (at, 0);
        while tokens.get(next).is_some_and(|t| t.is_word("super")) && follows_path(&tokens, next + 1) {
            (next, ups) = (next + 3, ups + 1);
        }
        if let Some(base) = module.len().checked_sub(ups) {
            open_path(&tokens, next, module[..base].to_vec(), token.line, &mut found);
        }
    }
    found
}

fn follows_path(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| t.is_mark(':')) && tokens.get(at + 1).is_some_and(|t| t.is_mark(':'))
}

/// Adds the path that begins at a token and returns where it ends.
fn open_path(tokens: &[Token], at: usize, before: Vec<String>, line: usize, found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let Some(token) = tokens.get(at) else { return at };
    if let Some(word) = token.word() {
        let path = [before, vec![word.to_owned()]].concat();
        if follows_path(tokens, at + 1) {
            return open_path(tokens, at + 3, path, line, found);
        }
        found.push((line, path));
        return at + 1;
    }
    if !token.is_mark('{') {
        found.push((line, before));
        return at + 1;
    }
    let mut next = at + 1;
    while tokens.get(next).is_some_and(|t| !t.is_mark('}')) {
        next = if tokens[next].is_mark(',') { next + 1 } else { open_path(tokens, next, before.clone(), line, found) };
    }
    next + 1
}

/// `crates/app/src/giving/pages/thanks.rs` is `giving::pages::thanks`.
fn module_of(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("crates/app/src/").trim_end_matches(".rs").trim_end_matches("/mod");
    inner.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

#[test]
fn directions_are_read_as_they_are_written() {
    let reach = directions();
    let giving = reach["giving"].as_ref().expect("giving does not read from all");
    assert!(giving.contains("organisations") && !giving.contains("settlement"), "{giving:?}");
    assert!(reach["discover"].is_none());
    let text = "use crate::{App, giving::{self, actions::give}};\nfn f() { super::store::g(); super::super::projects::h() }".to_owned();
    let file = File { path: "crates/app/src/settlement/pages.rs".to_owned(), text };
    let used: Vec<String> = paths_used(&file).into_iter().map(|(line, path)| format!("{line} {}", path.join("::"))).collect();
    let expected = ["1 App", "1 giving::self", "1 giving::actions::give", "2 settlement::store::g", "2 projects::h"];
    assert_eq!(used, expected);
}

#[test]
fn slices_use_each_other_only_in_the_stated_directions() {
    let reach = directions();
    assert!(reach.len() >= 6, "only these slices were found: {:?}", reach.keys());
    let mut wrong = Vec::new();
    for file in files("crates/app/src", ".rs") {
        let module = module_of(&file.path);
        let Some(own) = module.first() else { continue };
        for (line, path) in paths_used(&file) {
            let Some(other) = path.first().filter(|other| reach.contains_key(*other) && *other != own) else { continue };
            let allowed = match reach.get(own) {
                Some(None) => true,
                Some(Some(reached)) => reached.contains(other),
                None => false,
            };
            if !allowed {
                wrong.push(format!("{}:{line}: {own} uses {other}, which lib.rs does not state", file.path));
            }
            if path.get(1).is_some_and(|part| part == "store" || part == "pages") {
                wrong.push(format!("{}:{line}: {} is inside {other}; go through its mod.rs", file.path, path.join("::")));
            }
        }
    }
    assert_none(&wrong, "directions between slices (see crates/app/src/lib.rs)");
}

#[test]
fn within_a_slice_pages_stand_on_actions_and_actions_on_rules_and_store() {
    let height = |part: &str| match part {
        "model" => Some(0),
        "rules" => Some(1),
        // A statement may name a limit that a rule states; a rule never reads.
        "store" => Some(2),
        "actions" => Some(3),
        "pages" => Some(4),
        _ => None,
    };
    let mut wrong = Vec::new();
    for file in files("crates/app/src", ".rs") {
        let module = module_of(&file.path);
        let (Some(slice), Some(part)) = (module.first(), module.get(1)) else { continue };
        let part = part.trim_end_matches("_tests");
        let Some(own) = height(part) else { continue };
        for (line, path) in paths_used(&file) {
            if path.first() != Some(slice) {
                continue;
            }
            let Some(other) = path.get(1).filter(|other| *other != part) else { continue };
            if height(other).is_some_and(|h| h >= own) {
                wrong.push(format!("{}:{line}: {part} uses {other}", file.path));
            }
        }
        if part == "rules" {
            for token in tokens(&file.text) {
                if token.word().is_some_and(|w| matches!(w, "Tx" | "Db" | "sql" | "Clock" | "App" | "random_bytes")) {
                    wrong.push(format!("{}:{}: rules take what is as arguments", file.path, token.line));
                }
            }
        }
    }
    assert_none(&wrong, "directions within a slice: pages → actions → {rules, store} → model");
}

#[test]
fn raw_html_is_made_in_the_ui_crate_only() {
    let rust = files("crates", ".rs").into_iter().filter(|f| !f.path.starts_with("crates/ui/"));
    let mut wrong = Vec::new();
    for file in rust {
        wrong.extend(tokens(&file.text).iter().filter(|t| t.is_word("PreEscaped")).map(|t| format!("{}:{}", file.path, t.line)));
    }
    assert_none(&wrong, "PreEscaped outside crates/ui");
}

#[test]
fn nothing_is_left_for_later_and_no_file_is_too_long() {
    // Written so that this file does not find itself.
    let marks = ["TO", "FIX", "X"].map(|start| {
        format!(
            "{start}{}",
            if start == "TO" {
                "DO"
            } else if start == "FIX" {
                "ME"
            } else {
                "XX"
            }
        )
    });
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files("crates", ".rs") {
        seen += 1;
        for (at, line) in file.text.lines().enumerate() {
            if marks.iter().any(|mark| line.split(|c: char| !c.is_alphanumeric()).any(|word| word == mark)) {
                wrong.push(format!("{}:{}: {}", file.path, at + 1, line.trim()));
            }
        }
        let tokens = tokens(&file.text);
        for pair in tokens.windows(2) {
            if pair[1].is_mark('!') && pair[0].word().is_some_and(|w| matches!(w, "todo" | "unimplemented" | "dbg")) {
                wrong.push(format!("{}:{}: {:?}!", file.path, pair[0].line, pair[0].word().unwrap_or_default()));
            }
        }
        let length = file.text.lines().count();
        if length > 700 {
            wrong.push(format!("{}: {length} lines; find the second thing in it", file.path));
        }
    }
    assert!(seen >= 50, "only {seen} sources were found");
    assert_none(&wrong, "left for later, or too long");
}

#[test]
fn a_file_opens_with_what_it_is_for() {
    let silent = |file: &File| !file.text.trim().is_empty() && !file.text.starts_with("//! ");
    let wrong: Vec<String> = files("crates", ".rs").into_iter().filter(silent).map(|file| file.path).collect();
    assert_none(&wrong, "files that do not open with a sentence on what they are for");
}

#[test]
fn the_wall_clock_is_read_in_one_place() {
    let clippy = std::fs::read_to_string(sources::root().join("clippy.toml")).expect("clippy.toml");
    for method in ["std::time::SystemTime::now", "jiff::Timestamp::now", "jiff::Zoned::now"] {
        assert!(clippy.contains(method), "clippy.toml no longer forbids {method}");
    }
    let mut wrong = Vec::new();
    for file in files("crates/app/src", ".rs") {
        let tokens = tokens(&file.text);
        if file.path != "crates/app/src/kernel/clock.rs" {
            let allowed = tokens.iter().filter(|t| t.is_word("disallowed_methods"));
            wrong.extend(allowed.map(|t| format!("{}:{}: the rule about the clock is set aside", file.path, t.line)));
        }
    }
    assert_none(&wrong, "the product reads the time from kernel::Clock");
}

#[test]
fn documents_name_only_paths_that_exist() {
    let root = sources::root();
    let tops: Vec<String> = std::fs::read_dir(&root)
        .expect("the root")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter(|name| !name.starts_with("target"))
        .collect();
    let mut wrong = Vec::new();
    for file in files("", ".md") {
        let folder = root.join(&file.path).parent().expect("a folder").to_owned();
        for (at, line) in file.text.lines().enumerate() {
            let quoted = line.split('`').enumerate().filter(|(at, _)| at % 2 == 1).flat_map(|(_, text)| text.split_whitespace());
            for word in quoted {
                let path =
                    word.trim_start_matches("./").trim_end_matches([',', '.', ';', ')']).split([':', '#']).next().unwrap_or_default();
                let top = path.split('/').next().unwrap_or_default();
                // Patterns and what the program makes are not paths of the project.
                let concrete = !path.contains(['<', '>', '*', '{', '$', '…', 'N']) && top != "data";
                let named = path.contains('/') && tops.iter().any(|name| name == top);
                if concrete && named && !root.join(path).exists() {
                    wrong.push(format!("{}:{}: {path} does not exist", file.path, at + 1));
                }
            }
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let path = target.split('#').next().unwrap_or_default();
                if !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:") && !folder.join(path).exists() {
                    wrong.push(format!("{}:{}: the link to {path} leads nowhere", file.path, at + 1));
                }
            }
        }
    }
    assert_none(&wrong, "paths in documents");
}

/// Messages of a file: `key` and `key.attribute`, each with the variables it mentions.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut message, mut current) = (String::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let first = line.chars().next().unwrap_or(' ');
        if first.is_ascii_alphabetic() {
            message = line.split('=').next().unwrap_or_default().trim().to_owned();
            current.clone_from(&message);
            found.entry(current.clone()).or_default();
        } else if let Some(attribute) = line.trim_start().strip_prefix('.')
            && let Some((name, _)) = attribute.split_once('=')
        {
            current = format!("{message}.{}", name.trim());
            found.entry(current.clone()).or_default();
        }
        let variables =
            line.split('$').skip(1).map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect());
        found.entry(current.clone()).or_default().extend(variables.filter(|_: &String| !current.is_empty()));
    }
    found.remove("");
    found
}

#[test]
fn both_languages_say_the_same_things() {
    let mut wrong = Vec::new();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for (name, zh, en) in FILES {
        let (zh, en) = (messages(zh), messages(en));
        for key in zh.keys().chain(en.keys()).collect::<BTreeSet<_>>() {
            match (zh.get(key), en.get(key)) {
                (Some(zh), Some(en)) if zh != en => wrong.push(format!("{name}.ftl: {key} takes {zh:?} in Chinese and {en:?} in English")),
                (Some(_), Some(_)) => {}
                (zh, _) => wrong.push(format!("{name}.ftl: {key} is missing in {}", if zh.is_some() { "en" } else { "zh-CN" })),
            }
            if let Some(other) = owners.insert(key.clone(), name) {
                wrong.push(format!("{key} stands in {other}.ftl and in {name}.ftl"));
            }
        }
    }
    assert!(owners.len() >= 40, "only {} messages were found", owners.len());
    assert_none(&wrong, "messages");
    let languages =
        |folder: &str| files(folder, ".ftl").into_iter().filter_map(|f| f.path.rsplit('/').next().map(str::to_owned)).collect::<Vec<_>>();
    let mut listed: Vec<String> = FILES.iter().map(|(name, ..)| format!("{name}.ftl")).collect();
    listed.sort();
    assert_eq!(languages("locales/zh-CN"), listed);
    assert_eq!(languages("locales/en"), listed);
}

/// Every literal of the product, with where it stands and the two words before it.
struct Literal {
    place: String,
    text: String,
    /// The name of the function or macro of which it is an argument, as far as one can see.
    call: String,
}

fn literals() -> Vec<Literal> {
    let mut found = Vec::new();
    for file in files("crates/app/src", ".rs") {
        let tokens = tokens(&file.text);
        let mut calls: Vec<String> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.is_mark('(') {
                let before = if at > 0 && tokens[at - 1].is_mark('!') { at.checked_sub(2) } else { at.checked_sub(1) };
                calls.push(before.and_then(|b| tokens[b].word()).unwrap_or_default().to_owned());
            } else if token.is_mark(')') {
                calls.pop();
            } else if let Some(text) = token.text() {
                let call = calls.last().cloned().unwrap_or_default();
                found.push(Literal { place: format!("{}:{}", file.path, token.line), text: text.to_owned(), call });
            }
        }
    }
    found
}

fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(plain)
}

#[test]
fn every_message_is_used_and_every_message_used_is_there() {
    let defined: BTreeSet<String> = FILES.iter().flat_map(|(_, zh, _)| messages(zh).into_keys()).collect();
    let literals = literals();
    let mut wrong = Vec::new();
    for literal in &literals {
        let names_a_message = matches!(literal.call.as_str(), "t" | "ta" | "conflict");
        if names_a_message && is_key(&literal.text) && !defined.contains(&literal.text) && literal.text.contains('-') {
            wrong.push(format!("{}: no message {}", literal.place, literal.text));
        }
        if literal.text.starts_with("refusal-") && literal.text.len() > 8 && is_key(&literal.text) && !defined.contains(&literal.text) {
            wrong.push(format!("{}: no message {}", literal.place, literal.text));
        }
        for (at, _) in literal.text.match_indices("done=") {
            let key: String =
                literal.text[at + 5..].chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
            if !key.is_empty() && !defined.contains(&format!("done-{key}")) {
                wrong.push(format!("{}: no message done-{key}", literal.place));
            }
        }
    }
    // Keys that are put together: `format!("state-{}", …)` uses every message that begins with `state-`.
    let families: BTreeSet<&str> = literals
        .iter()
        .filter_map(|literal| literal.text.split_once('{'))
        .map(|(start, _)| start)
        .filter(|start| start.len() >= 4 && start.ends_with('-') && is_key(start) && *start != "done-")
        .collect();
    let words: BTreeSet<&str> = literals.iter().map(|literal| literal.text.as_str()).collect();
    for key in &defined {
        let message = key.split('.').next().unwrap_or_default();
        let used = words.contains(key.as_str())
            // `.next` says what to do after a refusal; the shell asks for it by the refusal's own key.
            || (key.ends_with(".next") && words.contains(message))
            || families.iter().any(|start| key.starts_with(start))
            || message.strip_prefix("done-").is_some_and(|done| literals.iter().any(|l| l.text.contains(&format!("done={done}"))));
        if !used {
            wrong.push(format!("the message {key} is used nowhere"));
        }
    }
    assert_none(&wrong, "messages");
}

#[test]
fn compliance_answers_every_requirement_with_a_test_or_a_reason() {
    let document = files("docs", "compliance.md").remove(0).text;
    let tests: BTreeSet<String> = files("crates", ".rs")
        .iter()
        .flat_map(|file| {
            let tokens = tokens(&file.text);
            tokens.windows(2).filter(|t| t[0].is_word("fn")).filter_map(|t| t[1].word().map(str::to_owned)).collect::<Vec<_>>()
        })
        .collect();
    let mut wrong = Vec::new();
    for number in 1..=26 {
        let row = document.lines().find(|line| line.starts_with(&format!("| R{number} |")));
        let Some(row) = row else {
            wrong.push(format!("docs/compliance.md has no row for R{number}"));
            continue;
        };
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() != 4 || cells.iter().any(|cell| cell.is_empty()) {
            wrong.push(format!("the row of R{number} does not say what is asked, by which text, and how it is answered"));
            continue;
        }
        let named: Vec<&str> = cells[3].split('`').enumerate().filter(|(at, _)| at % 2 == 1).map(|(_, name)| name).collect();
        if named.is_empty() && !cells[3].contains("No software") {
            wrong.push(format!("R{number} is answered neither by a test nor by a reason that begins “No software”"));
        }
        for name in named.iter().filter(|name| !name.contains(['/', '.', ' ', ':'])) {
            if !tests.contains(*name) {
                wrong.push(format!("R{number} names the test {name}, which does not exist"));
            }
        }
    }
    assert_none(&wrong, "docs/compliance.md");
}

//! The project's own sources, read for the tests that look at how they are written.

use std::path::{Path, PathBuf};

/// A file of the project: its path from the root, with `/`, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root of the project")
}

/// All files below a folder whose names end so, in order. What git ignores by name is left out.
pub fn files(folder: &str, end: &str) -> Vec<File> {
    let root = root();
    let mut folders = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry of a folder").path();
            let name = path.file_name().and_then(|n| n.to_str()).expect("a plain name");
            if path.is_dir() {
                let ignored = name.starts_with('.') || matches!(name, "target" | "data" | "out" | "node_modules");
                if !ignored {
                    folders.push(path);
                }
            } else if name.ends_with(end) {
                let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let path = path.strip_prefix(&root).expect("below the root").to_str().expect("a plain path").to_owned();
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// A piece of Rust source, as far as these tests look. Comments are no pieces.
#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    Word(String),
    /// The value of a string literal.
    Text(String),
    Mark(char),
}

pub struct Token {
    pub line: usize,
    pub piece: Piece,
}

impl Token {
    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.piece, Piece::Word(w) if w == word)
    }

    pub fn is_mark(&self, mark: char) -> bool {
        self.piece == Piece::Mark(mark)
    }

    pub fn word(&self) -> Option<&str> {
        if let Piece::Word(word) = &self.piece { Some(word) } else { None }
    }

    pub fn text(&self) -> Option<&str> {
        if let Piece::Text(text) = &self.piece { Some(text) } else { None }
    }
}

/// Takes a source apart.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let start = at;
        let piece = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => {
                at = line_end(&chars, at);
                None
            }
            '/' if chars.get(at + 1) == Some(&'*') => {
                at = comment_end(&chars, at);
                None
            }
            '"' => {
                let (value, end) = string(&chars, at + 1);
                at = end;
                Some(Piece::Text(value))
            }
            c if c.is_alphanumeric() || c == '_' => {
                let (piece, end) = word(&chars, at);
                at = end;
                Some(piece)
            }
            '\'' => {
                at = quote_end(&chars, at);
                None
            }
            c => {
                at += 1;
                (!c.is_whitespace()).then_some(Piece::Mark(c))
            }
        };
        found.extend(piece.map(|piece| Token { line, piece }));
        line += chars[start..at].iter().filter(|c| **c == '\n').count();
    }
    found
}

fn line_end(chars: &[char], from: usize) -> usize {
    chars[from..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| from + length)
}

fn comment_end(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    break;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// A word, a number, or a raw or byte string that begins like a word.
fn word(chars: &[char], from: usize) -> (Piece, usize) {
    let end = from + chars[from..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
    let word: String = chars[from..end].iter().collect();
    let hashes = chars[end..].iter().take_while(|c| **c == '#').count();
    if matches!(word.as_str(), "r" | "br" | "cr") && chars.get(end + hashes) == Some(&'"') {
        let start = end + hashes + 1;
        let mut close = start;
        let closes = |at: usize| chars[at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        while close < chars.len() && !closes(close) {
            close += 1;
        }
        return (Piece::Text(chars[start..close].iter().collect()), (close + 1 + hashes).min(chars.len()));
    }
    if matches!(word.as_str(), "b" | "c") && chars.get(end) == Some(&'"') {
        let (value, end) = string(chars, end + 1);
        return (Piece::Text(value), end);
    }
    if word == "b" && chars.get(end) == Some(&'\'') {
        return (Piece::Word(word), quote_end(chars, end));
    }
    (Piece::Word(word), end)
}

/// The value of a string as the compiler reads it, and where it ends.
fn string(chars: &[char], from: usize) -> (String, usize) {
    let mut value = String::new();
    let mut at = from;
    while at < chars.len() && chars[at] != '"' {
        if chars[at] != '\\' {
            value.push(chars[at]);
            at += 1;
            continue;
        }
        at += 2;
        match chars[at - 1] {
            '\n' => at += chars[at..].iter().take_while(|c| c.is_whitespace()).count(),
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            '0' => value.push('\0'),
            'u' => {
                let digits: String = chars[at + 1..].iter().take_while(|c| **c != '}').collect();
                at += digits.len() + 2;
                value.extend(u32::from_str_radix(&digits.replace('_', ""), 16).ok().and_then(char::from_u32));
            }
            'x' => {
                let digits: String = chars[at..at + 2].iter().collect();
                at += 2;
                value.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            c => value.push(c),
        }
    }
    (value, at + 1)
}

/// Past a character literal, or past the quote of a lifetime.
fn quote_end(chars: &[char], from: usize) -> usize {
    match (chars.get(from + 1), chars.get(from + 2)) {
        (Some('\\'), _) => chars[from + 3..].iter().position(|c| *c == '\'').map_or(chars.len(), |length| from + 4 + length),
        (Some(_), Some('\'')) => from + 3,
        _ => from + 1,
    }
}

#[test]
fn a_source_is_taken_apart_as_the_compiler_does() {
    let source = "// \"no\"\nlet a: &'a str = \"SELECT \\\"a\\\" \\\n     FROM b\"; /* x /* y */ \"no\" */ r#\"q\"q\"# '\"' b'\\'' b\"z\\u{6c47}\" 1_000";
    let words: Vec<String> = tokens(source).iter().filter_map(|t| t.text().map(str::to_owned)).collect();
    assert_eq!(words, ["SELECT \"a\" FROM b", "q\"q", "z汇"]);
    let last = tokens(source).pop().expect("a token");
    assert!(last.is_word("1_000") && last.line == 3, "{:?}", last.piece);
}

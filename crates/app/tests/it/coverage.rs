//! What nobody may forget, tried for everything there is: every statement on both engines, the same schema on both.

use std::path::{Path, PathBuf};

use testkit::{Engine, World, on_both_engines};

/// All Rust sources of the product's slices.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source of UTF-8");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// A statement as it stands in a source: its text, and where.
struct Statement {
    place: String,
    text: String,
}

/// Every `sql("…")` of a source. `sql` takes only a literal, so nothing else can reach the database.
fn statements(path: &Path, source: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("sql(") {
        let before = source[..at].chars().next_back();
        let line = source[..at].rsplit('\n').next().unwrap_or_default();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') || line.trim_start().starts_with("//") {
            continue;
        }
        let place = format!("{}:{}", path.display(), source[..at].matches('\n').count() + 1);
        let argument = source[at + 4..].trim_start();
        let text = literal(argument).unwrap_or_else(|| panic!("{place}: the argument of sql() is not a plain literal"));
        found.push(Statement { place, text });
    }
    found
}

/// The value of the string literal with which a source goes on.
fn literal(source: &str) -> Option<String> {
    let mut chars = source.strip_prefix('"')?.chars().peekable();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(value),
            '\\' => match chars.next()? {
                '\n' => {
                    while chars.peek().is_some_and(|c| c.is_whitespace()) {
                        chars.next();
                    }
                }
                'n' => value.push('\n'),
                't' => value.push('\t'),
                c @ ('"' | '\\' | '\'') => value.push(c),
                _ => return None,
            },
            c => value.push(c),
        }
    }
}

#[test]
fn a_literal_is_read_as_the_compiler_reads_it() {
    assert_eq!(literal("\"SELECT \\\"a\\\" \\\n     FROM b\", rest"), Some("SELECT \"a\" FROM b".to_owned()));
    assert_eq!(literal("\"a\nb\")"), Some("a\nb".to_owned()));
    assert_eq!(literal("text)"), None);
}

fn every_statement_prepares(world: &World) {
    let mut tried = 0;
    let mut refused = Vec::new();
    for (path, source) in sources() {
        for statement in statements(&path, &source) {
            tried += 1;
            if let Err(fault) = world.app.db.prepare(&statement.text) {
                refused.push(format!("{}: {fault}", statement.place));
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(tried >= 50, "only {tried} statements were found: does the scan still understand the sources?");
}

on_both_engines![every_statement_prepares];

#[test]
fn both_engines_have_the_same_schema() {
    let sqlite = World::new(Engine::Sqlite).app.db.schema().expect("a schema");
    let postgres = World::new(Engine::Postgres).app.db.schema().expect("a schema");
    assert!(sqlite.tables.len() >= 30, "only {} tables were found", sqlite.tables.len());
    for (name, table) in &sqlite.tables {
        assert_eq!(Some(table), postgres.tables.get(name), "table {name} differs between SQLite and PostgreSQL");
    }
    assert_eq!(sqlite, postgres);
}

#[test]
fn migrations_only_grow() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of migrations")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .filter(|name| name.ends_with(".sql"))
        .collect();
    files.sort();
    let listed: Vec<String> = app::MIGRATIONS.iter().map(|m| format!("{:04}_{}.sql", m.number, m.name)).collect();
    assert_eq!(files, listed, "the folder and the list of migrations differ");
    for (at, migration) in app::MIGRATIONS.iter().enumerate() {
        assert_eq!(usize::try_from(migration.number), Ok(at + 1), "the numbers of migrations grow by one");
    }
}

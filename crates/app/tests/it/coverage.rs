//! What nobody may forget, tried for everything there is: every statement on both engines, the same schema on both.

use testkit::{Engine, World, on_both_engines};

use crate::sources::{self, File};

/// A statement as it stands in a source: its text, and where.
struct Statement {
    place: String,
    text: String,
}

/// Every `sql("…")` of a source. `sql` takes only a literal, so nothing else can reach the database.
fn statements(file: &File) -> Vec<Statement> {
    let tokens = sources::tokens(&file.text);
    let calls = tokens.windows(3).filter(|t| t[0].is_word("sql") && t[1].is_mark('('));
    calls
        .map(|t| {
            let place = format!("{}:{}", file.path, t[0].line);
            let text = t[2].text().unwrap_or_else(|| panic!("{place}: the argument of sql() is not a literal")).to_owned();
            Statement { place, text }
        })
        .collect()
}

fn every_statement_prepares(world: &World) {
    let mut tried = 0;
    let mut refused = Vec::new();
    for file in ["crates/app/src", "crates/demo/src", "crates/huihai/src"].into_iter().flat_map(|folder| sources::files(folder, ".rs")) {
        for statement in statements(&file) {
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
    let files: Vec<String> = sources::files("migrations", ".sql").into_iter().map(|file| file.path).collect();
    let listed: Vec<String> = app::MIGRATIONS.iter().map(|m| format!("migrations/{:04}_{}.sql", m.number, m.name)).collect();
    assert_eq!(files, listed, "the folder and the list of migrations differ");
    for (at, migration) in app::MIGRATIONS.iter().enumerate() {
        assert_eq!(usize::try_from(migration.number), Ok(at + 1), "the numbers of migrations grow by one");
    }
}

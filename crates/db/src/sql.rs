//! Statements as the product writes them, and their form on each engine.

use crate::{Engine, Fault, Kind};

/// A statement, written as a literal that both engines accept: `sql("SELECT … WHERE id = ?1")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sql(&'static str);

/// Makes a statement of a literal. A test finds every `sql("…")` in the sources and prepares it on
/// both engines, so the text stands inside the parentheses and not in a constant elsewhere.
#[must_use]
pub const fn sql(text: &'static str) -> Sql {
    Sql(text)
}

impl Sql {
    /// The text as it was written.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.0
    }
}

/// Where a bulk insert goes: the table and, in the order of the values, its columns.
#[derive(Clone, Copy, Debug)]
pub struct BulkInsert {
    pub table: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

impl BulkInsert {
    /// The same insert as a statement for `rows` rows, `INSERT INTO t (a, b) VALUES (?1, ?2), …`;
    /// with one row, what a test prepares to see that table and columns exist.
    #[must_use]
    pub fn statement(&self, rows: usize) -> String {
        let mut text = format!("INSERT INTO {} ({}) VALUES ", self.table, self.names());
        let width = self.columns.len();
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                if column > 0 {
                    text.push_str(", ");
                }
                text.push('?');
                text.push_str(&(row * width + column + 1).to_string());
            }
            text.push(')');
        }
        text
    }

    pub(crate) fn copy_statement(&self) -> String {
        format!("COPY {} ({}) FROM STDIN BINARY", self.table, self.names())
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }
}

/// How `bulk_find` writes its place for the ids.
const IDS: &str = "IN (?ids)";

/// Puts the engine's way of finding many ids in the place of `IN (?ids)`.
pub(crate) fn with_ids(engine: Engine, text: &str) -> Result<String, Fault> {
    if text.matches(IDS).count() != 1 {
        return Err(Fault::other("a bulk_find statement says `IN (?ids)` once").with_statement(text));
    }
    Ok(text.replace(
        IDS,
        match engine {
            Engine::Sqlite => "= ?1",
            Engine::Postgres => "= ANY(?1)",
        },
    ))
}

/// How `bulk_change` writes its rows: `WITH r (a, b) AS (?rows) INSERT … SELECT … FROM r WHERE true …`.
const ROWS: &str = "AS (?rows)";

/// The statement as the engine is given it, also when it was written for `bulk_find` or `bulk_change`.
pub(crate) fn bulk_form(engine: Engine, text: &str) -> Result<String, Fault> {
    if text.contains(ROWS) {
        Ok(with_rows(engine, text)?.0)
    } else if text.contains(IDS) {
        with_ids(engine, text)
    } else {
        Ok(text.to_owned())
    }
}

/// Puts the engine's way of stating rows in the place of `(?rows)`, and says how wide a row is.
pub(crate) fn with_rows(engine: Engine, text: &str) -> Result<(String, usize), Fault> {
    let wrong = || Fault::other("a bulk_change statement begins `WITH r (a, b) AS (?rows)`").with_statement(text);
    let names = text.strip_prefix("WITH r (").and_then(|rest| rest.split_once(") ")).ok_or_else(wrong)?.0;
    if text.matches(ROWS).count() != 1 {
        return Err(wrong());
    }
    let width = names.split(',').count();
    let list = |one: &dyn Fn(usize) -> String| (1..=width).map(one).collect::<Vec<_>>().join(", ");
    let rows = match engine {
        Engine::Sqlite => format!("AS (VALUES ({}))", list(&|n| format!("?{n}"))),
        Engine::Postgres => format!("AS (SELECT * FROM UNNEST({}))", list(&|n| format!("CAST(?{n} AS BIGINT[])"))),
    };
    Ok((text.replace(ROWS, &rows), width))
}

/// PostgreSQL's form of a statement: `?1` becomes `$1` outside quotes and comments.
///
/// # Errors
/// A `?` without a number: SQLite would bind it by its order of appearance.
pub(crate) fn for_postgres(text: &str) -> Result<String, Fault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['?', '\'', '"', '-']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            b'?' => {
                if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
                    return Err(Fault::other("parameters are numbered: ?1, ?2").with_statement(text));
                }
                out.push('$');
                rest = &rest[1..];
                continue;
            }
            // A doubled quote inside quotes closes and opens again, which comes to the same.
            quote @ (b'\'' | b'"') => rest[1..].find(char::from(quote)).map_or(rest.len(), |end| end + 2),
            _ if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            _ => 1,
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Ok(out)
}

/// A migration's text for one engine: `{int} {text} {blob} {strict} {clustered}` filled in, and `{append_only t}` as a
/// statement that makes the database itself refuse to change or remove a row of `t`.
///
/// # Errors
/// A token this crate does not know.
pub(crate) fn expand_tokens(engine: Engine, text: &str) -> Result<String, Fault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = rest.find('}') else { break };
        let token = &rest[1..close];
        if let Some(table) = token.strip_prefix("append_only ") {
            out.push_str(&append_only(engine, table)?);
            rest = &rest[close + 1..];
            continue;
        }
        // `{}` and `{"a":1}` are somebody's default text, not tokens.
        if token.is_empty() || !token.chars().all(|c| c.is_ascii_lowercase()) {
            out.push('{');
            rest = &rest[1..];
            continue;
        }
        out.push_str(match (token, engine) {
            ("int", Engine::Sqlite) => "INTEGER",
            ("int", Engine::Postgres) => "BIGINT",
            ("text", _) => "TEXT",
            ("blob", Engine::Sqlite) => "BLOB",
            ("blob", Engine::Postgres) => "BYTEA",
            ("strict", Engine::Sqlite) => "STRICT",
            ("clustered", Engine::Sqlite) => "STRICT, WITHOUT ROWID",
            ("strict" | "clustered", Engine::Postgres) => "",
            _ => {
                return Err(Fault::other(format!(
                    "a migration uses {{{token}}}; the tokens are {{int}} {{text}} {{blob}} \
                     {{strict}} {{clustered}} {{append_only table}}"
                )));
            }
        });
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Triggers that let rows of a table be added and read, and nothing else.
fn append_only(engine: Engine, table: &str) -> Result<String, Fault> {
    if table.is_empty() || !table.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        return Err(Fault::other(format!("{{append_only {table}}} does not name a table")));
    }
    let message = format!("rows of {table} are only added");
    Ok(match engine {
        Engine::Sqlite => format!(
            "CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END; \
             CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ),
        Engine::Postgres => format!(
            "CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''{message}''; END'; \
             CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_rewritten_outside_quotes_and_comments_only() {
        for (ours, theirs) in [
            ("SELECT ?2, ?1", "SELECT $2, $1"),
            ("SELECT '?1', ?1", "SELECT '?1', $1"),
            ("SELECT 'it''s ?1' || ?12", "SELECT 'it''s ?1' || $12"),
            ("SELECT \"?1\" - ?1 -- why ?\n, ?2", "SELECT \"?1\" - $1 -- why ?\n, $2"),
            ("SELECT '汇海 ?1', ?3", "SELECT '汇海 ?1', $3"),
            ("SELECT 1 -- ?", "SELECT 1 -- ?"),
            ("SELECT 'open ?1", "SELECT 'open ?1"),
        ] {
            assert_eq!(for_postgres(ours).unwrap(), theirs);
        }
        assert!(for_postgres("SELECT ?").is_err());
        assert!(for_postgres("SELECT ?, ?2").is_err());
    }

    #[test]
    fn tokens_become_the_types_of_each_engine() {
        let text = "CREATE TABLE t (id {int} PRIMARY KEY, a {text} DEFAULT '{}', b {blob}) {strict}";
        assert_eq!(
            expand_tokens(Engine::Sqlite, text).unwrap(),
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT '{}', b BLOB) STRICT"
        );
        assert_eq!(expand_tokens(Engine::Postgres, text).unwrap(), "CREATE TABLE t (id BIGINT PRIMARY KEY, a TEXT DEFAULT '{}', b BYTEA) ");
        assert_eq!(expand_tokens(Engine::Sqlite, "{clustered}").unwrap(), "STRICT, WITHOUT ROWID");
        assert!(expand_tokens(Engine::Sqlite, "id {bigint}").is_err());
    }

    #[test]
    fn a_bulk_find_names_its_ids_once() {
        let text = "SELECT a FROM t WHERE id IN (?ids)";
        assert_eq!(with_ids(Engine::Postgres, text).unwrap(), "SELECT a FROM t WHERE id = ANY(?1)");
        assert!(with_ids(Engine::Sqlite, "SELECT 1").is_err());
        assert!(with_ids(Engine::Sqlite, "a IN (?ids) OR b IN (?ids)").is_err());
    }
}

//! Migrations go forward, once, and are never edited.

use db::testing::{ENGINES, fresh};
use db::{Db, Fault, Kind, Migration, sql};

const FIRST: Migration = Migration {
    number: 1,
    name: "people",
    text: "CREATE TABLE person (
               id {int} PRIMARY KEY,
               name {text} NOT NULL,
               card {blob},
               UNIQUE (name, card)
           ) {strict};
           CREATE TABLE seat (
               person_id {int} NOT NULL REFERENCES person (id),
               area {text} NOT NULL,
               until_at {int},
               PRIMARY KEY (person_id, area)
           ) {clustered};
           CREATE UNIQUE INDEX seat_by_area ON seat (area, person_id);
           CREATE INDEX person_by_name ON person (name);",
};
const SECOND: Migration = Migration { number: 2, name: "phone", text: "ALTER TABLE person ADD COLUMN phone {text};" };
const BROKEN: Migration =
    Migration { number: 3, name: "broken", text: "CREATE TABLE half (id {int} PRIMARY KEY) {strict}; CREATE TABLE person (id {int});" };

fn refused(db: &Db, migrations: &[Migration], words: &str) {
    let fault = db.migrate(migrations).unwrap_err().to_string();
    assert!(fault.contains(words), "{fault}");
}

#[test]
fn they_are_applied_once_in_order_and_refused_when_altered() {
    for engine in ENGINES {
        let world = fresh(engine);
        let db = world.db();
        assert_eq!(db.migrate(&[FIRST]).unwrap(), [1]);
        assert_eq!(db.migrate(&[FIRST, SECOND]).unwrap(), [2]);
        assert_eq!(db.migrate(&[FIRST, SECOND]).unwrap(), [] as [u32; 0]);

        let altered = Migration { text: "SELECT 1", ..FIRST };
        refused(db, &[altered, SECOND], "0001_people was altered");
        refused(db, &[FIRST], "0002_phone, which this program does not know");
        refused(db, &[SECOND, FIRST], "not in rising order");
        refused(db, &[FIRST, SECOND, BROKEN], "CREATE TABLE half");
        assert!(!db.schema().unwrap().tables.contains_key("half"), "{engine:?}");
        let late = Migration { number: 7, name: "late", text: "CREATE TABLE late (id {int} PRIMARY KEY) {strict}" };
        assert_eq!(db.migrate(&[FIRST, SECOND, late]).unwrap(), [7]);
        refused(db, &[FIRST, SECOND, BROKEN, late], "comes below 0007");
        let unknown = Migration { number: 8, name: "typo", text: "CREATE TABLE t (a {integer})" };
        refused(db, &[FIRST, SECOND, late, unknown], "{integer}");
    }
}

#[test]
fn processes_that_start_together_migrate_once() {
    for engine in ENGINES {
        let world = fresh(engine);
        let others: Vec<Db> = (0..4).map(|_| world.open_again()).collect();
        let applied: Vec<u32> = std::thread::scope(|scope| {
            let running: Vec<_> = others.iter().map(|db| scope.spawn(|| db.migrate(&[FIRST, SECOND]).unwrap())).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let mut sorted = applied;
        sorted.sort_unstable();
        assert_eq!(sorted, [1, 2], "{engine:?}");
    }
}

#[test]
fn both_engines_have_the_same_tables_columns_and_unique_keys() {
    let [one, other] = ENGINES.map(|engine| {
        let world = fresh(engine);
        world.db().migrate(&[FIRST, SECOND]).unwrap();
        world.db().schema().unwrap()
    });
    assert_eq!(one, other);
    let person = &one.tables["person"];
    let columns: Vec<_> = person.columns.iter().map(|c| (c.name.as_str(), c.kind, c.not_null)).collect();
    assert_eq!(columns, [("id", Kind::Int, true), ("name", Kind::Text, true), ("card", Kind::Blob, false), ("phone", Kind::Text, false)]);
    assert!(person.unique.contains(&vec!["id".to_owned()]));
    assert!(person.unique.contains(&vec!["name".to_owned(), "card".to_owned()]));
    assert_eq!(person.unique.len(), 2);
    let seat = &one.tables["seat"];
    assert!(seat.unique.contains(&vec!["area".to_owned(), "person_id".to_owned()]));
    assert!(one.tables.contains_key("schema_migration"));
}

#[test]
fn a_database_with_another_order_of_text_is_refused() {
    // Made on the test server beside a fresh database, since `fresh` makes the right kind only.
    let world = fresh(db::Engine::Postgres);
    let name = format!("{}_locale", world.url_or_path().rsplit('/').next().unwrap());
    let url = format!("{}_locale", world.url_or_path());
    let mut server = postgres::Client::connect(world.url_or_path(), postgres::NoTls).unwrap();
    for (locale, fits) in [
        ("LOCALE_PROVIDER icu ICU_LOCALE 'und' LC_COLLATE 'C' LC_CTYPE 'C'", false),
        ("LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'", false),
        ("LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'", true),
    ] {
        server.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {locale}")).unwrap();
        let opened = Db::open_postgres(&url, 1);
        let sentence = opened.as_ref().err().map(Fault::to_string);
        drop(opened);
        server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
        match sentence {
            None => assert!(fits, "{locale} was accepted"),
            Some(sentence) => assert!(!fits && sentence.contains("CREATE DATABASE"), "{sentence}"),
        }
    }
}

#[test]
fn a_second_process_may_write_the_same_file() {
    let world = fresh(db::Engine::Sqlite);
    world.db().migrate(&[FIRST]).unwrap();
    let other = world.open_again();
    std::thread::scope(|scope| {
        for (db, from) in [(world.db(), 0), (&other, 1_000)] {
            scope.spawn(move || {
                for id in from..from + 100_i64 {
                    db.write(|tx| tx.execute_one(sql("INSERT INTO person (id, name) VALUES (?1, 'a')"), db::params![id])).unwrap();
                }
            });
        }
    });
    let count = other.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS n FROM person"), &[])?.int("n")).unwrap();
    assert_eq!(count, 200);
}

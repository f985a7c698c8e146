//! A database as rows: digests that both engines agree on, and the move from one to the other.

use db::testing::fresh;
use db::{BulkInsert, Db, Engine, Kind, Migration, Value, params, sql};

const TEXT: &str = "CREATE TABLE child (id {int} PRIMARY KEY, parent_id {int} NOT NULL REFERENCES parent (name), note {text}) {strict};
     CREATE TABLE parent (name {int} PRIMARY KEY, word {text} NOT NULL, body {blob}, times {int}) {strict};
     CREATE TABLE pair (b {text} NOT NULL, a {int} NOT NULL, PRIMARY KEY (b, a)) {clustered};
     {append_only parent}";

/// On PostgreSQL a table must stand before what points to it.
const POSTGRES: &str = "CREATE TABLE parent (name {int} PRIMARY KEY, word {text} NOT NULL, body {blob}, times {int}) {strict};
     CREATE TABLE child (id {int} PRIMARY KEY, parent_id {int} NOT NULL REFERENCES parent (name), note {text}) {strict};
     CREATE TABLE pair (b {text} NOT NULL, a {int} NOT NULL, PRIMARY KEY (b, a)) {clustered};
     {append_only parent}";

fn schema(db: &Db) {
    let text = if db.engine() == Engine::Sqlite { TEXT } else { POSTGRES };
    db.migrate(&[Migration { number: 1, name: "world", text }]).unwrap();
}

/// Every kind of text, every byte, the ends of the integers.
fn fill(db: &Db) {
    let every_character: String = (1_u32..0x3000).chain(0x1_f300..0x1_f600).filter_map(char::from_u32).collect();
    let every_byte: Vec<u8> = (0..=255).collect();
    db.write(|tx| {
        for (id, word, body, times) in [
            (i64::MIN, "", None, Some(i64::MAX)),
            (-1, "a\tb\nc\\.\r\"'", Some(vec![]), None),
            (0, every_character.as_str(), Some(every_byte.clone()), Some(i64::MIN)),
            (i64::MAX, "汇海 \u{1f33b} e\u{301} \u{202e}rtl\u{200d}", Some(vec![0; 70_000]), Some(0)),
        ] {
            tx.execute_one(
                sql("INSERT INTO parent (name, word, body, times) VALUES (?1, ?2, ?3, ?4)"),
                params![id, word, body.as_ref(), times],
            )?;
            tx.execute_one(sql("INSERT INTO child (id, parent_id, note) VALUES (?1, ?1, NULL)"), params![id])?;
        }
        for (b, a) in [("b", 1), ("B", 2), ("é", 3), ("z", -4), ("aa", 5)] {
            tx.execute_one(sql("INSERT INTO pair (b, a) VALUES (?1, ?2)"), params![b, a])?;
        }
        Ok::<_, db::Fault>(())
    })
    .unwrap();
}

#[test]
fn everything_arrives_and_both_engines_agree_on_it() {
    let (from, to) = (fresh(Engine::Sqlite), fresh(Engine::Postgres));
    schema(from.db());
    schema(to.db());
    fill(from.db());
    // More than one bulk insert's worth.
    let pairs = BulkInsert { table: "pair", columns: &[("b", Kind::Text), ("a", Kind::Int)] };
    let many: Vec<Value> = (0..12_000_i64).flat_map(|n| [Value::from("many"), Value::from(n)]).collect();
    from.db().write(|tx| tx.bulk_insert(pairs, &many)).unwrap();
    let mut told = Vec::new();
    let moved = from.db().move_into(to.db(), |at| told.push((at.rows, at.of))).unwrap();
    assert_eq!(moved.iter().map(|t| (t.table.as_str(), t.rows)).collect::<Vec<_>>(), [("child", 4), ("pair", 12_005), ("parent", 4)]);
    assert_eq!(told.last(), Some(&(12_013, 12_013)));
    assert_eq!(from.db().digests().unwrap(), moved);
    assert_eq!(to.db().digests().unwrap(), moved);
    // A second time it is refused, and what is there stays.
    assert!(from.db().move_into(to.db(), |_| ()).unwrap_err().to_string().contains("not empty"));
    assert_eq!(to.db().digests().unwrap(), moved);
}

#[test]
fn a_single_changed_byte_is_another_digest() {
    let world = fresh(Engine::Sqlite);
    schema(world.db());
    fill(world.db());
    let before = world.db().digests().unwrap();
    world.db().write(|tx| tx.execute_one(sql("UPDATE child SET note = '' WHERE id = 0"), params![])).unwrap();
    let after = world.db().digests().unwrap();
    assert_ne!(before[0], after[0], "nothing and the empty text are two things");
    assert_eq!(before[1..], after[1..]);
}

#[test]
fn a_row_that_is_in_the_way_keeps_everything_out() {
    let (from, to) = (fresh(Engine::Sqlite), fresh(Engine::Postgres));
    schema(from.db());
    schema(to.db());
    fill(from.db());
    to.db().write(|tx| tx.execute_one(sql("INSERT INTO pair (b, a) VALUES ('x', 1)"), params![])).unwrap();
    assert!(from.db().move_into(to.db(), |_| ()).unwrap_err().to_string().contains("pair has rows"));
    assert_eq!(to.db().digests().unwrap().iter().map(|t| t.rows).collect::<Vec<_>>(), [0, 1, 0]);
}

#[test]
fn a_backup_is_the_database_as_it_stood() {
    for engine in db::testing::ENGINES {
        let world = fresh(engine);
        schema(world.db());
        fill(world.db());
        let before = world.db().digests().unwrap();
        let folder = std::env::temp_dir().join(format!("huihai-backup-{}-{engine:?}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("kept");
        world.db().back_up_into(&file).unwrap();
        let back = match engine {
            Engine::Sqlite => Db::open_sqlite(&file).unwrap().digests().unwrap(),
            Engine::Postgres => {
                let empty = fresh(Engine::Postgres);
                db::backup::restore_postgres(empty.url_or_path(), &file).unwrap();
                let refused = db::backup::restore_postgres(empty.url_or_path(), &file).unwrap_err();
                assert!(refused.to_string().contains("has tables already"), "{refused}");
                empty.db().digests().unwrap()
            }
        };
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(back, before, "{engine:?}");
    }
}

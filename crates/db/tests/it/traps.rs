//! Where the two engines would quietly differ: made equal, or refused by both.

use db::{Db, Fault, Row, Sql, Value, params, sql};

use crate::on_both;

const WORLD: &str = "
    CREATE TABLE thing (
        id {int} PRIMARY KEY,
        word {text},
        amount_fen {int}
    ) {strict};";

fn rows(db: &Db, statement: Sql, p: &[Value]) -> Result<Vec<Row>, Fault> {
    db.read(|tx| tx.query(statement, p))
}

fn one(db: &Db, statement: Sql, p: &[Value]) -> Value<'static> {
    let row = db.read(|tx| tx.query_one(statement, p)).unwrap();
    row.get("x").unwrap().clone()
}

fn with_words(db: &Db, words: &[Option<&str>]) {
    db.write(|tx| {
        for (id, word) in (1_i64..).zip(words) {
            tx.execute_one(sql("INSERT INTO thing (id, word, amount_fen) VALUES (?1, ?2, ?1)"), params![id, *word])?;
        }
        Ok::<_, Fault>(())
    })
    .unwrap();
}

#[test]
fn parameters_are_bound_by_their_number() {
    on_both(WORLD, |engine, world| {
        let swapped = one(world.db(), sql("SELECT CAST(?2 AS TEXT) || CAST(?1 AS TEXT) || '?1' AS x"), params!["a", "b"]);
        assert_eq!(swapped, "ba?1".into(), "{engine:?}");
        assert!(world.db().prepare("SELECT id FROM thing WHERE id = ?").is_err(), "{engine:?}");
    });
}

#[test]
fn a_sum_is_cast_or_refused_when_prepared() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        with_words(db, &[None, None]);
        let sum = one(db, sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS x FROM thing"), &[]);
        assert_eq!(sum, 3.into(), "{engine:?}");
        // PostgreSQL's sum of integers is NUMERIC, which none of our types can hold.
        if engine == db::Engine::Postgres {
            let fault = db.prepare("SELECT SUM(amount_fen) AS x FROM thing").unwrap_err();
            assert!(fault.to_string().contains("CAST(SUM(x) AS BIGINT)"), "{fault}");
        }
        // Too large for 64 bits: neither engine answers with something rounded.
        db.write(|tx| tx.execute(sql("UPDATE thing SET amount_fen = ?1"), params![i64::MAX])).unwrap();
        let large = sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS x FROM thing");
        assert!(rows(db, large, &[]).is_err(), "{engine:?}");
        let large = sql("SELECT amount_fen + amount_fen AS x FROM thing");
        assert!(rows(db, large, &[]).is_err(), "{engine:?}");
        assert_eq!(one(db, sql("SELECT MAX(amount_fen) AS x FROM thing"), &[]), i64::MAX.into());
    });
}

#[test]
fn text_is_ordered_by_bytes_and_like_tells_capitals() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        with_words(db, &[Some("b"), Some("B"), Some("a"), Some("É"), Some("汇"), Some("A"), Some("\u{1f338}"), Some("\u{ff5e}")]);
        let order: Vec<String> =
            rows(db, sql("SELECT word FROM thing ORDER BY word"), &[]).unwrap().iter().map(|row| row.text("word").unwrap()).collect();
        assert_eq!(order, ["A", "B", "a", "b", "É", "汇", "\u{ff5e}", "\u{1f338}"], "{engine:?}");
        let alike = one(db, sql("SELECT COUNT(*) AS x FROM thing WHERE word LIKE 'a%'"), &[]);
        assert_eq!(alike, 1.into(), "{engine:?}");
    });
}

#[test]
fn nulls_stand_where_the_statement_says() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        with_words(db, &[Some("b"), None, Some("a")]);
        let order: Vec<i64> =
            rows(db, sql("SELECT id FROM thing ORDER BY word NULLS LAST"), &[]).unwrap().iter().map(|row| row.int("id").unwrap()).collect();
        assert_eq!(order, [3, 1, 2], "{engine:?}");
    });
}

#[test]
fn a_comparison_reads_as_zero_or_one() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        with_words(db, &[Some("a")]);
        for (statement, x) in [
            (sql("SELECT id = 1 AS x FROM thing"), 1),
            (sql("SELECT EXISTS (SELECT 1 FROM thing WHERE id = 2) AS x"), 0),
            (sql("SELECT CASE WHEN word = 'a' THEN 1 ELSE 0 END AS x FROM thing"), 1),
        ] {
            assert_eq!(one(db, statement, &[]), x.into(), "{engine:?}");
        }
    });
}

#[test]
fn a_value_of_the_wrong_type_is_refused_by_at_least_one_engine() {
    // SQLite turns '12' into 12 even in a strict table; PostgreSQL writes bytes into text as
    // hexadecimal. Stories run on both, so that neither slip survives the tests.
    let cases = [
        (Value::from(1), Value::from("a"), Value::from("many"), [true, true]),
        (1.into(), "a".into(), "12".into(), [false, true]),
        ("1".into(), "a".into(), 1.into(), [false, true]),
        (1.into(), vec![1_u8].into(), 1.into(), [true, false]),
        (1.into(), "a".into(), vec![1_u8].into(), [true, true]),
    ];
    on_both(WORLD, |engine, world| {
        for (id, word, amount, refused) in &cases {
            let result: Result<(), Fault> = world.db().write(|tx| {
                tx.execute_one(
                    sql("INSERT INTO thing (id, word, amount_fen) VALUES (?1, ?2, ?3)"),
                    &[id.clone(), word.clone(), amount.clone()],
                )?;
                Err(Fault::inconsistent("it went in"))
            });
            let fault = result.unwrap_err().to_string();
            let expected = refused[usize::from(engine == db::Engine::Postgres)];
            assert_eq!(fault != "it went in", expected, "{engine:?} {amount:?}: {fault}");
        }
    });
}

#[test]
fn a_parameter_may_be_null_or_sixty_four_bits_wide_in_any_order() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        with_words(db, &[Some("a")]);
        let large = i64::from(i32::MAX) + 1;
        let sums: Vec<Value> =
            [None, Some(large), None, Some(1)].into_iter().map(|given| one(db, sql("SELECT ?1 + 1 AS x"), params![given])).collect();
        assert_eq!(sums, [Value::Null, (large + 1).into(), Value::Null, 2.into()], "{engine:?}");
        for word in [Some("b"), None, Some("汇")] {
            db.write(|tx| tx.execute_one(sql("UPDATE thing SET word = ?1"), params![word])).unwrap();
            assert_eq!(one(db, sql("SELECT word AS x FROM thing"), &[]), word.into());
        }
    });
}

#[test]
fn double_quotes_are_for_names_only() {
    on_both(WORLD, |engine, world| {
        assert!(world.db().prepare("SELECT \"nothing of that name\" AS x").is_err(), "{engine:?}");
        world.db().prepare("SELECT \"word\" AS x FROM thing").unwrap();
    });
}

#[test]
fn a_conflict_that_is_expected_is_counted_not_caught() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        with_words(db, &[Some("a")]);
        let changed: Vec<u64> = db
            .write(|tx| {
                [1_i64, 2, 2]
                    .into_iter()
                    .map(|id| tx.execute(sql("INSERT INTO thing (id) VALUES (?1) ON CONFLICT (id) DO NOTHING"), params![id]))
                    .collect::<Result<_, Fault>>()
            })
            .unwrap();
        assert_eq!(changed, [0, 1, 0], "{engine:?}");
        let returned = db
            .write(|tx| tx.query_one(sql("UPDATE thing SET amount_fen = 9 WHERE id = ?1 RETURNING amount_fen AS x"), params![2]))
            .unwrap();
        assert_eq!(returned.int("x").unwrap(), 9, "{engine:?}");
    });
}

#[test]
fn an_invalid_statement_is_found_when_prepared() {
    on_both(WORLD, |engine, world| {
        for text in ["SELEC 1", "SELECT nothing FROM thing", "SELECT id FROM nowhere"] {
            let fault = world.db().prepare(text).unwrap_err().to_string();
            assert!(fault.contains(text), "{engine:?}: {fault}");
        }
        world.db().prepare("INSERT INTO thing (id, word) VALUES (?1, ?2)").unwrap();
    });
}

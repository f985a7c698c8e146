//! Ten thousand rows at once, with everything that text can hold.

use db::{BulkInsert, Fault, Kind, Value, params, sql};

use crate::on_both;

const WORLD: &str = "
    CREATE TABLE gift (
        id {int} PRIMARY KEY,
        amount_fen {int} NOT NULL CHECK (amount_fen > 0),
        message {text},
        commitment {blob}
    ) {strict};
    CREATE TABLE gift_by_donor (
        donor_id {int} NOT NULL,
        gift_id {int} NOT NULL,
        PRIMARY KEY (donor_id, gift_id)
    ) {clustered};";

const GIFTS: BulkInsert = BulkInsert {
    table: "gift",
    columns: &[("id", Kind::Int), ("amount_fen", Kind::Int), ("message", Kind::Text), ("commitment", Kind::Blob)],
};

const MESSAGES: [Option<&str>; 9] = [
    None,
    Some(""),
    Some("it's \"quoted\" \\N \\. \t\n\r"),
    Some("山里的孩子们加油"),
    Some("\u{1f338}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} e\u{301}"),
    Some("$1 ?1 {int} -- ;"),
    Some("\u{feff}\u{202e}"),
    Some("NULL"),
    Some("\u{10ffff}"),
];

fn message(id: i64) -> Option<&'static str> {
    MESSAGES[id as usize % MESSAGES.len()]
}

fn row(id: i64) -> [Value<'static>; 4] {
    let commitment = (id % 3 != 0).then(|| vec![0, 255, id as u8]);
    [id.into(), (id * 7 + 1).into(), message(id).into(), commitment.into()]
}

#[test]
fn ten_thousand_rows_go_in_and_are_found_again() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        // Sizes around the number of rows that go into one statement, and a large one.
        let mut next = 1_i64;
        for size in [0, 1, 63, 64, 65, 10_000] {
            let rows: Vec<Value> = (next..next + size).flat_map(row).collect();
            let inserted = db.write_batch(|tx| tx.bulk_insert(GIFTS, &rows)).unwrap();
            assert_eq!(inserted, size as u64, "{engine:?}");
            next += size;
        }
        let ids: Vec<i64> = (-5..next + 5).collect();
        db.read(|tx| {
            let mut found = 0;
            tx.bulk_find(sql("SELECT g.id, g.amount_fen, g.message, g.commitment FROM gift g WHERE g.id IN (?ids)"), &ids, |row| {
                let id = row.int(0)?;
                assert_eq!(row.int(1)?, id * 7 + 1);
                assert_eq!(row.opt_text(2)?, message(id), "{engine:?}");
                let commitment = (id % 3 != 0).then(|| vec![0, 255, id as u8]);
                assert_eq!(row.opt_blob(3)?, commitment.as_deref());
                assert!(row.text(0).is_err() && row.int(4).is_err());
                found += 1;
                Ok(())
            })?;
            assert_eq!(found, next - 1);
            Ok::<_, Fault>(())
        })
        .unwrap();
    });
}

#[test]
fn a_batch_with_one_bad_row_leaves_nothing() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        let mut rows: Vec<Value> = (1..=500).flat_map(row).collect();
        rows.extend(row(77));
        let fault = db.write(|tx| tx.bulk_insert(GIFTS, &rows)).unwrap_err();
        assert!(fault.is_unique_violation(), "{engine:?}: {fault}");
        let mut rows: Vec<Value> = (1..=500).flat_map(row).collect();
        rows[1] = 0.into();
        let fault = db.write(|tx| tx.bulk_insert(GIFTS, &rows)).unwrap_err();
        assert!(fault.is_check_violation(), "{engine:?}: {fault}");
        // Refused before the engine is asked: NUL, a wrong type, half a row.
        for (at, bad) in [(2, Value::from("a\0b")), (0, "1".into()), (3, "text".into())] {
            let mut rows: Vec<Value> = (1..=2).flat_map(row).collect();
            rows[at] = bad;
            assert!(db.write(|tx| tx.bulk_insert(GIFTS, &rows)).is_err());
        }
        let rows: Vec<Value> = (1..=2).flat_map(row).take(7).collect();
        assert!(db.write(|tx| tx.bulk_insert(GIFTS, &rows)).is_err());
        let left = db.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS n FROM gift"), &[])?.int("n")).unwrap();
        assert_eq!(left, 0, "{engine:?}");
    });
}

#[test]
fn one_id_may_find_several_rows_and_the_finder_may_give_up() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        db.write(|tx| {
            for (donor, gift) in [(1, 1), (1, 2), (2, 3), (3, 4)] {
                tx.execute_one(sql("INSERT INTO gift_by_donor (donor_id, gift_id) VALUES (?1, ?2)"), params![donor, gift])?;
            }
            Ok::<_, Fault>(())
        })
        .unwrap();
        let statement = sql("SELECT d.gift_id FROM gift_by_donor d WHERE d.donor_id IN (?ids)");
        let mut gifts = Vec::new();
        db.read(|tx| {
            gifts.clear();
            tx.bulk_find(statement, &[1, 2, 9], |row| {
                gifts.push(row.int(0)?);
                Ok(())
            })
        })
        .unwrap();
        gifts.sort_unstable();
        assert_eq!(gifts, [1, 2, 3], "{engine:?}");
        let fault = db.read(|tx| tx.bulk_find(statement, &[1], |_| Err(Fault::inconsistent("enough")))).unwrap_err();
        assert!(fault.is_inconsistent() && fault.to_string().contains("enough"));
        db.prepare(statement.text()).unwrap();
        db.prepare(&GIFTS.statement(1)).unwrap();
    });
}

#[test]
fn many_totals_are_added_to_with_one_statement() {
    const TOTALS: &str =
        "CREATE TABLE total (project {int} PRIMARY KEY, gifts {int} NOT NULL CHECK (gifts >= 0), fen {int} NOT NULL) {strict};";
    on_both(TOTALS, |engine, world| {
        let db = world.db();
        let add = |rows: &[i64]| {
            db.write_batch(|tx| {
                let mut reached = Vec::new();
                tx.bulk_change(
                    sql("WITH r (project, gifts, fen) AS (?rows) INSERT INTO total (project, gifts, fen) \
                         SELECT r.project, r.gifts, r.fen FROM r WHERE true \
                         ON CONFLICT (project) DO UPDATE SET gifts = total.gifts + excluded.gifts, fen = total.fen + excluded.fen \
                         RETURNING project, gifts, fen"),
                    rows,
                    |row| {
                        reached.push([row.int(0)?, row.int(1)?, row.int(2)?]);
                        Ok(())
                    },
                )?;
                reached.sort_unstable();
                Ok::<_, Fault>(reached)
            })
        };
        assert_eq!(add(&[]).unwrap(), Vec::<[i64; 3]>::new(), "{engine:?}");
        assert_eq!(add(&[1, 1, 10, 2, 1, 20]).unwrap(), [[1, 1, 10], [2, 1, 20]], "{engine:?}");
        assert_eq!(add(&[2, 2, 5, 3, 1, i64::MAX]).unwrap(), [[2, 3, 25], [3, 1, i64::MAX]], "{engine:?}");
        // A row that breaks a rule takes the others with it.
        assert!(add(&[1, 1, 1, 2, -4, 0]).unwrap_err().is_check_violation(), "{engine:?}");
        assert_eq!(add(&[1, 0, 0, 2, 0, 0]).unwrap(), [[1, 1, 10], [2, 3, 25]], "{engine:?}");
        // A row that is not whole is a mistake of the caller.
        assert!(add(&[1, 1]).is_err(), "{engine:?}");
    });
}

//! Several at once: guards hold, snapshots stand still, a lost connection is made again.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};

use db::{BulkInsert, Db, Engine, Fault, Kind, Value, params, sql};

use crate::on_both;

const WORLD: &str = "
    CREATE TABLE pool (
        id {int} PRIMARY KEY,
        remaining_fen {int} NOT NULL CHECK (remaining_fen >= 0)
    ) {strict};
    CREATE TABLE match (
        id {int} PRIMARY KEY,
        pool_id {int} NOT NULL REFERENCES pool (id),
        amount_fen {int} NOT NULL
    ) {strict};
    INSERT INTO pool (id, remaining_fen) VALUES (1, 1000), (2, 1000000);";

fn int(db: &Db, statement: db::Sql) -> i64 {
    db.read(|tx| tx.query_one(statement, &[])?.int("n")).unwrap()
}

#[test]
fn eight_writers_share_a_pool_to_the_last_fen() {
    on_both(WORLD, |engine, world| {
        // Half of the writers come through a second handle, as another process would.
        let handles = [world.db().clone(), world.open_again()];
        let granted = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for writer in 0..8_i64 {
                let (db, granted) = (&handles[writer as usize % 2], &granted);
                scope.spawn(move || {
                    for turn in 0..25 {
                        let got = db
                            .write(|tx| {
                                let changed = tx.execute(
                                    sql("UPDATE pool SET remaining_fen = remaining_fen - ?2 WHERE id = ?1 AND remaining_fen >= ?2"),
                                    params![1, 7],
                                )?;
                                if changed == 1 {
                                    tx.execute_one(
                                        sql("INSERT INTO match (id, pool_id, amount_fen) VALUES (?1, ?2, ?3)"),
                                        params![writer * 1000 + turn, 1, 7],
                                    )?;
                                }
                                Ok::<_, Fault>(changed)
                            })
                            .unwrap();
                        granted.fetch_add(got, Ordering::Relaxed);
                    }
                });
            }
        });
        // 200 asked for 7 of 1,000 fen: 142 got it, 6 fen are left.
        assert_eq!(granted.load(Ordering::Relaxed), 142, "{engine:?}");
        assert_eq!(int(world.db(), sql("SELECT COUNT(*) AS n FROM match")), 142);
        assert_eq!(int(world.db(), sql("SELECT remaining_fen AS n FROM pool WHERE id = 1")), 6);
    });
}

#[test]
fn a_decision_that_reads_first_is_serialisable() {
    // Write skew: each reads both pools and takes from one. Without serialisable isolation both
    // would find enough.
    on_both(WORLD, |engine, world| {
        let db = world.db();
        db.write(|tx| tx.execute(sql("UPDATE pool SET remaining_fen = 10"), &[])).unwrap();
        for _ in 0..5 {
            let start = Barrier::new(2);
            std::thread::scope(|scope| {
                for pool in [1_i64, 2] {
                    let start = &start;
                    scope.spawn(move || {
                        let mut first = true;
                        start.wait();
                        db.write(|tx| {
                            let row = tx.query_one(sql("SELECT CAST(SUM(remaining_fen) AS BIGINT) AS n FROM pool"), &[])?;
                            if std::mem::take(&mut first) {
                                // Gives the other a chance to read as well.
                                std::thread::yield_now();
                            }
                            if row.int("n")? >= 20 {
                                tx.execute_one(sql("UPDATE pool SET remaining_fen = 0 WHERE id = ?1"), params![pool])?;
                            }
                            Ok::<_, Fault>(())
                        })
                        .unwrap();
                    });
                }
            });
            let left = int(db, sql("SELECT CAST(SUM(remaining_fen) AS BIGINT) AS n FROM pool"));
            assert_eq!(left, 10, "{engine:?}");
            db.write(|tx| tx.execute(sql("UPDATE pool SET remaining_fen = 10"), &[])).unwrap();
        }
    });
}

#[test]
fn a_reader_sees_one_moment() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        db.read(|tx| {
            let total = sql("SELECT CAST(SUM(remaining_fen) AS BIGINT) AS n FROM pool");
            let before = tx.query_one(total, &[])?.int("n")?;
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    db.write(|tx| tx.execute(sql("UPDATE pool SET remaining_fen = 0"), &[])).unwrap();
                });
            });
            assert_eq!(tx.query_one(total, &[])?.int("n")?, before, "{engine:?}");
            Ok::<_, Fault>(())
        })
        .unwrap();
        assert_eq!(int(db, sql("SELECT CAST(SUM(remaining_fen) AS BIGINT) AS n FROM pool")), 0);
    });
}

#[test]
fn batches_with_the_same_facts_race_and_each_fact_is_kept_once() {
    const INTO: BulkInsert =
        BulkInsert { table: "match", columns: &[("id", Kind::Int), ("pool_id", Kind::Int), ("amount_fen", Kind::Int)] };
    on_both(WORLD, |engine, world| {
        let handles = [world.db().clone(), world.open_again()];
        let kept = AtomicU64::new(0);
        let start = Barrier::new(4);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (db, kept, start) = (&handles[writer % 2], &kept, &start);
                scope.spawn(move || {
                    start.wait();
                    // Every writer brings the same 20 batches of 50.
                    for batch in 0..20_i64 {
                        let ids: Vec<i64> = (batch * 50..batch * 50 + 50).collect();
                        let count = db
                            .write_batch(|tx| {
                                let mut new: Vec<i64> = ids.clone();
                                tx.bulk_find(sql("SELECT id FROM match WHERE id IN (?ids)"), &ids, |row| {
                                    let known = row.int(0)?;
                                    new.retain(|id| *id != known);
                                    Ok(())
                                })?;
                                let rows: Vec<Value> = new.iter().flat_map(|id| [(*id).into(), 2.into(), 5.into()]).collect();
                                let count = tx.bulk_insert(INTO, &rows)?;
                                tx.execute_one(
                                    sql("UPDATE pool SET remaining_fen = remaining_fen - ?1 WHERE id = 2"),
                                    params![count as i64 * 5],
                                )?;
                                Ok::<_, Fault>(count)
                            })
                            .unwrap();
                        kept.fetch_add(count, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(kept.load(Ordering::Relaxed), 1000, "{engine:?}");
        assert_eq!(int(world.db(), sql("SELECT COUNT(*) AS n FROM match")), 1000);
        assert_eq!(int(world.db(), sql("SELECT remaining_fen AS n FROM pool WHERE id = 2")), 1_000_000 - 5_000);
    });
}

#[test]
fn a_killed_connection_is_made_again_and_nothing_happens_twice() {
    on_both(WORLD, |engine, world| {
        if engine == Engine::Sqlite {
            return;
        }
        let db = world.db();
        let killer = world.open_again();
        let kill_the_others = || {
            killer
                .write(|tx| {
                    tx.query(
                        sql("SELECT COUNT(pg_terminate_backend(pid)) AS killed FROM pg_stat_activity
                             WHERE datname = current_database() AND pid <> pg_backend_pid()
                               AND application_name = 'huihai'"),
                        &[],
                    )
                })
                .unwrap();
        };
        // While idle: several pooled connections are dead before the next use.
        let start = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    db.read(|_| {
                        start.wait();
                        Ok::<_, Fault>(())
                    })
                    .unwrap();
                });
            }
        });
        kill_the_others();
        assert_eq!(int(db, sql("SELECT COUNT(*) AS n FROM match")), 0);
        // In the middle of a decision: it starts again from the beginning.
        let mut runs = 0;
        db.write(|tx| {
            runs += 1;
            tx.execute_one(sql("UPDATE pool SET remaining_fen = remaining_fen - 1 WHERE id = 1"), &[])?;
            if runs == 1 {
                kill_the_others();
            }
            tx.execute_one(sql("INSERT INTO match (id, pool_id, amount_fen) VALUES (1, 1, 1)"), &[])
        })
        .unwrap();
        assert_eq!(runs, 2);
        assert_eq!(int(db, sql("SELECT remaining_fen AS n FROM pool WHERE id = 1")), 999);
        // Between the last statement and COMMIT: nobody can know, and it is said so.
        let mut runs = 0;
        let unknown = db
            .write(|tx| {
                runs += 1;
                tx.execute_one(sql("UPDATE pool SET remaining_fen = remaining_fen - 1 WHERE id = 1"), &[])?;
                kill_the_others();
                Ok::<_, Fault>(())
            })
            .unwrap_err();
        assert_eq!(runs, 1);
        assert!(unknown.to_string().contains("unknown"), "{unknown}");
        assert_eq!(int(db, sql("SELECT remaining_fen AS n FROM pool WHERE id = 1")), 999);
    });
}

//! Measures this crate on either engine: plain decisions, bulk inserts by batch size, bulk look-ups.
//! The numbers of docs/decisions/0001 come from here:
//!
//! ```text
//! cargo run --release -p db --example spike -- sqlite FOLDER
//! cargo run --release -p db --example spike -- postgres URL     (an empty database with collation C)
//! ```

use std::time::{Duration, Instant};

use db::{BulkInsert, Db, Fault, Kind, Migration, Value, params, sql};

const SCHEMA: Migration = Migration {
    number: 1,
    name: "spike",
    text: "
        CREATE TABLE pool (
            id {int} PRIMARY KEY,
            remaining_fen {int} NOT NULL CHECK (remaining_fen >= 0)
        ) {strict};
        CREATE TABLE gift (
            id {int} PRIMARY KEY,
            donor_id {int} NOT NULL,
            project_id {int} NOT NULL,
            amount_fen {int} NOT NULL,
            paid_at {int} NOT NULL,
            transaction_id {text} NOT NULL
        ) {strict};",
};

const GIFTS: BulkInsert = BulkInsert {
    table: "gift",
    columns: &[
        ("id", Kind::Int),
        ("donor_id", Kind::Int),
        ("project_id", Kind::Int),
        ("amount_fen", Kind::Int),
        ("paid_at", Kind::Int),
        ("transaction_id", Kind::Text),
    ],
};

fn main() -> Result<(), Fault> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let db = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sqlite", folder] => Db::open_sqlite(&std::path::Path::new(folder).join("spike.sqlite"))?,
        ["postgres", url] => Db::open_postgres(url, 9)?,
        _ => {
            eprintln!("spike sqlite FOLDER | spike postgres URL");
            std::process::exit(2);
        }
    };
    db.migrate(&[SCHEMA])?;
    decisions(&db)?;
    let stored = bulk_inserts(&db)?;
    bulk_finds(&db, stored)
}

/// One gift, one transaction: take from a pool under a guard, write the gift, read it back.
fn decisions(db: &Db) -> Result<(), Fault> {
    db.write(|tx| {
        for id in 0..64_i64 {
            tx.execute_one(sql("INSERT INTO pool (id, remaining_fen) VALUES (?1, ?2)"), params![id, 1_000_000_000])?;
        }
        Ok::<_, Fault>(())
    })?;
    // All writers take from one pool, then each from its own.
    for (threads, pools) in [(1_i64, 1_i64), (8, 8), (8, 1)] {
        let each = if threads == 1 { 3_000 } else { 600 };
        let first = -(threads * 100_000 + pools * 10_000);
        let from = Instant::now();
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads)
                .map(|thread| scope.spawn(move || (0..each).try_for_each(|n| decide(db, first - thread * each - n, thread % pools))))
                .collect();
            running.into_iter().try_for_each(|thread| thread.join().expect("a writer"))
        })?;
        let per_s = (threads * each) as f64 / from.elapsed().as_secs_f64();
        println!("decisions        threads {threads}  pools {pools}  {per_s:>9.0} transactions/s");
    }
    Ok(())
}

fn decide(db: &Db, id: i64, pool: i64) -> Result<(), Fault> {
    db.write(|tx| {
        tx.execute_one(sql("UPDATE pool SET remaining_fen = remaining_fen - ?2 WHERE id = ?1 AND remaining_fen >= ?2"), params![pool, 10])?;
        tx.execute_one(
            sql("INSERT INTO gift (id, donor_id, project_id, amount_fen, paid_at, transaction_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
            params![id, 7, 8, 10, 9, "4200001234202611230000000001"],
        )?;
        let row = tx.query_one(sql("SELECT amount_fen FROM gift WHERE id = ?1"), params![id])?;
        row.int("amount_fen").map(|_| ())
    })
}

fn bulk_inserts(db: &Db) -> Result<i64, Fault> {
    let mut next = 1_i64;
    for (batch, batches) in [(1, 2_000), (100, 1_000), (1_000, 500), (5_000, 200), (10_000, 150)] {
        let mut took = Vec::new();
        for _ in 0..batches {
            let texts: Vec<String> = (next..next + batch).map(|id| format!("42000012342026112{id:011}")).collect();
            let rows: Vec<Value> = (next..next + batch)
                .zip(&texts)
                .flat_map(|(id, text)| {
                    let mixed = id.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
                    [id << 8, mixed >> 20 & 0xF_FFFF, mixed >> 40 & 0xFFFF, 10 + (mixed & 0xFFF), 1_790_000_000_000_000 + id]
                        .map(Value::from)
                        .into_iter()
                        .chain([Value::from(text)])
                })
                .collect();
            let from = Instant::now();
            db.write_batch(|tx| tx.bulk_insert(GIFTS, &rows))?;
            took.push(from.elapsed());
            next += batch;
        }
        report("bulk_insert rows", batch, &mut took);
    }
    Ok(next)
}

fn bulk_finds(db: &Db, stored: i64) -> Result<(), Fault> {
    for (batch, batches) in [(1, 2_000_i64), (100, 1_000), (1_000, 300), (10_000, 60)] {
        for (how, spread) in [("neighbours", 1), ("scattered", stored / batch - 1)] {
            let mut took = Vec::new();
            for n in 0..batches {
                let first = if spread == 1 { n * batch } else { n };
                let ids: Vec<i64> = (0..batch).map(|at| (1 + (first + at * spread) % (stored - 1)) << 8).collect();
                let from = Instant::now();
                let mut sum = 0;
                let mut found = 0;
                db.read(|tx| {
                    tx.bulk_find(sql("SELECT g.id, g.amount_fen, g.donor_id FROM gift g WHERE g.id IN (?ids)"), &ids, |row| {
                        sum += row.int(1)?;
                        found += 1;
                        Ok(())
                    })
                })?;
                took.push(from.elapsed());
                assert!(sum > 0 && found == batch, "{found} of {batch} were found");
            }
            report(&format!("bulk_find {how}"), batch, &mut took);
        }
    }
    Ok(())
}

fn report(what: &str, batch: i64, took: &mut [Duration]) {
    let per_s = batch as f64 * took.len() as f64 / took.iter().sum::<Duration>().as_secs_f64();
    took.sort();
    let ms = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    println!("{what:<22} batch {batch:>6}  {per_s:>9.0}/s  p50 {:>7.2} ms  p99 {:>7.2} ms", ms(0.5), ms(0.99));
}

//! What goes wrong goes wrong alike: nothing half-done is kept, and the fault says why.

use std::panic::{AssertUnwindSafe, catch_unwind};

use db::{Db, Fault, params, sql};

use crate::on_both;

const WORLD: &str = "
    CREATE TABLE project (
        id {int} PRIMARY KEY,
        name {text} NOT NULL UNIQUE,
        remaining_fen {int} NOT NULL CHECK (remaining_fen >= 0)
    ) {strict};
    CREATE TABLE gift (
        id {int} PRIMARY KEY,
        project_id {int} NOT NULL REFERENCES project (id)
    ) {strict};";

fn add_project(db: &Db, id: i64, name: &str, remaining_fen: i64) -> Result<(), Fault> {
    db.write(|tx| {
        tx.execute_one(sql("INSERT INTO project (id, name, remaining_fen) VALUES (?1, ?2, ?3)"), params![id, name, remaining_fen])
    })
}

fn projects(db: &Db) -> i64 {
    db.read(|tx| tx.query_one(sql("SELECT COUNT(*) AS n FROM project"), &[])?.int("n")).unwrap()
}

#[test]
fn the_schema_refuses_and_the_fault_says_which_rule() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        add_project(db, 1, "secret-name", 10).unwrap();

        let same_id = add_project(db, 1, "other", 10).unwrap_err();
        assert!(same_id.is_unique_violation(), "{engine:?}: {same_id}");
        let same_name = add_project(db, 2, "secret-name", 10).unwrap_err();
        assert!(same_name.is_unique_violation(), "{engine:?}: {same_name}");
        // What a row holds may be about a person, so it does not reach the log.
        assert!(!same_name.to_string().contains("secret-name"), "{same_name}");
        assert!(same_name.to_string().contains("INSERT INTO project"));

        let negative = add_project(db, 3, "c", -1).unwrap_err();
        assert!(negative.is_check_violation(), "{engine:?}: {negative}");
        assert!(!negative.is_unique_violation() && !negative.is_unavailable());

        let orphan = db.write(|tx| tx.execute_one(sql("INSERT INTO gift (id, project_id) VALUES (?1, ?2)"), params![1, 99])).unwrap_err();
        assert!(orphan.is_foreign_key_violation(), "{engine:?}: {orphan}");
        assert_eq!(projects(db), 1);
    });
}

#[test]
fn an_error_of_the_closure_rolls_back_and_comes_out_unchanged() {
    #[derive(Debug)]
    enum Refused {
        TooPoor,
        Broken(#[expect(dead_code, reason = "shown when a test fails")] Fault),
    }
    impl From<Fault> for Refused {
        fn from(fault: Fault) -> Self {
            Refused::Broken(fault)
        }
    }
    on_both(WORLD, |_, world| {
        let db = world.db();
        let result: Result<(), Refused> = db.write(|tx| {
            tx.execute_one(sql("INSERT INTO project (id, name, remaining_fen) VALUES (1, 'a', 5)"), &[])?;
            let changed = tx.execute(
                sql("UPDATE project SET remaining_fen = remaining_fen - ?2 WHERE id = ?1 AND remaining_fen >= ?2"),
                params![1, 6],
            )?;
            if changed == 0 {
                return Err(Refused::TooPoor);
            }
            Ok(())
        });
        assert!(matches!(result, Err(Refused::TooPoor)));
        assert_eq!(projects(db), 0);
    });
}

#[test]
fn after_a_failed_statement_nothing_is_kept_even_if_the_closure_goes_on() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        let mut second = None;
        let result: Result<(), Fault> = db.write(|tx| {
            tx.execute_one(sql("INSERT INTO project (id, name, remaining_fen) VALUES (1, 'a', 5)"), &[])?;
            // Swallows the fault, as a program should not.
            let _ = tx.execute_one(sql("INSERT INTO project (id, name, remaining_fen) VALUES (1, 'b', 5)"), &[]);
            second = tx.query(sql("SELECT id FROM project"), &[]).err();
            Ok(())
        });
        assert!(result.unwrap_err().is_unique_violation(), "{engine:?}");
        assert!(second.unwrap().to_string().contains("earlier statement"));
        assert_eq!(projects(db), 0, "{engine:?}");
        add_project(db, 1, "a", 5).unwrap();
    });
}

#[test]
fn a_wrong_number_of_rows_is_a_fault_and_nothing_is_kept() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        add_project(db, 1, "a", 5).unwrap();
        add_project(db, 2, "b", 5).unwrap();
        let both: Result<(), Fault> = db.write(|tx| tx.execute_one(sql("UPDATE project SET remaining_fen = 0"), &[]));
        assert!(both.unwrap_err().is_inconsistent(), "{engine:?}");
        let none: Result<(), Fault> = db.write(|tx| tx.execute_one(sql("UPDATE project SET remaining_fen = 0 WHERE id = 9"), &[]));
        assert!(none.unwrap_err().is_inconsistent());
        db.read(|tx| {
            let sum = tx.query_one(sql("SELECT CAST(SUM(remaining_fen) AS BIGINT) AS fen FROM project"), &[])?;
            assert_eq!(sum.int("fen")?, 10, "{engine:?}");
            Ok::<_, Fault>(())
        })
        .unwrap();
        for statement in [sql("SELECT id FROM project"), sql("SELECT id FROM project WHERE id = 9")] {
            let result = db.read(|tx| tx.query_one(statement, &[]));
            assert!(result.unwrap_err().is_inconsistent(), "{engine:?}");
        }
    });
}

#[test]
fn parameters_must_be_as_many_as_the_statement_says() {
    on_both(WORLD, |engine, world| {
        for given in [params![], params![1, 2]] {
            let result = world.db().read(|tx| tx.query(sql("SELECT id FROM project WHERE id = ?1"), given));
            let fault = result.unwrap_err().to_string();
            assert!(fault.contains("takes 1 parameters"), "{engine:?}: {fault}");
        }
    });
}

#[test]
fn a_panic_rolls_back_and_harms_nobody_after_it() {
    on_both(WORLD, |engine, world| {
        let db = world.db();
        for _ in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                db.write(|tx| -> Result<(), Fault> {
                    tx.execute_one(sql("INSERT INTO project (id, name, remaining_fen) VALUES (1, 'a', 5)"), &[])?;
                    panic!("on purpose")
                })
            }));
            assert!(panicked.is_err());
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                db.read(|tx| -> Result<(), Fault> {
                    tx.query(sql("SELECT id FROM project"), &[])?;
                    panic!("on purpose")
                })
            }));
            assert!(panicked.is_err());
        }
        assert_eq!(projects(db), 0, "{engine:?}");
        add_project(db, 1, "a", 5).unwrap();
        assert_eq!(projects(db), 1);
    });
}

#[test]
fn reading_does_not_write() {
    on_both(WORLD, |engine, world| {
        let result: Result<u64, Fault> =
            world.db().read(|tx| tx.execute(sql("INSERT INTO project (id, name, remaining_fen) VALUES (1, 'a', 5)"), &[]));
        assert!(result.is_err(), "{engine:?}");
        assert_eq!(projects(world.db()), 0);
    });
}

#[test]
fn a_transaction_inside_a_transaction_is_refused_at_once() {
    on_both(WORLD, |_, world| {
        let db = world.db();
        let inner: Result<(), Fault> = db.write(|_| db.write(|_| Ok(())));
        assert!(inner.unwrap_err().to_string().contains("inside another"));
        let inner: Result<(), Fault> = db.read(|_| db.read(|_| Ok(())));
        assert!(inner.is_err());
        // Another database is another matter: rows are moved from one to the other.
        let other = world.open_again();
        db.read(|_| other.read(|_| Ok::<_, Fault>(()))).unwrap();
        add_project(db, 1, "a", 5).unwrap();
    });
}

#[test]
fn text_with_nul_is_refused_by_both() {
    on_both(WORLD, |engine, world| {
        let fault = add_project(world.db(), 1, "a\0b", 5).unwrap_err().to_string();
        assert!(fault.contains("NUL"), "{engine:?}: {fault}");
        assert_eq!(projects(world.db()), 0);
    });
}

#[test]
fn an_address_that_leads_nowhere_is_told_without_its_password() {
    let fault = Db::open_postgres("postgres://someone:hunter2@127.0.0.1:1/x", 2).unwrap_err();
    assert!(fault.is_unavailable(), "{fault}");
    assert!(!fault.to_string().contains("hunter2"), "{fault}");
    let fault = Db::open_postgres("postgres://someone:hunter2@[broken", 2).unwrap_err();
    assert!(!fault.to_string().contains("hunter2"), "{fault}");
    let fault = Db::open_sqlite("/no/such/folder/x.sqlite".as_ref()).unwrap_err();
    assert!(fault.is_unavailable(), "{fault}");
    assert!(fault.to_string().contains("/no/such/folder/x.sqlite"));
}

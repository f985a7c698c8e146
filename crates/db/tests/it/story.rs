//! Ten statements, as the product would use them, on both engines.

use db::testing::{ENGINES, fresh};
use db::{Fault, Migration, params, sql};

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "project_and_gift",
    text: "CREATE TABLE project (
               id {int} PRIMARY KEY,
               name {text} NOT NULL UNIQUE,
               remaining_fen {int} NOT NULL CHECK (remaining_fen >= 0),
               picture {blob}
           ) {strict};
           CREATE TABLE gift (
               id {int} PRIMARY KEY,
               project_id {int} NOT NULL REFERENCES project (id),
               amount_fen {int} NOT NULL,
               message {text}
           ) {strict};
           CREATE INDEX gift_by_project ON gift (project_id, id);",
}];

#[test]
fn ten_statements_read_the_same_on_both_engines() {
    for engine in ENGINES {
        let world = fresh(engine);
        let db = world.db();
        assert_eq!(db.migrate(MIGRATIONS).unwrap(), [1]);
        db.write(|tx| {
            tx.execute_one(
                sql("INSERT INTO project (id, name, remaining_fen, picture) VALUES (?1, ?2, ?3, ?4)"),
                params![7, "山里的图书馆", 1_000, [0_u8, 255, 7]],
            )?;
            tx.execute_one(
                sql("INSERT INTO gift (id, project_id, amount_fen, message) VALUES (?1, ?2, ?3, ?4)"),
                params![1, 7, 10, "it's 好 \u{1f338}"],
            )?;
            tx.execute_one(
                sql("INSERT INTO gift (id, project_id, amount_fen, message) VALUES (?1, ?2, ?3, ?4)"),
                params![2, 7, 990, None::<&str>],
            )?;
            let took = tx.execute(
                sql("UPDATE project SET remaining_fen = remaining_fen - ?2 WHERE id = ?1 AND remaining_fen >= ?2"),
                params![7, 1_000],
            )?;
            assert_eq!(took, 1);
            Ok::<_, Fault>(())
        })
        .unwrap();
        db.read(|tx| {
            let project = tx.query_one(sql("SELECT * FROM project WHERE id = ?1"), params![7])?;
            assert_eq!(project.text("name")?, "山里的图书馆");
            assert_eq!(project.int("remaining_fen")?, 0);
            assert_eq!(project.blob("picture")?, [0, 255, 7]);
            assert_eq!(project.bytes::<3>("picture")?, [0, 255, 7]);
            assert!(project.bytes::<4>("picture").unwrap_err().is_inconsistent());
            assert!(project.int("no_such_column").unwrap_err().is_inconsistent());
            assert!(project.int("name").unwrap_err().is_inconsistent());
            let gifts = tx.query(
                sql("SELECT g.id, p.name AS project, g.message FROM gift g JOIN project p ON p.id = g.project_id ORDER BY g.id"),
                &[],
            )?;
            assert_eq!(gifts.len(), 2);
            assert_eq!(gifts[0].opt_text("message")?.unwrap(), "it's 好 \u{1f338}");
            assert_eq!(gifts[1].opt_text("message")?, None);
            let total = tx.query_one(
                sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS total_fen, COUNT(*) AS gifts FROM gift WHERE project_id = ?1"),
                params![7],
            )?;
            assert_eq!((total.int("total_fen")?, total.int("gifts")?), (1_000, 2));
            let none = tx.query_opt(sql("SELECT id FROM gift WHERE id = ?1"), params![9])?;
            assert!(none.is_none());
            Ok::<_, Fault>(())
        })
        .unwrap();
    }
}

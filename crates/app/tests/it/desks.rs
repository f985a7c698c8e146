//! What every desk stands on: what comes in as a file, what is written down about a write, who has taken something up.

use app::kernel::{MINUTE_US, Trouble, audit, claims};
use app::web::post;
use db::{params, sql};
use testkit::{Engine, PIXEL, World, on_both_engines};

fn what_was_done_at_a_desk_leaves_a_trail_that_cannot_be_changed(world: &World) {
    let cast = world.cast();
    let path = format!("/desk/projects/{}/progress", world.project(&cast, "山里孩子的秋天"));
    let told = [("kind", "news"), ("title", "开工了"), ("body", "第一批棉衣已经下单。")];
    cast.manager.post(&path, &told).has_status(200);
    cast.finance.post(&path, &told).has_status(403);
    let rows = |statement| world.count(statement, params![]);
    let done = rows(sql("SELECT COUNT(*) AS count FROM audit JOIN audit_outcome ON audit_outcome.audit_id = audit.id WHERE status = 303"));
    let refused =
        rows(sql("SELECT COUNT(*) AS count FROM audit JOIN audit_outcome ON audit_outcome.audit_id = audit.id WHERE status = 403"));
    assert_eq!((done, refused), (1, 1), "one done, one refused");
    for change in [
        sql("UPDATE audit SET person_id = 1"),
        sql("DELETE FROM audit"),
        sql("DELETE FROM audit_outcome"),
        sql("UPDATE audit_link SET position = 9"),
    ] {
        world.catch_up();
        let changed = world.app.db.write(|tx| tx.execute(change, params![]));
        assert!(changed.is_err(), "the database itself refuses {}", change.text());
    }
    assert_eq!(rows(sql("SELECT COUNT(*) AS count FROM audit_link")), 2);
    world.check_the_books();
}

fn an_attempt_whose_process_died_is_chained_too(world: &World) {
    let cast = world.cast();
    let id = world.app.new_id();
    let attempt =
        audit::Attempt { id, person_id: cast.manager.id, route: "POST /desk/x", path: "/desk/x", form_sha256: [7; 32], at: world.now() };
    world.app.db.write(|tx| audit::attempt(tx, &attempt)).expect("an attempt");
    world.catch_up();
    let links = || world.count(sql("SELECT COUNT(*) AS count FROM audit_link"), params![]);
    assert_eq!(links(), 0, "its outcome may still come");
    world.later(11 * MINUTE_US);
    assert_eq!(links(), 1);
}

fn two_people_do_not_decide_the_same_thing_unseen(world: &World) {
    let cast = world.cast();
    let take = |person: &testkit::Person| world.app.db.write(|tx| claims::take_up(tx, "project", 7, person.id, world.now()));
    let decide = |person: &testkit::Person| world.app.db.write(|tx| claims::decide(tx, "project", 7, person.id, world.now()));
    take(&cast.reviewer).expect("nobody has it");
    take(&cast.reviewer).expect("one's own is prolonged");
    for refused in [take(&cast.second_reviewer), decide(&cast.second_reviewer)] {
        let Err(Trouble::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!((refusal.status, refusal.key), (409, "refusal-claimed"));
    }
    world.clock.advance(31 * MINUTE_US);
    take(&cast.second_reviewer).expect("the first claim is over");
    assert!(decide(&cast.reviewer).is_err());
    decide(&cast.second_reviewer).expect("they have it");
    decide(&cast.reviewer).expect("a decision ends the claim");
}

fn a_file_is_seen_by_whom_it_belongs_to_until_it_is_public(world: &World) {
    let cast = world.cast();
    let public = world.public_file(cast.charity, &cast.manager.actor);
    world.stranger().get(&format!("/files/{public}")).has_status(200);
    world.app.db.write(|tx| tx.execute_one(sql("UPDATE file SET public_since = NULL WHERE id = ?1"), params![public])).expect("a file");
    let path = format!("/files/{public}");
    for (who, status) in [(&cast.manager, 200), (&cast.finance, 200), (&cast.reviewer, 200), (&cast.implementer_manager, 404)] {
        assert_eq!(who.get(&path).status, status, "{}", who.name);
    }
    world.stranger().get(&path).has_status(404);
}

/// Forms with files, tried on a route of their own, since any upload route of the product would do other things too.
#[test]
fn a_form_with_files_is_heard_out_whatever_its_size() {
    let world = World::new(Engine::Sqlite);
    let guest = world.guest();
    let takes_files: Vec<_> = app::routes().into_iter().filter(|route| route.takes_files).collect();
    let plain = post("/me/notices", app::kernel::Right::SignedIn, |_| unreachable!());
    assert!(!plain.takes_files);
    for route in takes_files.iter().filter(|r| !r.path.contains('{')) {
        let large = vec![0_u8; 50 * 1024 * 1024];
        let page = guest.post_files(route.path, &[], &[("file", "大.jpg", &large)]);
        assert!(matches!(page.status, 413 | 401 | 303), "{}: {}", route.path, page.status);
    }
    // A form that takes no files refuses a body of that size, and one with a file in it.
    let page = guest.post_files("/sign-in", &[("phone".to_owned(), "13800138000".to_owned())], &[("file", "a.png", PIXEL)]);
    page.has_status(400);
}

on_both_engines![
    what_was_done_at_a_desk_leaves_a_trail_that_cannot_be_changed,
    an_attempt_whose_process_died_is_chained_too,
    two_people_do_not_decide_the_same_thing_unseen,
    a_file_is_seen_by_whom_it_belongs_to_until_it_is_public,
];

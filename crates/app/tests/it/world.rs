//! The world of the tests keeps its own promises: time stands, a person is signed in, what is private is noticed.

use app::kernel::{MINUTE_US, civil};
use app::web::Lang;
use db::{params, sql};
use testkit::{World, on_both_engines};

fn time_stands_until_it_is_moved(world: &World) {
    assert_eq!(civil::minute_text(world.now()), "2026-09-07 10:00");
    world.later(90 * MINUTE_US);
    assert_eq!(civil::minute_text(world.now()), "2026-09-07 11:30");
}

fn a_stranger_is_not_signed_in_and_a_donor_is(world: &World) {
    let home = world.stranger().get("/");
    assert!(home.links().contains(&"/sign-in".to_owned()), "{}", home.text());
    let donor = world.donor("13800138000");
    let home = donor.get("/");
    assert!(!home.links().contains(&"/sign-in".to_owned()), "{}", home.text());
}

fn a_page_that_is_not_there_says_so_in_both_languages(world: &World) {
    let stranger = world.stranger();
    stranger.get("/no-such-page").has_status(404);
    let title = stranger.get("/no-such-page").title();
    stranger.speaks(Lang::En);
    assert_ne!(stranger.get("/no-such-page").title(), title);
}

fn a_world_notices_a_job_that_nobody_can_do(world: &World) {
    // The job ends among the failed ones, where the world's last look would find it; so it is taken away again.
    let now = world.now();
    world.app.db.write(|tx| app::jobs::enqueue(tx, 7, "a kind that nobody knows", "", now)).expect("a job");
    for _ in 0..10 {
        world.later(60 * MINUTE_US);
    }
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM failed_job"), params![]), 1);
    let look = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.look_around()));
    assert!(look.is_err());
    world.app.db.write(|tx| tx.execute_one(sql("DELETE FROM failed_job WHERE id = ?1"), params![7])).expect("it was there");
}

on_both_engines![
    time_stands_until_it_is_moved,
    a_stranger_is_not_signed_in_and_a_donor_is,
    a_page_that_is_not_there_says_so_in_both_languages,
    a_world_notices_a_job_that_nobody_can_do,
];

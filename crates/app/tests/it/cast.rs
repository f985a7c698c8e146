//! The standing cast can be called and its project can live, whatever the engine.

use testkit::{World, on_both_engines};

fn the_cast_stands_and_its_project_lives(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let life = world.life(&cast, &donor);
    let page = donor.get("/me/gifts");
    page.has_status(200).sees("1,000.00");
    assert_ne!(life.gift, life.unpaid);
}

on_both_engines![the_cast_stands_and_its_project_lives];

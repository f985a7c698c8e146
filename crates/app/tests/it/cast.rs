//! The standing cast can be called, whatever the engine.

use testkit::{World, on_both_engines};

fn the_cast_stands(world: &World) {
    let cast = world.cast();
    assert_ne!(cast.charity, cast.launcher);
}

on_both_engines![the_cast_stands];

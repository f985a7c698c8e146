//! In a real Chromium: does it look whole on a phone, is the console silent, does it work with script and without?

use testkit::{Chromium, Engine, Options, World};

fn world() -> World {
    World::with(Engine::Sqlite, Options { for_a_real_browser: true, ..Options::default() })
}

#[test]
fn public_pages_fit_small_phones_and_complain_of_nothing() {
    let world = world();
    let cast = world.cast();
    let chromium = Chromium::start("zh-CN");
    for path in ["/sign-in", "/staff/sign-in", "/organisations", &format!("/organisations/{}", cast.charity)] {
        for width in [320, 360, 1280] {
            chromium.resize(width, 740);
            chromium.open(&format!("http://{}{path}", world.address()));
            assert_eq!(chromium.overflow(), 0, "{path} stands out of a window of {width} pixels");
        }
        let complaints = chromium.complaints();
        assert!(complaints.is_empty(), "{path}: {complaints:#?}");
    }
}

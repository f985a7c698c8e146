//! What the logs say of a whole gift story, at the level that says most: nothing private. The log of a process is one for
//! all its threads, so this test has a process of its own.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use app::kernel::{Actor, HOUR_US};
use testkit::sandbox::{ApiFailure, Forgery};
use testkit::{Engine, Wish, World};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Captured;

    fn make_writer(&'a self) -> Captured {
        self.clone()
    }
}

const PHONE: &str = "13912345678";
const STAFF_PASSWORD: &str = testkit::PASSWORD;

#[test]
fn a_whole_gift_story_leaves_nothing_private_in_the_logs() {
    let log = Captured::default();
    // Everything: our own words at the finest level, and those of the libraries that speak to the network.
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).init();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::new(engine);
        let cast = world.cast();
        let donor = world.donor(PHONE);
        let life = world.life(&cast, &donor);
        // Signing in with a phone, wrong code and all; signing in as staff with a wrong password.
        let guest = world.guest();
        let asked = guest.submit_once(&guest.get("/sign-in"), "/sign-in", &[("phone", "13887654321")]);
        let code = guest.get(&asked.leads_to().unwrap_or_else(|| "/sign-in".to_owned()));
        let wrong = [("code", "000000"), ("login", "manager"), ("password", STAFF_PASSWORD)];
        assert!(guest.post("/sign-in/code", &wrong).status < 500, "{}", code.path);
        assert!(guest.post("/staff/sign-in", &wrong).status < 500);
        // A gift with a name and a message, paid, read, its name hidden; one that the channel forges.
        let wish =
            Wish { project: life.published, amount_fen: 12_345, name: "留名的韩先生", message: "愿路灯亮着", anonymous: true };
        let gift = world.wish(&donor.actor, &wish).unwrap_or_else(|trouble| panic!("{trouble:?}"));
        world.catch_up();
        world.pay(gift);
        let page = |id: i64| format!("/gifts/{id}/{}", world.app.secret.code("gift", &id.to_string()));
        donor.get(&page(gift)).has_status(200);
        donor.get("/me/gifts").has_status(200);
        let other = world.ordered(life.published, 700);
        world.forge(other, Forgery::WrongAmount);
        // Faults are logged too: the channel is away while an order is asked for.
        world.gateway.faults().api_failures = vec![ApiFailure::Before, ApiFailure::After];
        let late = world.wish(&Actor::Anyone, &Wish { name: "迟到的许女士", message: "信号不好", ..wish }).expect("a wish");
        world.catch_up();
        world.later(HOUR_US);
        donor.get(&page(late)).has_status(200);
    }
    let text = log.text();
    tracing::info!("the story is over");
    assert!(log.text().contains("the story is over"), "the log is not captured");
    assert!(text.len() > 1_000, "the story left only {} bytes of log", text.len());
    let private = [
        PHONE,
        "13887654321",
        "留名的韩先生",
        "愿路灯亮着",
        "迟到的许女士",
        "信号不好",
        testkit::PRIVATE_NAME,
        testkit::PRIVATE_MESSAGE,
        STAFF_PASSWORD,
        "王小满",
    ];
    for word in private {
        for form in [word.to_owned(), word.escape_unicode().to_string().replace(['{', '}'], ""), encoded(word)] {
            let near = text.find(&form).map(|at| text[at.saturating_sub(300)..].chars().take(700).collect::<String>());
            assert!(near.is_none(), "“{word}” is in the log: {}", near.unwrap_or_default());
        }
    }
}

/// As it stands in a URL or a form.
fn encoded(word: &str) -> String {
    word.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

//! `huihai demo` as a newcomer meets it: started, opened on a phone, ten fen given; and the pictures of the README,
//! which are left in `target/screenshots` or in the folder that HUIHAI_SCREENSHOTS names.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use db::Engine;
use testkit::Chromium;

use crate::program::{Place, Running, huihai, json, path};

fn pictures() -> PathBuf {
    let ours = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::env::var_os("HUIHAI_SCREENSHOTS").map_or(ours, PathBuf::from)
}

/// Starts the demo and waits until it says where it is.
fn start(place: &Place) -> (Running, String) {
    let data = path(&place.file("data"));
    let mut demo = Running(
        huihai(&["demo", "--listen", "127.0.0.1:0", "--data", &data], &[]).stdout(Stdio::piped()).spawn().expect("the program starts"),
    );
    let printed = BufReader::new(demo.0.stdout.take().expect("its output is ours"));
    let address = printed
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_whitespace().find(|w| w.starts_with("http://127.0.0.1:")).map(|w| w.trim_end_matches('/').to_owned()))
        .expect("the demo says where it is");
    (demo, address)
}

/// What is published has the signatures of both witnesses, and the second one vouches for the books with its other key.
fn both_witnesses_have_signed(address: &str, place: &Place) {
    let fetch = |path: &str| {
        let mut answer = ureq::get(format!("{address}/log/{path}")).call().expect("the log is served");
        answer.body_mut().read_to_string().expect("text")
    };
    let policy = tlog::Policy::parse(fetch("policy").as_bytes()).expect("a policy");
    let validating = policy.witnesses().iter().find(|witness| witness.name == "witness-two/validating").expect("a validating witness");
    let started = Instant::now();
    loop {
        let note = tlog::Note::parse(fetch("checkpoint").as_bytes()).expect("a note");
        let believed = policy.believe(&note, None).expect("a quorum has signed");
        assert!(believed.checkpoint.size() > 300);
        if believed.witnesses.iter().any(|(witness, _)| witness.name == validating.name) {
            break;
        }
        // A checkpoint that was published before the second witness had read up to it is offered to it again.
        assert!(started.elapsed() < Duration::from_secs(40), "the validating witness does not vouch for the books");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(!place.file("data/witness-two/state/evidence").exists(), "there is nothing to accuse the log of");
}

#[test]
fn a_newcomer_starts_the_demo_and_gives_ten_fen() {
    let place = Place::new(Engine::Sqlite);
    let (demo, address) = start(&place);
    let chromium = Chromium::start("zh-CN");
    let picture = |name: &str, width: u32, height: u32| {
        chromium.resize(width, height);
        assert_eq!(chromium.overflow(), 0, "{name} stands out of a window of {width} pixels");
        chromium.screenshot_of_window(&pictures().join(format!("{name}-{width}.png")));
    };
    chromium.as_a_phone();
    chromium.open(&format!("{address}/"));
    chromium.sees("脱贫攻坚");
    picture("home", 1280, 800);
    picture("home", 360, 740);
    let first =
        chromium.evaluate("return [...document.querySelectorAll('main a')].map(a => a.pathname).find(p => /^.projects.[0-9]+$/.test(p))");
    chromium.open(&format!("{address}{}", first.as_str().expect("the home page leads to a project")));
    picture("project", 1280, 800);
    picture("project", 360, 740);
    chromium.click("a[href$='/gift']");
    chromium.fill("input[name=amount]", "０．１");
    picture("amount", 360, 740);
    chromium.click("main form button");
    chromium.sees("付款前");
    picture("calmer", 360, 740);
    chromium.click("form[action='/gifts'] button");
    chromium.is_at("/sandbox/cashier/");
    chromium.click("form[action$='/pay'] button");
    chromium.wait("the way back", || chromium.has("a[href*='/gifts/']"));
    chromium.click("a[href*='/gifts/']");
    chromium.sees("谢谢");
    chromium.sees("¥0.10");
    picture("thanks", 360, 740);
    chromium.open(&format!("{address}/reconciliation"));
    chromium.sees("相符");
    picture("reconciliation", 1280, 800);
    both_witnesses_have_signed(&address, &place);
    drop(demo);

    let checked = json(&huihai(&["check", "--json", "--data", &path(&place.file("data"))], &[]).output().expect("the program starts"));
    assert_eq!(checked["gifts"].as_i64(), Some(301), "{checked}");
    assert_eq!(checked["findings"].as_array().map(Vec::len), Some(0), "{checked}");

    // Started again it goes on where it was.
    let (_demo, address) = start(&place);
    chromium.open(&format!("{address}/"));
    // With the one that came by bank.
    chromium.sees("302");
    both_witnesses_have_signed(&address, &place);
}

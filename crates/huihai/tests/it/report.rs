//! `huihai report` and a configuration that contradicts itself, with the program itself.

use db::Engine;

use crate::program::{Place, huihai, json, path};

fn run(arguments: &[&str], more: &[String]) -> (bool, String) {
    let output = huihai(arguments, more).output().expect("the program starts");
    (output.status.success(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn one_command_makes_the_half_yearly_report_and_counting_again_gives_the_same_bytes() {
    let place = Place::new(Engine::Sqlite);
    let (done, said) = run(&["bench", "gifts", "--gifts", "2000", "--projects", "10", "--naive", "0"], &place.for_bench());
    assert!(done, "{said}");
    let data = place.for_check();
    for half in ["2024H1", "2026H2"] {
        let first = huihai(&["report", "--json", "--half", half], &data).output().expect("the program starts");
        let again = huihai(&["report", "--json", "--half", half], &data).output().expect("the program starts");
        assert_eq!(first.stdout, again.stdout);
        assert_eq!(json(&first)["half"], half);
    }
    let (_, page) = run(&["report", "--html", "--half", "2024H1"], &data);
    assert!(page.contains("<table") && page.contains("捐赠笔数"), "{page}");
    let (_, words) = run(&["report", "--half", "2024H1"], &data);
    assert!(words.contains("捐赠笔数: 0"), "{words}");
    assert!(!run(&["report", "--half", "2024"], &data).0);
    let (done, said) = run(&["report", "--publish", "--half", "2024H1"], &data);
    assert!(done, "{said}");
    let (done, said) = run(&["report", "--publish", "--half", "2024H1"], &data);
    assert!(!done && said.contains("published already"), "{said}");
    let (done, said) = run(&["report", "--publish", "--half", "2099H2"], &data);
    assert!(!done && said.contains("not over"), "{said}");
    assert!(run(&["check"], &data).0);
}

#[test]
fn a_configuration_that_contradicts_its_mode_does_not_start() {
    let place = Place::new(Engine::Sqlite);
    let file = place.file("huihai.toml");
    for (mode, account, base_url, more, complaint) in [
        ("demo", "direct", "https://give.example.org", "", "huihai demo"),
        ("public", "direct", "https://give.example.org", "", "none of"),
        ("own_site", "provider", "https://give.example.org", "", "one charity only"),
        ("designated", "direct", "https://give.example.org", "", "many charities"),
        ("closed", "direct", "http://give.example.org", "", "not an https address"),
        ("own_site", "direct", "https://give.example.org", "metrics_listen = \"0.0.0.0:9464\"", "from outside"),
    ] {
        let text = format!(
            "listen = \"127.0.0.1:0\"\nbase_url = \"{base_url}\"\nmode = \"{mode}\"\ndata = \"{}\"\n{more}\n[wechat]\naccount = \"{account}\"\n\
             appid = \"wx\"\nmchid = \"1\"\nserial = \"1\"\nprivate_key_file = \"none\"\napiv3_key_file = \"none\"\n",
            path(&place.file("data"))
        );
        std::fs::write(&file, text).expect("a file");
        let (started, said) = run(&["serve", "--config", &path(&file)], &[]);
        assert!(!started && said.contains(complaint), "{mode} {account}: {said}");
    }
}

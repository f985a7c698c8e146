//! A donor's proof in a real Chromium: the gift's page, the log, and the page that verifies without a network. With
//! HUIHAI_SCREENSHOTS set, a picture of each is left, on the phone and at a desk.

use app::giving::gift_path;
use app::public_log::{self, GiftProof};
use testkit::Chromium;

use crate::browser::Visit;

#[test]
fn a_donor_verifies_their_gift_on_a_phone() {
    let visit = Visit::begin("log");
    let Visit { world, chromium, .. } = &visit;
    let cast = world.cast();
    let project = world.project(&cast, "每一滴都看得见");
    let gift = world.given(project, 1_230);
    world.catch_up();
    chromium.as_a_phone();
    chromium.resize(360, 740);

    visit.open(&gift_path(&world.app, gift));
    chromium.press("捐赠证明");
    chromium.sees("已写入日志");
    visit.look("proof");
    chromium.press("查看日志里的这一条");
    chromium.sees("收到 1 笔捐赠，共 ¥12.30。");
    visit.look("entry");
    chromium.press("回到日志");
    chromium.sees("公开日志");
    visit.look("explorer");
    chromium.press("开放数据");
    chromium.sees("有公开事项的日子");
    visit.look("data");

    let Some(GiftProof::Published { file, .. }) = public_log::of_gift(&world.app, gift).expect("read") else { panic!("a proof") };
    let kept = std::env::temp_dir().join(format!("huihai-{}.tlog-proof", std::process::id()));
    std::fs::write(&kept, &file).expect("kept");
    visit.open("/verify");
    chromium.attach("#file", &kept);
    chromium.press("验证 / Verify");
    chromium.wait("an answer", || chromium.text().contains("证明成立"));
    chromium.sees("¥12.30");
    chromium.sees(&gift.to_string());
    visit.look("verified");

    // One character of the file is another: the page says which step fails, and never that it holds.
    for (what, changed) in [
        ("证明文件", file.replacen("c2sp.org", "c2sp.net", 1)),
        ("日志的签名", with_another_line(&file, "— huihai.test/log ")),
        ("记录：", with_another_index(&file)),
    ] {
        std::fs::write(&kept, changed).expect("kept");
        visit.open("/verify");
        chromium.attach("#file", &kept);
        chromium.press("验证 / Verify");
        chromium.wait("an answer", || chromium.text().contains("证明不成立"));
        assert!(failing_step(chromium).contains(what), "{what}: {}", failing_step(chromium));
    }
    std::fs::remove_file(&kept).expect("kept until now");
    visit.look("refused");
}

fn failing_step(chromium: &Chromium) -> String {
    chromium.evaluate("return document.querySelector('#steps li.bad').textContent").as_str().unwrap_or_default().to_owned()
}

/// The signature of a line, with one of its bytes changed.
fn with_another_line(file: &str, name: &str) -> String {
    let at = file.rfind(name).expect("a signature") + name.len() + 20;
    let other = if file.as_bytes()[at] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &file[..at], &file[at + 1..])
}

fn with_another_index(file: &str) -> String {
    let (before, after) = file.split_once("\nindex ").expect("an index");
    let (index, rest) = after.split_once('\n').expect("a line");
    let index: u64 = index.parse().expect("a number");
    format!("{before}\nindex {}\n{rest}", index.saturating_sub(1))
}

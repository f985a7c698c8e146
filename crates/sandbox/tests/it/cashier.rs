//! What a visitor of the demo sees and presses, without script.

use wechat::{Notification, QueryAnswer, TradeState};

use crate::world::{SECOND, partner, world};

#[test]
fn paying_failing_and_putting_off() {
    let world = world();
    world.gateway.name_merchant("1900000109", "清河<慈善>会");
    let prepay_id = world.placed(&partner(), "700000001", 123_456);
    let path = world.gateway.cashier_path(&prepay_id);
    let page = world.visit(&format!("{path}?package=h5&redirect_url=%2Fthanks%2F7%3Fa%3D1%26b%3D2"));
    let text = page.text();
    assert_eq!(page.status, 200);
    for needle in
        ["沙箱：没有真实扣款", "no real money moves", "清河&lt;慈善&gt;会", "1234.56", "确认支付", "支付失败", "稍后再说", "lang=\"zh-CN\""]
    {
        assert!(text.contains(needle), "{needle} in {text}");
    }
    assert!(text.contains("href=\"/thanks/7?a=1&amp;b=2\""), "the way back: {text}");
    assert!(!text.contains("<script") && !text.contains("style=") && !text.contains("<style"), "our CSP forbids inline style and script");

    let form = "redirect_url=%2Fthanks%2F7%3Fa%3D1%26b%3D2";
    for (choice, words) in [("fail", "没有扣款。可以再试一次"), ("later", "可以再回来支付")] {
        let sent = world.submit(&format!("{path}/{choice}"), form);
        assert_eq!(sent.status, 303);
        let next = world.visit(sent.header("location").unwrap()).text();
        assert!(next.contains(words) && next.contains("/thanks/7?a=1&amp;b=2"), "{next}");
    }
    assert!(matches!(world.queried(&partner(), "700000001"), QueryAnswer::Found(t) if t.trade_state == TradeState::NotPay));

    for _ in 0..2 {
        let sent = world.submit(&format!("{path}/pay"), form);
        let next = world.visit(sent.header("location").unwrap()).text();
        assert!(next.contains("支付成功") && next.contains("/thanks/7?a=1&amp;b=2") && !next.contains("确认支付"), "{next}");
    }
    assert_eq!(world.gateway.deliver_due(world.now()).len(), 1, "pressed twice, paid once, notified once");
    assert!(matches!(world.opened(&world.mailbox.take()[0]), Notification::Payment(t) if t.paid().unwrap().total_fen == 123_456));
}

#[test]
fn the_way_back_leads_only_to_the_host_the_visitor_came_by() {
    let world = world();
    let path = world.gateway.cashier_path(&world.placed(&partner(), "700000001", 1));
    let host = world.base.trim_start_matches("http://").to_owned();
    let has_link = |url: &str| world.visit(&format!("{path}?redirect_url={url}")).text().contains("class=\"back");
    assert!(has_link("%2Fthanks"));
    assert!(has_link(&format!("http%3A%2F%2F{host}%2Fthanks")));
    for url in [
        "javascript%3Aalert(1)",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "http%3A%2F%2Fevil.example%2F",
        &format!("http%3A%2F%2F{host}.evil.example%2F"),
    ] {
        assert!(!has_link(url), "{url}");
    }
}

#[test]
fn an_expired_link_or_an_unknown_order_says_so() {
    let world = world();
    let path = world.gateway.cashier_path(&world.placed(&partner(), "700000001", 1));
    world.pass(2 * 3600 * SECOND);
    assert!(world.visit(&path).text().contains("已关闭或链接已过期"));
    let sent = world.submit(&format!("{path}/pay"), "");
    assert!(world.visit(sent.header("location").unwrap()).text().contains("已关闭或链接已过期"));
    assert!(matches!(world.queried(&partner(), "700000001"), QueryAnswer::Found(t) if t.trade_state == TradeState::Closed));
    assert_eq!(world.visit("/sandbox/cashier/wx404").status, 404);
    assert_eq!(world.submit(&format!("{path}/steal"), "").status, 404);
    let style = world.visit("/sandbox/style.css");
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
}

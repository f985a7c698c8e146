//! Passkeys of staff: with an authenticator of our own that can also lie, and with the one that Chromium plays.

use app::kernel::{MINUTE_US, SECOND_US, sha256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use db::{params, sql};
use testkit::{Browser, Chromium, Engine, Form, Options, PASSWORD, Page, World, on_both_engines, totp_secret};

/// An authenticator with one ES256 key.
struct Device {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    count: u32,
    counts: bool,
    origin: &'static str,
    rp_id: &'static str,
    flags: u8,
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    fn new(id: u8) -> Device {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).expect("a key");
        Device { key, id: vec![id; 32], count: 0, counts: true, origin: "https://huihai.test", rp_id: "huihai.test", flags: 0x05 }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        format!(r#"{{"type":"{kind}","challenge":"{}","origin":"{}","crossOrigin":false}}"#, encoded(challenge.as_bytes()), self.origin)
            .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        [&sha256(self.rp_id.as_bytes())[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    /// The fields of a form that makes a key.
    fn makes(&self, challenge: &str) -> Vec<(String, String)> {
        let point = self.key.public_key().as_ref();
        let cose =
            [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..], &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat();
        let auth = [&self.data(self.flags | 0x40)[..], &[0; 16], &[0, 32], &self.id, &cose].concat();
        let length = u8::try_from(auth.len()).expect("short");
        let object = [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"[..], &[length], &auth].concat();
        let client = self.client_data("webauthn.create", challenge);
        fields(&[("client_data", &encoded(&client)), ("attestation", &encoded(&object)), ("challenge", challenge)])
    }

    /// The fields of a form that uses it; the counter goes on.
    fn uses(&mut self, challenge: &str) -> Vec<(String, String)> {
        self.count += u32::from(self.counts);
        let (client, data) = (self.client_data("webauthn.get", challenge), self.data(self.flags));
        let signed = [&data[..], &sha256(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        fields(&[
            ("credential", &encoded(&self.id)),
            ("client_data", &encoded(&client)),
            ("authenticator_data", &encoded(&data)),
            ("signature", &encoded(signature.as_ref())),
            ("challenge", challenge),
        ])
    }
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn send(browser: &Browser, path: &str, fields: &[(String, String)], more: &[(&str, &str)]) -> Page {
    let mut pairs: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    pairs.extend_from_slice(more);
    browser.post(path, &pairs)
}

fn challenge_of(page: &Page, action: &str) -> String {
    let form: Form = page.form(action);
    form.fields.iter().find(|f| f.name == "challenge").and_then(|f| f.value.clone()).expect("a challenge")
}

fn registered(world: &World, staff: &Browser, device: &Device, name: &str) {
    let challenge = challenge_of(&staff.get("/me/passkeys"), "/me/passkeys");
    send(staff, "/me/passkeys", &device.makes(&challenge), &[("name", name)]).has_status(200).sees("通行密钥已添加").sees(name);
    world.clock.advance(SECOND_US);
}

fn asked(browser: &Browser) -> String {
    challenge_of(&browser.get("/staff/sign-in"), "/staff/sign-in/passkey")
}

fn staff_come_in_with_a_passkey_whatever_happens_to_their_password(world: &World) {
    let cast = world.cast();
    let mut device = Device::new(1);
    registered(world, &cast.reviewer, &device, "办公室电脑");
    // Somebody types wrong passwords until the login is closed.
    for _ in 0..5 {
        let door = world.guest();
        let page = door.get("/staff/sign-in");
        door.submit(&page, "/staff/sign-in", &[("login", "reviewer"), ("password", "wrong password"), ("totp", "000000")]).has_status(422);
    }
    let browser = world.guest();
    let challenge = asked(&browser);
    send(&browser, "/staff/sign-in/passkey", &device.uses(&challenge), &[("back", "")]).has_status(200).is_at("/operator");
    cast.reviewer.get("/me/passkeys").sees("最近一次使用");

    // Lost: removed, and it opens nothing any more.
    let page = cast.reviewer.get("/me/passkeys");
    let removal = page.forms().iter().find(|f| f.action.ends_with("/removal")).expect("a way to remove it").action.clone();
    cast.manager.post(&removal, &[]).has_status(404);
    cast.reviewer.submit(&page, &removal, &[]).sees("通行密钥已删除");
    let browser = world.guest();
    let challenge = asked(&browser);
    send(&browser, "/staff/sign-in/passkey", &device.uses(&challenge), &[]).has_status(422).sees("没有用这个通行密钥登录成功");
}

fn forged_replayed_and_foreign_answers_open_nothing(world: &World) {
    let cast = world.cast();
    let mut device = Device::new(1);
    registered(world, &cast.reviewer, &device, "钥匙");
    let door = "/staff/sign-in/passkey";
    let refused = |browser: &Browser, fields: &[(String, String)]| {
        send(browser, door, fields, &[]).has_status(422);
        browser.get("/operator").is_at("/staff/sign-in");
    };
    let browser = world.guest();
    // Replayed: the same answer again, from the same browser and from another.
    let answer = device.uses(&asked(&browser));
    let thief = world.guest();
    let _ = asked(&thief);
    refused(&thief, &answer);
    send(&browser, door, &answer, &[]).is_at("/operator");
    refused(&world.guest(), &answer);
    let again = send(&browser, door, &answer, &[]);
    again.has_status(422).sees("没有用这个通行密钥登录成功");
    // An authenticator that does not count: there the challenge alone says that this was answered.
    let mut uncounted = Device { counts: false, ..Device::new(2) };
    registered(world, &cast.second_reviewer, &uncounted, "钥匙");
    let other = world.guest();
    let answer = uncounted.uses(&asked(&other));
    send(&other, door, &answer, &[]).is_at("/operator");
    send(&other, door, &answer, &[]).has_status(422).sees("已过期，或已经用过");
    // Too late, and with a challenge of nobody's making.
    let browser = world.guest();
    let late = asked(&browser);
    world.clock.advance(5 * MINUTE_US + SECOND_US);
    refused(&browser, &device.uses(&late));
    refused(&browser, &device.uses("7215545057280-00112233445566778899aabbccddeeff"));
    // For another site, another host, without the person, without a touch.
    for change in [
        |d: &mut Device| d.origin = "https://huihai.test.evil.example",
        |d: &mut Device| d.rp_id = "evil.example",
        |d: &mut Device| d.flags = 0x01,
        |d: &mut Device| d.flags = 0x04,
    ] {
        let mut wrong = Device { key: Device::new(9).key, id: device.id.clone(), ..Device::new(1) };
        std::mem::swap(&mut wrong.key, &mut device.key);
        wrong.count = device.count + 10;
        change(&mut wrong);
        refused(&browser, &wrong.uses(&asked(&browser)));
        std::mem::swap(&mut wrong.key, &mut device.key);
    }
    // Another key under this id; a counter that stands still, as a copy's does.
    let mut forger = Device { count: 90, ..Device::new(1) };
    refused(&browser, &forger.uses(&asked(&browser)));
    device.count = 0;
    refused(&browser, &device.uses(&asked(&browser)));
    // None of it harmed the key.
    device.count = 20;
    send(&browser, door, &device.uses(&asked(&browser)), &[]).is_at("/operator");
}

fn keys_are_made_by_staff_for_themselves_and_once(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    donor.get("/me/passkeys").has_status(200).sees("只给机构工作人员使用");
    let device = Device::new(3);
    let challenge = challenge_of(&cast.reviewer.get("/me/passkeys"), "/me/passkeys");
    send(&donor, "/me/passkeys", &device.makes(&challenge), &[("name", "钥匙")]).has_status(409);
    // One person's challenge is not another's.
    send(&cast.manager, "/me/passkeys", &device.makes(&challenge), &[("name", "钥匙")]).has_status(422);
    send(&cast.reviewer, "/me/passkeys", &device.makes(&challenge), &[("name", "")]).has_status(422).sees("请填写称呼");
    send(&cast.reviewer, "/me/passkeys", &device.makes(&challenge), &[("name", "钥匙")]).has_status(200);
    send(&cast.reviewer, "/me/passkeys", &device.makes(&challenge), &[("name", "钥匙")]).has_status(422).sees("已经用过");
    let challenge = challenge_of(&cast.manager.get("/me/passkeys"), "/me/passkeys");
    send(&cast.manager, "/me/passkeys", &device.makes(&challenge), &[("name", "钥匙")]).has_status(409).sees("已经添加过");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM passkey"), params![]), 1);
    // Two hands with one answer at the same moment: one sign-in.
    let mut device = device;
    let browser = world.guest();
    let answer = device.uses(&asked(&browser));
    let came_in = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..4).map(|_| scope.spawn(|| send(&browser, "/staff/sign-in/passkey", &answer, &[]).status == 200)).collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).filter(|ok| *ok).count()
    });
    assert_eq!(came_in, 1);
}

/// In a real browser, with the authenticator that it plays itself.
#[test]
fn a_browser_makes_a_passkey_and_comes_in_with_it() {
    let world = World::with(Engine::Sqlite, Options { for_a_real_browser: true, by_name: true, ..Options::default() });
    let cast = world.cast();
    assert!(cast.operator > 0);
    let chromium = Chromium::start("zh-CN");
    chromium.plug_in_authenticator();
    chromium.resize(1280, 800);
    let open = |path: &str| chromium.open(&format!("http://localhost:{}{path}", world.address().port()));
    open("/staff/sign-in?back=/me/passkeys");
    chromium.fill("input[name=login]", "reviewer");
    chromium.fill("input[name=password]", PASSWORD);
    chromium.fill("input[name=totp]", &app::people::totp_now(&totp_secret("reviewer"), world.now()));
    chromium.click("form[action='/staff/sign-in'] button");
    chromium.is_at("/me/passkeys");
    chromium.fill("input[name=name]", "办公室电脑");
    chromium.click("form[action='/me/passkeys'] button");
    chromium.sees("通行密钥已添加");
    chromium.sees("办公室电脑");
    for (width, height) in [(360, 740), (1280, 800)] {
        chromium.resize(width, height);
        assert_eq!(chromium.overflow(), 0, "the page of passkeys stands out at {width}");
        chromium.screenshot(&crate::browser::pictures().join(format!("passkeys-{width}.png")));
    }
    open("/me");
    chromium.click("form[action='/sign-out'] button");
    chromium.sees("您已退出登录");
    open("/staff/sign-in");
    chromium.screenshot(&crate::browser::pictures().join("staff-door-1280.png"));
    chromium.click("form[action='/staff/sign-in/passkey'] button");
    chromium.is_at("/operator");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

on_both_engines![
    staff_come_in_with_a_passkey_whatever_happens_to_their_password,
    forged_replayed_and_foreign_answers_open_nothing,
    keys_are_made_by_staff_for_themselves_and_once,
];

//! A real browser: headless Chromium, driven through chromedriver by the WebDriver protocol (W3C), which is JSON over
//! HTTP. Each has a profile of its own in a temporary folder; browser and folder go when the value is dropped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// What a story may wait for at most before it fails: a page on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Chromium {
    driver: Child,
    session: String,
    profile: PathBuf,
    agent: ureq::Agent,
}

impl Chromium {
    /// Starts a browser in the language of `accept_language`, such as `zh-CN`.
    ///
    /// # Panics
    /// When Chromium or chromedriver is not there: `./test` installs them and says where they are.
    #[must_use]
    pub fn start(language: &str) -> Chromium {
        let program = |variable: &str, usual: &str| std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
        let mut driver = Command::new(program("HUIHAI_TEST_CHROMEDRIVER", "chromedriver"))
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start ({error}): run ./test, which installs it"));
        let port = announced_port(&mut driver);
        let profile = std::env::temp_dir().join(format!("huihai-chromium-{}-{port}", std::process::id()));
        let agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).http_status_as_error(false).build().new_agent();
        let mut browser = Chromium { driver, session: format!("http://127.0.0.1:{port}/session"), profile, agent };
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ];
        let mut arguments: Vec<String> = flags.map(str::to_owned).to_vec();
        arguments.push(format!("--lang={language}"));
        arguments.push(format!("--user-data-dir={}", browser.profile.display()));
        let started = browser.post(
            "",
            &json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:loggingPrefs": { "browser": "ALL" },
                "goog:chromeOptions": {
                    "binary": program("HUIHAI_TEST_CHROMIUM", "/usr/bin/chromium"),
                    "args": arguments,
                    "prefs": { "intl.accept_languages": language },
                },
            } } }),
        );
        let id = started["sessionId"].as_str().unwrap_or_else(|| panic!("Chromium does not start: {started}"));
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    /// The size of the window in CSS pixels; below 600 it is a phone.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Tells sites that this is a phone's browser: there one pays by another way than at a desk.
    pub fn as_a_phone(&self) {
        self.devtools("Emulation.setUserAgentOverride", &json!({ "userAgent": crate::browser::USER_AGENT }));
    }

    /// Tells sites that this is the browser inside WeChat.
    pub fn as_wechat(&self) {
        let agent = format!("{} MicroMessenger/8.0.50(0x28003255) WeChat/arm64", crate::browser::USER_AGENT);
        self.devtools("Emulation.setUserAgentOverride", &json!({ "userAgent": agent }));
    }

    /// Plugs in an authenticator that has its person confirm everything (W3C WebAuthn, §11 User Agent Automation).
    pub fn plug_in_authenticator(&self) {
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        self.post("/webauthn/authenticator", &options);
    }

    /// From the next page on, the site's scripts do not run.
    pub fn without_script(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    }

    /// Gives the browser a cookie of a site, or takes it away when the value is empty.
    pub fn set_cookie(&self, site: &str, name: &str, value: &str) {
        if value.is_empty() {
            self.devtools("Network.deleteCookies", &json!({ "name": name, "url": site }));
        } else {
            self.devtools("Network.setCookie", &json!({ "name": name, "value": value, "url": site, "httpOnly": true }));
        }
    }

    pub fn open(&self, address: &str) {
        self.post("/url", &json!({ "url": address }));
    }

    #[must_use]
    pub fn address(&self) -> String {
        self.get("/url").as_str().unwrap_or_default().to_owned()
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.get("/title").as_str().unwrap_or_default().to_owned()
    }

    /// What a person reads on the page now.
    #[must_use]
    pub fn text(&self) -> String {
        self.evaluate("return document.body ? document.body.innerText : ''").as_str().unwrap_or_default().to_owned()
    }

    /// Runs a function body in the page. It is the test that does so, not the site; the site's policy does not apply.
    pub fn evaluate(&self, body: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// Waits until the page shows these words.
    pub fn sees(&self, words: &str) {
        self.wait(&format!("“{words}”"), || self.text().contains(words));
    }

    /// Waits until the page's path begins so.
    pub fn is_at(&self, path: &str) {
        self.wait(&format!("a path like {path}"), || self.path().starts_with(path));
    }

    #[must_use]
    pub fn path(&self) -> String {
        let address = self.address();
        address.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |rest| format!("/{rest}"))
    }

    /// Clicks what a CSS selector finds, as a person would: it must be visible and not covered.
    pub fn click(&self, css: &str) {
        let element = self.element(css);
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Clicks the link or button with these words.
    pub fn press(&self, words: &str) {
        let path = format!("//*[self::a or self::button or self::summary or self::label][contains(normalize-space(.), '{words}')]");
        let element = self.found("xpath", &path);
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Empties a field and types into it.
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.post(&format!("/element/{element}/clear"), &json!({}));
        self.post(&format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// Chooses a day in a date field. What the browser's own calendar looks like is not ours, so it is not opened.
    pub fn choose_day(&self, css: &str, day: &str) {
        let body = format!(
            "const f = document.querySelector({css:?}); f.value = {day:?}; f.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        let _ = self.evaluate(&body);
    }

    /// Chooses a file for an upload field.
    pub fn attach(&self, css: &str, file: &Path) {
        let element = self.element(css);
        self.post(&format!("/element/{element}/value"), &json!({ "text": file.display().to_string() }));
    }

    /// Presses keys wherever the focus is; `\u{E004}` is the tabulator, `\u{E007}` enter.
    pub fn keys(&self, keys: &str) {
        let presses: Vec<Value> =
            keys.chars().flat_map(|key| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]).collect();
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] }));
    }

    #[must_use]
    pub fn has(&self, css: &str) -> bool {
        let found = self.post("/elements", &json!({ "using": "css selector", "value": css }));
        found.as_array().is_some_and(|elements| !elements.is_empty())
    }

    /// How many CSS pixels of the page stand out to the right of the window.
    #[must_use]
    pub fn overflow(&self) -> i64 {
        self.evaluate("return document.documentElement.scrollWidth - document.documentElement.clientWidth").as_i64().unwrap_or(i64::MAX)
    }

    /// What the console said since it was last asked, one entry a line: errors and refusals by the security policy.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().filter(|e| e["level"] == "SEVERE" || e["level"] == "WARNING").map(|e| e["message"].to_string()).collect()
    }

    /// Takes a picture of the whole page, as tall as it is.
    pub fn screenshot(&self, file: &Path) {
        let size = self.devtools("Page.getLayoutMetrics", &json!({}))["cssContentSize"].clone();
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        self.keep_picture(file, &json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }));
    }

    /// Takes a picture of what a person sees without scrolling.
    pub fn screenshot_of_window(&self, file: &Path) {
        self.keep_picture(file, &json!({ "format": "png" }));
    }

    fn keep_picture(&self, file: &Path, how: &Value) {
        let taken = self.devtools("Page.captureScreenshot", how);
        let picture = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap_or_default()).expect("a picture");
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).expect("a folder for screenshots");
        }
        std::fs::write(file, picture).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Tries until it holds. Nothing here sleeps longer than it must.
    pub fn wait(&self, what: &str, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < PATIENCE, "{what} did not appear on {}, which reads:\n{}", self.address(), self.text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn element(&self, css: &str) -> String {
        self.found("css selector", css)
    }

    fn found(&self, using: &str, value: &str) -> String {
        let started = Instant::now();
        loop {
            let answer = self.ask("/element", &json!({ "using": using, "value": value }));
            if let Some(id) = answer.ok().as_ref().and_then(Value::as_object).and_then(|o| o.values().next()).and_then(Value::as_str) {
                return id.to_owned();
            }
            assert!(started.elapsed() < PATIENCE, "{value} is not on {}, which reads:\n{}", self.address(), self.text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(path, body).unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    fn ask(&self, path: &str, body: &Value) -> Result<Value, String> {
        let address = format!("{}{path}", self.session);
        let answer = self.agent.post(&address).content_type("application/json").send(body.to_string()).map_err(|e| e.to_string())?;
        read(answer)
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.agent.get(format!("{}{path}", self.session)).call().map_err(|error| error.to_string());
        answer.and_then(read).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Value, String> {
    let text = answer.body_mut().with_config().limit(256 * 1024 * 1024).read_to_string().map_err(|e| e.to_string())?;
    let value: Value = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
    if answer.status().is_success() { Ok(value["value"].clone()) } else { Err(value["value"]["message"].to_string()) }
}

/// chromedriver chooses a free port and says which.
fn announced_port(driver: &mut Child) -> u16 {
    let output = driver.stdout.take().expect("its output is ours");
    let mut lines = BufReader::new(output).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok());
    // What it says later is read and dropped, so that it never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    port.unwrap_or_else(|| {
        let _ = driver.kill();
        panic!("chromedriver ended without naming its port")
    })
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Ending the session closes Chromium with all its processes; then the driver itself goes.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

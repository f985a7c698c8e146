//! The doorway to a finance e-invoice service. It translates and sends; what follows from an answer is decided in
//! `actions/service.rs`.

use std::time::Duration;

use fiscal::{APP_HEADER, Answer, ISSUE_PATH, IssueRequest, Key, REVERSE_PATH, ReverseRequest, SIGNATURE_HEADER};

/// One service for this deployment; charities choose whether they use it.
pub struct Service {
    base: String,
    app: String,
    key: Key,
    agent: ureq::Agent,
}

impl Service {
    /// `base` is scheme and host, `app` and `secret` what the service gave us.
    #[must_use]
    pub fn new(base: &str, app: &str, secret: &[u8]) -> Service {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .new_agent();
        Service { base: base.trim_end_matches('/').to_owned(), app: app.to_owned(), key: Key::new(secret), agent }
    }

    pub fn issue(&self, request: &IssueRequest) -> Answer {
        self.ask(ISSUE_PATH, &fiscal::body(request), &request.business_number, request.amount_fen)
    }

    pub fn reverse(&self, request: &ReverseRequest) -> Answer {
        self.ask(REVERSE_PATH, &fiscal::body(request), &request.business_number, request.amount_fen)
    }

    fn ask(&self, path: &str, body: &[u8], business_number: &str, amount_fen: i64) -> Answer {
        let asked = self
            .agent
            .post(&format!("{}{path}", self.base))
            .header("Content-Type", "application/json")
            .header(APP_HEADER, &self.app)
            .header(SIGNATURE_HEADER, self.key.sign(body))
            .send(body);
        let mut answer = match asked {
            Ok(answer) => answer,
            Err(error) => return Answer::Unknown { why: error.to_string() },
        };
        let status = answer.status().as_u16();
        let signature = answer.headers().get(SIGNATURE_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        match answer.body_mut().with_config().limit(64 * 1024).read_to_vec() {
            Ok(bytes) => fiscal::read(&self.key, status, &signature, &bytes, business_number, amount_fen),
            Err(error) => Answer::Unknown { why: error.to_string() },
        }
    }
}

//! What is sent, byte for byte, against vectors that another implementation made (`vectors/make.py`).

use serde_json::Value;
use sms::{Credentials, Message, send};

#[test]
fn requests_are_signed_as_the_documents_say() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/requests.json")).expect("vectors");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let credentials = Credentials { secret_id: text(&vectors["secret_id"]), secret_key: text(&vectors["secret_key"]) };
    let all = vectors["requests"].as_array().expect("requests");
    assert_eq!(all.len(), 3);
    for vector in all {
        let parameters: Vec<String> = vector["parameters"].as_array().expect("parameters").iter().map(text).collect();
        let message = Message {
            phone: &text(&vector["phone"]),
            sdk_app_id: "1400000000",
            sign_name: "汇海",
            template_id: "1234567",
            parameters: &parameters,
            session: &text(&vector["session"]),
        };
        let request = send(&credentials, &message, vector["timestamp_s"].as_i64().expect("seconds"));
        assert_eq!(String::from_utf8(request.body).expect("text"), text(&vector["body"]));
        let headers = vector["headers"].as_object().expect("headers");
        assert_eq!(request.headers.len(), headers.len());
        for (name, value) in request.headers {
            assert_eq!(value, text(&headers[name]), "{name}");
        }
        assert!(!format!("{credentials:?}").contains(&credentials.secret_key));
    }
}

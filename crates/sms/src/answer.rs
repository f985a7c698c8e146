//! What the provider answered: sent, never, later, or nothing that one may rely on.

use serde::Deserialize;

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The provider has taken it on; whether the phone was switched on is known to nobody yet.
    Sent { serial: String },
    /// It will not be sent as it stands: a wrong template, a phone that cannot be reached, an account without money.
    Refused { code: String, message: String },
    /// Not now: too many to this phone, or too many altogether.
    Later { code: String, message: String },
    /// It went out or it did not. The same code may be sent again; that does no harm.
    Unknown { status: u16, why: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Whole {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    error: Option<Error>,
    send_status_set: Option<Vec<Status>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Error {
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    serial_no: String,
}

/// Codes after which the same message may be sent again.
fn passes(code: &str) -> bool {
    code.starts_with("LimitExceeded.")
        || code == "LimitExceeded"
        || code.starts_with("RequestLimitExceeded")
        || code == "FailedOperation.FailResolvePacket"
        // A clock that was set right is believed again.
        || code == "AuthFailure.SignatureExpire"
}

/// Codes after which nobody knows whether it went out.
fn undecided(code: &str) -> bool {
    code.starts_with("InternalError") || code.starts_with("ResourceUnavailable") || code == "FailedOperation.OtherError"
}

/// Reads the answer to one message. The provider answers 200 to refusals too; only `SendStatusSet[0].Code == "Ok"` means that it was sent.
pub fn read(status: u16, body: &[u8]) -> Answer {
    let unknown = |why: String| Answer::Unknown { status, why };
    let Ok(whole) = serde_json::from_slice::<Whole>(body) else {
        return unknown("the body is not an answer of the provider".to_owned());
    };
    if status != 200 {
        return unknown("the status is not 200".to_owned());
    }
    let (code, message, serial) = match (whole.response.error, whole.response.send_status_set) {
        (Some(error), _) => (error.code, error.message, String::new()),
        // We send one message, so there is one status; anything else is about something else.
        (None, Some(mut set)) if set.len() == 1 => {
            let one = set.remove(0);
            if one.code == "Ok" && one.serial_no.is_empty() {
                return unknown("it says Ok and gives no serial number".to_owned());
            }
            (one.code, one.message, one.serial_no)
        }
        _ => return unknown("the answer is not about one message".to_owned()),
    };
    match code.as_str() {
        "Ok" if !serial.is_empty() => Answer::Sent { serial },
        "Ok" | "" => unknown("an error without a code".to_owned()),
        code if undecided(code) => unknown(format!("{code}: {message}")),
        code if passes(code) => Answer::Later { code: code.to_owned(), message },
        _ => Answer::Refused { code, message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(answer: &Answer) -> &'static str {
        match answer {
            Answer::Sent { .. } => "sent",
            Answer::Refused { .. } => "refused",
            Answer::Later { .. } => "later",
            Answer::Unknown { .. } => "unknown",
        }
    }

    #[test]
    fn only_ok_with_a_serial_number_is_sent() {
        let status = |code: &str, serial: &str| {
            format!(
                r#"{{"Response":{{"SendStatusSet":[{{"SerialNo":"{serial}","PhoneNumber":"+8613800138000","Fee":1,"SessionContext":"7","Code":"{code}","Message":"m","IsoCode":"CN"}}],"RequestId":"r"}}}}"#
            )
        };
        let error = |code: &str| format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}}}"#);
        let table = [
            (200, status("Ok", "2019:1"), "sent"),
            (200, status("Ok", ""), "unknown"),
            (500, status("Ok", "2019:1"), "unknown"),
            (200, status("LimitExceeded.PhoneNumberThirtySecondLimit", ""), "later"),
            (200, status("LimitExceeded.PhoneNumberOneHourLimit", ""), "later"),
            (200, status("FailedOperation.PhoneNumberInBlacklist", ""), "refused"),
            (200, status("FailedOperation.TemplateIncorrectOrUnapproved", ""), "refused"),
            (200, status("FailedOperation.InsufficientBalanceInSmsPackage", ""), "refused"),
            (200, status("FailedOperation.FailResolvePacket", ""), "later"),
            (200, status("FailedOperation.OtherError", ""), "unknown"),
            (200, status("InternalError.Timeout", ""), "unknown"),
            (200, error("RequestLimitExceeded"), "later"),
            (200, error("AuthFailure.SignatureFailure"), "refused"),
            (200, error("AuthFailure.SignatureExpire"), "later"),
            (200, error("InternalError"), "unknown"),
            (200, error(""), "unknown"),
            (200, r#"{"Response":{"SendStatusSet":[]}}"#.to_owned(), "unknown"),
            (200, r#"{"Response":{"RequestId":"r"}}"#.to_owned(), "unknown"),
            (200, "<html>bad gateway</html>".to_owned(), "unknown"),
            (502, String::new(), "unknown"),
        ];
        for (http, body, expected) in table {
            assert_eq!(word(&read(http, body.as_bytes())), expected, "{http} {body}");
        }
        let two = status("Ok", "1").replace("}],", "},{\"Code\":\"Ok\",\"SerialNo\":\"2\"}],");
        assert_eq!(word(&read(200, two.as_bytes())), "unknown");
    }
}

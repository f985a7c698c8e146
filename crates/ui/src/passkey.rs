//! A form that a device answers: its button asks the authenticator, whose answer goes into hidden fields and is sent like any other form.
use maud::{Markup, html};

use crate::assets::PASSKEY_PATH;
use crate::words::Text;

/// What is asked of the device, in the words of the script `passkey.js`.
#[derive(Clone, Debug, Default)]
pub struct PasskeyForm<'a> {
    pub action: Text<'a>,
    /// Make a key; otherwise use one.
    pub create: bool,
    /// The host to which keys belong.
    pub rp_id: Text<'a>,
    pub rp_name: Text<'a>,
    /// base64url, as is `user_id`.
    pub challenge: Text<'a>,
    pub user_id: Text<'a>,
    pub user_name: Text<'a>,
    /// Credential ids that the device must not make again, base64url, parted by blanks.
    pub exclude: Text<'a>,
    pub hidden: Vec<(Text<'a>, Text<'a>)>,
    /// Fields that the person fills in.
    pub fields: Markup,
    pub button: Text<'a>,
    /// Said where the browser knows no passkeys, and where the device did not answer.
    pub unable: Text<'a>,
    pub failed: Text<'a>,
}

/// The button appears with script only, for without it no device can be asked.
pub fn passkey_form(f: &PasskeyForm) -> Markup {
    let answers: &[&str] =
        if f.create { &["client_data", "attestation"] } else { &["credential", "client_data", "authenticator_data", "signature"] };
    html! {
        form.form action=(f.action) method="post" data-passkey=(if f.create { "create" } else { "get" })
            data-rp-id=(f.rp_id) data-rp-name=(f.rp_name) data-challenge=(f.challenge) data-user-id=(f.user_id) data-user-name=(f.user_name)
            data-exclude=(f.exclude) data-unable=(f.unable) data-failed=(f.failed) {
            @for (name, value) in &f.hidden { input type="hidden" name=(name) value=(value); }
            @for name in answers { input type="hidden" name=(name) value=""; }
            (f.fields)
            div.row.submit { button.btn type="submit" hidden { (f.button) } }
            p role="status" { noscript { (f.unable) } }
        }
        script type="module" src=(PASSKEY_PATH) {}
    }
}

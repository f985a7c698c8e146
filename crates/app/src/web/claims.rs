//! Who has taken up what is decided on this page: a banner that pages of every slice show above a decision; and below one that
//! was taken, the way to appeal.

use maud::{Markup, html};

use crate::kernel::{Id, Trouble, claims};

use super::Cx;
use super::show::minute;

impl Cx {
    /// "You have it until…", "X has it until…", or a button that takes it up. Nobody is kept from reading.
    pub fn claim_banner(&self, thing: &str, thing_id: Id) -> Result<Markup, Trouble> {
        let held = self.app.db.read(|tx| {
            let Some(claim) = claims::holder(tx, thing, thing_id, self.now)? else { return Ok(None) };
            Ok::<_, db::Fault>(Some((claim, claims::holder_name(tx, claim.person_id)?)))
        })?;
        let form = |what: &'static str, kind, words: &str| self.claim_form(thing, thing_id, what, kind, words, &self.request.path);
        Ok(match held {
            None => form("take", ui::ButtonKind::Quiet, "claim-take"),
            Some((claim, _)) if Some(claim.person_id) == self.actor.person_id() => {
                let until = self.ta("claim-mine", &[("until", minute(claim.ends_at).into())]);
                ui::notice(
                    ui::Tone::Info,
                    &self.t("claim-word"),
                    None,
                    html! {
                        p { (until) }
                        (form("leave", ui::ButtonKind::Quiet, "claim-leave"))
                    },
                )
            }
            Some((claim, name)) => {
                let (since, until) = (minute(claim.taken_at), minute(claim.ends_at));
                let until = self.ta("claim-theirs", &[("name", name.into()), ("since", since.into()), ("until", until.into())]);
                ui::notice(ui::Tone::Warn, &self.t("claim-word"), None, html! { p { (until) } })
            }
        })
    }

    /// The way to appeal a decision, below it: from a desk for an organisation, else for the person. Not for the operator.
    pub fn appeal_way(&self, thing: &str, thing_id: Id) -> Markup {
        let at = |place: &str| self.request.path.starts_with(place);
        let root = if at("/desk") { "/desk" } else { "/me" };
        html! {
            @if !at("/operator") && self.actor.person_id().is_some() {
                p { (ui::Link::new(self.t("appeal-way"), format!("{root}/appeals/new?thing={thing}&id={thing_id}"))) }
            }
        }
    }

    /// The button that takes something up or lets it go and comes back to `back`.
    pub fn claim_form(&self, thing: &str, thing_id: Id, what: &'static str, kind: ui::ButtonKind, words: &str, back: &str) -> Markup {
        let action = if self.request.path.starts_with("/operator") { "/operator/claims" } else { "/desk/claims" };
        ui::form(&ui::Form {
            action: action.into(),
            hidden: vec![
                ("thing".into(), thing.to_owned().into()),
                ("id".into(), thing_id.to_string().into()),
                ("do".into(), what.into()),
                ("back".into(), back.to_owned().into()),
            ],
            body: ui::button(kind, &self.t(words), None),
            ..ui::Form::default()
        })
    }
}

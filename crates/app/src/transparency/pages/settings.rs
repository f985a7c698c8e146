//! `/operator/settings`: what the operator may choose, with its limits and who chose it.

use maud::html;

use crate::kernel::Refusal;
use crate::kernel::settings::Setting;
use crate::web::{Answer, Cx, Outcome, PageParts, refused, status_of};

pub fn page(cx: &Cx) -> Outcome {
    shown(cx, None)
}

fn shown(cx: &Cx, refusal: Option<&Refusal>) -> Outcome {
    let all = crate::settings();
    let values = cx.app.db.read(|tx| all.iter().map(|s| s.get(tx)).collect::<Result<Vec<_>, db::Fault>>())?;
    let field = |s: &Setting, value: i64| {
        let value = if refusal.is_some() { cx.form(s.name).to_owned() } else { value.to_string() };
        ui::input_field(&ui::Input {
            name: s.name.into(),
            label: cx.t(&format!("setting-{}", s.name.replace('_', "-"))).into(),
            value: value.into(),
            help: cx.ta("setting-limits", &[("least", s.least.into()), ("most", s.most.into()), ("default", s.default.into())]).into(),
            required: true,
            ..ui::Input::default()
        })
    };
    let title = cx.t("settings-title");
    let body = html! {
        (ui::heading(&title, Some(&cx.t("settings-lead"))))
        (ui::form(&ui::Form {
            action: "/operator/settings".into(),
            body: html! {
                (refused(cx, refusal))
                @for (setting, value) in all.iter().zip(&values) { (field(setting, *value)) }
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("settings-save"), None), None))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(status_of(refusal), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub fn save(cx: &Cx) -> Outcome {
    let person_id = cx.person_id()?;
    let mut chosen: Vec<(Setting, i64)> = Vec::new();
    for setting in crate::settings() {
        if !cx.request.form.has(setting.name) {
            continue;
        }
        match cx.form(setting.name).parse::<i64>().ok().filter(|value| setting.allows(*value)) {
            Some(value) => chosen.push((setting, value)),
            None => {
                let refusal = Refusal::input(setting.name, "refusal-setting").with("least", setting.least).with("most", setting.most);
                return shown(cx, Some(&refusal));
            }
        }
    }
    cx.app.db.write(|tx| {
        for (setting, value) in &chosen {
            if setting.get(tx)? != *value {
                setting.set(tx, *value, person_id, cx.now)?;
            }
        }
        Ok::<_, db::Fault>(())
    })?;
    Ok(Answer::redirect("/operator/settings?done=settings"))
}

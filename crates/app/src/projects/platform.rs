//! Where the same campaign runs on a platform designated by the Ministry of Civil Affairs. A charity's own site may raise
//! funds only beside such a platform (慈善法 art. 27), so in that mode a project names it before it is published.

use db::{Fault, Tx, params, sql};
use maud::{Markup, html};

use crate::kernel::{Ability, Id, Micros, Mode, Refusal, Role, Trouble, allows};
use crate::web::{Answer, Cx, Outcome, PageParts, field_error};

use super::model::Project;
use super::{actions, store};

/// The designated platform and the campaign's address there.
pub struct Named {
    pub platform: String,
    pub address: String,
}

pub fn named(tx: &mut Tx, project_id: Id) -> Result<Option<Named>, Fault> {
    let row = tx.query_opt(sql("SELECT platform, address FROM project_platform WHERE project_id = ?1"), params![project_id])?;
    row.map(|row| Ok(Named { platform: row.text("platform")?, address: row.text("address")? })).transpose()
}

/// What the mode asks of a project that is to be published: one recipient for the whole site, and the platform named.
pub(super) fn may_be_published(tx: &mut Tx, mode: Mode, project: &Project) -> Result<(), Trouble> {
    if let Err(refusal) = allows(mode, Ability::SeveralRecipients) {
        let others = tx.query_opt(
            sql("SELECT id FROM project WHERE state IN ('published', 'fundraising_ended', 'executing', 'closed') AND recipient_id <> ?1 LIMIT 1"),
            params![project.recipient_id],
        )?;
        if others.is_some() {
            return Err(refusal.into());
        }
    }
    if let Err(refusal) = allows(mode, Ability::WithoutDesignatedPlatform)
        && named(tx, project.id)?.is_none()
    {
        return Err(refusal.into());
    }
    Ok(())
}

fn name_it(tx: &mut Tx, project_id: Id, named: &Named, by: Id, now: Micros) -> Result<(), Fault> {
    tx.execute_one(
        sql("INSERT INTO project_platform (project_id, platform, address, named_by, named_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (project_id) DO UPDATE SET platform = excluded.platform, address = excluded.address, \
               named_by = excluded.named_by, named_at = excluded.named_at"),
        params![project_id, &named.platform, &named.address, by, now],
    )
}

/// A name of up to 60 characters and an https address.
fn read(cx: &Cx) -> Result<Named, Refusal> {
    let (platform, address) = (cx.form("platform").to_owned(), cx.form("address").to_owned());
    if platform.is_empty() || platform.chars().count() > 60 || platform.chars().any(char::is_control) {
        return Err(Refusal::input("platform", "refusal-project-platform-name"));
    }
    let host = address.strip_prefix("https://").unwrap_or("").split('/').next().unwrap_or("");
    let plain = address.len() <= 300 && address.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\'));
    if !plain || !host.contains('.') || host.contains('@') {
        return Err(Refusal::input("address", "refusal-project-platform-address"));
    }
    Ok(Named { platform, address })
}

/// `/desk/projects/{id}/platform`
pub(super) fn page(cx: &Cx) -> Outcome {
    shown(cx, None)
}

fn shown(cx: &Cx, refused: Option<&Refusal>) -> Outcome {
    let (id, scope) = (cx.id_param("id")?, actions::scope(&cx.actor));
    let (project, named) = cx.app.db.read(|tx| {
        let project = store::find_for(tx, id, &scope)?.ok_or_else(Refusal::not_found)?;
        Ok::<_, Trouble>((project, named(tx, id)?))
    })?;
    let value = |field: &str, stored: &dyn Fn(&Named) -> String| match refused {
        Some(_) => cx.form(field).to_owned(),
        None => named.as_ref().map(stored).unwrap_or_default(),
    };
    let title = cx.t("project-platform-title");
    let field = |name: &'static str, label: &str, help: &str, kind, value: String| {
        ui::input_field(&ui::Input {
            name: name.into(),
            label: cx.t(label).into(),
            help: cx.t(help).into(),
            kind,
            value: value.into(),
            error: field_error(cx, refused, name).into(),
            required: true,
            ..ui::Input::default()
        })
    };
    let desk = format!("/desk/projects/{id}");
    let body = html! {
        (ui::breadcrumbs(&cx.t("project-trail"), &[ui::Link::new(cx.t("project-desk"), "/desk"), ui::Link::new(project.title.as_str(), desk.as_str())], &title))
        (ui::heading(&title, Some(&cx.t("project-platform-lead"))))
        (ui::form(&ui::Form {
            action: format!("{desk}/platform").into(),
            body: html! {
                (field("platform", "project-platform-name", "project-platform-name-help", ui::InputKind::Text, value("platform", &|n| n.platform.clone())))
                (field("address", "project-platform-address", "project-platform-address-help", ui::InputKind::Url, value("address", &|n| n.address.clone())))
                (ui::submit_row(ui::button(ui::ButtonKind::Main, &cx.t("project-platform-save"), None), Some(&ui::Link::new(project.title.as_str(), desk.as_str()))))
            },
            ..ui::Form::default()
        }))
    };
    Ok(cx.page_with_status(refused.map_or(200, |r| r.status), PageParts { title: &title, body, reading: true, ..PageParts::default() }))
}

pub(super) fn save(cx: &Cx) -> Outcome {
    let (id, scope, person_id, now) = (cx.id_param("id")?, actions::scope(&cx.actor), cx.person_id()?, cx.now);
    let project = cx.app.db.read(|tx| store::find_for(tx, id, &scope))?.ok_or_else(Refusal::not_found)?;
    if !cx.actor.holds(project.recipient_id, &[Role::Manager]) && !cx.actor.holds(project.launcher_id, &[Role::Manager]) {
        return Err(Refusal::forbidden().into());
    }
    let named = match read(cx) {
        Ok(named) => named,
        Err(refusal) => return shown(cx, Some(&refusal)),
    };
    cx.app.db.write(|tx| name_it(tx, id, &named, person_id, now))?;
    Ok(Answer::redirect(format!("/desk/projects/{id}/platform?done=project-platform")))
}

/// On the public page: where the same campaign stands.
pub(super) fn line(cx: &Cx, project_id: Id) -> Result<Markup, Fault> {
    let named = cx.app.db.read(|tx| named(tx, project_id))?;
    Ok(match named {
        Some(named) => html! { p { (cx.t("project-platform-also")) " " (ui::Link::new(named.platform, named.address)) } },
        None => html! {},
    })
}

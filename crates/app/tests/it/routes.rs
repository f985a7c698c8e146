//! The rights table as the tests walk it: every route with its blanks filled in from the cast, and who tries it.

use app::kernel::{Actor, Right, Strength};
use app::organisations;
use app::web::{Method, Route, Run};
use testkit::{Cast, Life, Person, World};

/// A person as the tests of all routes call them, and what they may be admitted to.
pub struct Visitor<'a> {
    pub called: &'static str,
    /// Nobody in particular when absent.
    pub person: Option<&'a Person>,
}

impl Visitor<'_> {
    pub fn actor(&self) -> Actor {
        self.person.map_or(Actor::Anyone, |person| person.actor.clone())
    }
}

/// One of each kind of person.
pub fn visitors(all: &Everything) -> Vec<Visitor<'_>> {
    let Everything { cast, donor, .. } = all;
    let some = |called, person| Visitor { called, person: Some(person) };
    vec![
        Visitor { called: "anonymous", person: None },
        some("donor", donor),
        some("charity's manager", &cast.manager),
        some("charity's finance", &cast.finance),
        some("charity's approver", &cast.approver),
        some("implementer's manager", &cast.implementer_manager),
        some("operator's reviewer", &cast.reviewer),
        some("manager until yesterday", &cast.former),
    ]
}

/// The pages and forms: what people reach with a browser.
pub fn for_people() -> Vec<Route> {
    app::routes().into_iter().filter(|route| matches!(route.run, Run::Page(_))).collect()
}

/// Everybody and everything, which the blanks of the patterns are filled from.
pub struct Everything {
    pub cast: Cast,
    pub donor: Person,
    pub life: Life,
}

pub fn everything(world: &World) -> Everything {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let life = world.life(&cast, &donor);
    Everything { cast, donor, life }
}

/// A path of the pattern that shows something: with ids of the cast where they fit, and the id 1, which nothing has, elsewhere.
pub fn filled(pattern: &str, world: &World, all: &Everything) -> String {
    if pattern == "/sign-in/code" {
        // Only who has asked for a code has something to type it into.
        let guest = world.guest();
        let asked = guest.submit_once(&guest.get("/sign-in"), "/sign-in", &[("phone", "13900139000")]);
        return asked.leads_to().unwrap_or_else(|| pattern.to_owned());
    }
    if pattern == "/projects/{id}/gift" || pattern == "/api/projects/{id}/calmer" {
        return format!("{}?amount=1", pattern.replace("{id}", &all.life.published.to_string()));
    }
    if pattern == "/desk/appeals/new" {
        return format!("{pattern}?thing=project&id={}", all.life.returned);
    }
    if pattern == "/desk/receipts/new" {
        return format!("{pattern}?gift={}", all.life.offline_gift);
    }
    if pattern == "/me/appeals/new" {
        return format!("{pattern}?thing=question&id={}", all.life.hidden_question);
    }
    if pattern == "/me/appeals/{id}" {
        return format!("/me/appeals/{}", all.life.own_appeal);
    }
    if pattern == "/projects/{id}/leftovers/{statement}" {
        // Only what is closed has leftovers to speak of.
        return format!("/projects/{}/leftovers/{}", all.life.closed, all.life.leftovers);
    }
    let mut path: Vec<String> = Vec::new();
    for part in pattern.split('/') {
        let before = path.iter().rev().find(|p| p.chars().any(char::is_alphabetic)).cloned().unwrap_or_default();
        path.push(match part.strip_prefix('{') {
            Some(blank) => value(&before, blank.trim_end_matches('}').trim_start_matches('*'), world, all),
            None => part.to_owned(),
        });
    }
    path.join("/")
}

/// What stands in a blank, by the word before it and the blank's own name.
fn value(before: &str, blank: &str, world: &World, all: &Everything) -> String {
    let id = match (before, blank) {
        ("organisations", _) => all.cast.charity,
        ("projects", _) => all.life.published,
        ("gifts", "code") => return world.app.secret.code("gift", &all.life.gift.to_string()),
        ("gifts", _) => all.life.gift,
        ("payouts", _) => all.life.open_payout,
        ("disclosures", _) => all.life.disclosure,
        ("progress", _) => all.life.progress,
        ("expenses", _) => all.life.expense,
        ("corrections", _) => all.life.correction,
        ("sheets", _) => all.life.sheet,
        ("entries", _) => return "0".to_owned(),
        ("held", _) => all.life.held,
        ("refunds" | "refund", _) => all.life.refund,
        ("files", _) => all.life.file,
        ("changes", _) => all.life.change,
        ("reports", "report") => all.life.report,
        ("reports", _) => return "2026H2".to_owned(),
        ("appeals", _) => all.life.appeal,
        ("statements", _) => 2026,
        ("receipts", "number") => return all.life.receipt_number.clone(),
        ("receipts", "code") => return all.life.receipt_code.clone(),
        ("receipts", _) => all.life.application,
        ("closing-reports", _) => all.life.closing_report,
        ("offline-gifts", _) => all.life.offline_gift,
        ("offline-things", _) => all.life.offline_things,
        ("reversals", _) => all.life.reversal,
        ("complaints", "code") => return world.app.secret.code("complaint", &all.life.complaint.to_string()),
        ("complaints", _) => all.life.complaint,
        ("questions", "code") => return world.app.secret.code("question", &all.life.question.to_string()),
        ("papers", "code") => return app::papers::actions::paper_code(&world.app, all.life.application),
        ("papers", "id") => all.life.application,
        ("papers", _) => all.life.question_paper,
        ("questions", _) => all.life.question,
        ("export", _) => all.life.export,
        ("renewals", _) => all.life.renewal,
        ("admissions", _) => all.life.admission,
        ("partners", _) => all.cast.implementer,
        ("invitations", "code") => return organisations::invitations::code(&world.app, all.life.invitation),
        ("invitations", _) => all.life.invitation,
        _ => 1,
    };
    id.to_string()
}

/// The route that answers a path.
pub fn answering<'a>(routes: &'a [Route], method: Method, path: &str) -> Option<&'a Route> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
        let rest = pattern.last().is_some_and(|part| part.starts_with("{*"));
        let same = pattern.iter().zip(&path).all(|(p, q)| p == q || (p.starts_with('{') && !q.is_empty()));
        same && (pattern.len() == path.len() || (rest && path.len() >= pattern.len()))
    };
    routes.iter().find(|route| route.method == method && fits(route.path))
}

/// What the rights table says about a person, before the page itself has a say.
#[derive(PartialEq, Eq, Debug, Clone, Copy)]
pub enum Door {
    Open,
    /// Shown to a sign-in first.
    SignIn,
    /// Signed in, and still not allowed.
    Shut,
}

/// Written out beside `web::http` on purpose: the table that the tests expect is not the code that they try.
pub fn door(actor: &Actor, right: Right) -> Door {
    let (signed_in, staff, desk, operator) = match actor {
        Actor::Anyone => (false, false, false, false),
        Actor::Person { strength, seats, .. } => {
            let staff = *strength == Strength::Staff;
            (true, staff, staff && seats.iter().any(|s| !s.operator), staff && seats.iter().any(|s| s.operator))
        }
    };
    match right {
        Right::Anyone => Door::Open,
        Right::SignedIn if signed_in => Door::Open,
        Right::Desk if desk => Door::Open,
        Right::Operator if operator => Door::Open,
        Right::SignedIn => Door::SignIn,
        Right::Desk | Right::Operator if !staff => Door::SignIn,
        Right::Desk | Right::Operator => Door::Shut,
    }
}

//! The rights table as the tests walk it: every route with its blanks filled in from the cast, and who tries it.

use app::kernel::{Actor, Right, Strength};
use app::web::{Method, Route, Run};
use testkit::{Cast, Person, World};

use crate::giving_project;

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
pub fn visitors<'a>(cast: &'a Cast, donor: &'a Person) -> Vec<Visitor<'a>> {
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

/// A path of the pattern that shows something, with the cast's own ids where they fit and the id 1, which nothing has, elsewhere.
pub fn filled(pattern: &str, world: &World, cast: &Cast) -> String {
    if pattern == "/sign-in/code" {
        // Only who has asked for a code has something to type it into.
        let guest = world.guest();
        let asked = guest.submit_once(&guest.get("/sign-in"), "/sign-in", &[("phone", "13900139000")]);
        return asked.leads_to().unwrap_or_else(|| pattern.to_owned());
    }
    if pattern.contains("/gifts/{id}/{code}") {
        let own = app::giving::gift_path(&world.app, giving_project::a_gift(world, cast));
        return pattern.replace("/gifts/{id}/{code}", &own);
    }
    if pattern == "/projects/{id}/gift" || pattern == "/api/projects/{id}/calmer" {
        let project = giving_project::a_project(world, cast).to_string();
        return format!("{}?amount=1", pattern.replace("{id}", &project));
    }
    let mut path: Vec<String> = Vec::new();
    for part in pattern.split('/') {
        let before = path.iter().rev().find(|p| p.chars().any(char::is_alphabetic)).cloned().unwrap_or_default();
        path.push(if part.starts_with('{') { value(part, &before, cast) } else { part.to_owned() });
    }
    path.join("/")
}

fn value(blank: &str, before: &str, cast: &Cast) -> String {
    match (before, blank.trim_matches(['{', '}', '*'])) {
        ("organisations", "id") => cast.charity.to_string(),
        _ => "1".to_owned(),
    }
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

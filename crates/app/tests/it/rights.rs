//! The rights table, tried: every route by every kind of person, and every form from another site.

use app::kernel::{Right, Role, Strength};
use app::organisations::Kind;
use app::web::{Method, Route};
use testkit::{Browser, Page, World, on_both_engines};

use crate::routes::{self, Door, Everything, Visitor};

/// What came back, as the rights table sees it.
fn outcome(page: &Page) -> Door {
    let to_sign_in = page.leads_to().is_some_and(|to| to.starts_with("/sign-in?") || to.starts_with("/staff/sign-in?"));
    match page.status {
        303 if to_sign_in => Door::SignIn,
        401 => Door::SignIn,
        403 => Door::Shut,
        _ => Door::Open,
    }
}

/// A browser with a session of its own: a route may well end the session it was tried with.
fn browser(world: &World, visitor: &Visitor) -> Browser {
    match visitor.person {
        None => world.guest(),
        Some(person) => {
            let strength = if matches!(person.actor, app::kernel::Actor::Person { strength: Strength::Staff, .. }) {
                Strength::Staff
            } else {
                Strength::Phone
            };
            world.signed_in(person.id, &person.name, strength, Vec::new()).browser
        }
    }
}

fn attempt(world: &World, all: &Everything, route: &Route, visitor: &Visitor) -> Page {
    let (browser, path) = (browser(world, visitor), routes::filled(route.path, world, all));
    match route.method {
        Method::Get => browser.visit(&path),
        Method::Post => browser.post_here(&path, &[]),
    }
}

fn every_route_admits_whom_its_right_names(world: &World) {
    let everything = routes::everything(world);
    let visitors = routes::visitors(&everything);
    // Trying every form, somebody will sign the gift openly.
    for text in [testkit::PRIVATE_NAME, testkit::PRIVATE_MESSAGE] {
        world.no_longer_private(text);
    }
    let all = routes::for_people();
    assert!(all.len() >= 20, "only {} routes were found", all.len());
    let mut wrong = Vec::new();
    for route in &all {
        let mut admitted_at_a_desk = false;
        for visitor in &visitors {
            let page = attempt(world, &everything, route, visitor);
            let (expected, found) = (routes::door(&visitor.actor(), route.right), outcome(&page));
            // Who holds a seat may still hear from the page that it takes another role.
            let by_role = matches!(route.right, Right::Desk | Right::Operator) && expected == Door::Open && found == Door::Shut;
            admitted_at_a_desk |= expected == Door::Open && found == Door::Open;
            if page.status >= 500 || (expected != found && !by_role) {
                let line =
                    format!("{:?} {}: {} meets {found:?} ({}), not {expected:?}", route.method, route.path, visitor.called, page.status);
                wrong.push(line);
            }
        }
        if !admitted_at_a_desk {
            wrong.push(format!("{:?} {} admits nobody whom its right names", route.method, route.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever runs another charity, with every seat there is, finds nothing of ours at any desk.
fn another_charity_finds_nothing_of_ours(world: &World) {
    let everything = routes::everything(world);
    let elsewhere = world.organisation(Kind::Charity, "邻县慈善会", 5);
    let outsiders = [
        world.staff("outsider-manager", "外人甲", elsewhere, Role::Manager),
        world.staff("outsider-finance", "外人乙", elsewhere, Role::Finance),
        world.staff("outsider-approver", "外人丙", elsewhere, Role::Approver),
    ];
    let of_a_desk = |route: &&Route| route.path.starts_with("/desk/") && route.path.contains('{');
    let all: Vec<Route> = routes::for_people().iter().filter(of_a_desk).cloned().collect();
    assert!(all.len() >= 15, "only {} routes of a desk have something in their path", all.len());
    let mut wrong = Vec::new();
    for route in &all {
        for person in &outsiders {
            let page = attempt(world, &everything, route, &Visitor { called: "outsider", person: Some(person) });
            if !matches!(page.status, 403 | 404) {
                wrong.push(format!("{:?} {} answers {} to {}", route.method, route.path, page.status, person.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn no_form_is_taken_from_another_site(world: &World) {
    let everything = routes::everything(world);
    let elsewhere: [&[(&str, &str)]; 4] = [
        &[("origin", "https://elsewhere.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://elsewhere.example")],
        &[("origin", "null")],
        // No browser leaves both out, so a session without them is not a person's.
        &[],
    ];
    let mut wrong = Vec::new();
    for route in routes::for_people().iter().filter(|route| route.method == Method::Post) {
        let path = routes::filled(route.path, world, &everything);
        for visitor in routes::visitors(&everything).iter().filter(|visitor| visitor.person.is_some()) {
            for headers in elsewhere {
                let status = browser(world, visitor).post_from_elsewhere(&path, headers).status;
                if status != 403 {
                    wrong.push(format!("{} answers {status} to {} with {headers:?}", route.path, visitor.called));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

on_both_engines![every_route_admits_whom_its_right_names, another_charity_finds_nothing_of_ours, no_form_is_taken_from_another_site];

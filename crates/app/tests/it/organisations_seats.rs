//! How people come to seats and leave them: invitations, handing over, a lost authenticator, the last manager.

use app::kernel::civil::{day_of, day_text, start_of};
use app::kernel::{DAY_US, Id, Role, Strength, Trouble};
use app::organisations::{self, actions, invitations};
use db::{params, sql};
use testkit::{Cast, Page, Person, World, on_both_engines};

fn newest(world: &World) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM invitation"), params![])
}

/// The link that an invitation's message holds.
fn link(world: &World, id: Id) -> String {
    format!("/invitations/{id}/{}", invitations::code(&world.app, id))
}

fn invite(cast: &Cast, values: &[(&str, &str)]) -> Page {
    let action = format!("/desk/organisations/{}/invitations", cast.charity);
    cast.manager.submit(&cast.manager.get("/desk/seats"), &action, values)
}

fn seat_of(world: &World, person: Id) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM seat WHERE person_id = ?1"), params![person])
}

fn staff(world: &World, person: &Person) -> Person {
    world.signed_in(person.id, &person.name, Strength::Staff, Vec::new())
}

fn a_manager_invites_by_telephone_and_the_link_works_once_for_seven_days(world: &World) {
    let cast = world.cast();
    let (invited, other) = (world.donor("13800138000"), world.donor("13800138001"));
    invite(&cast, &[("role", "finance")]).has_status(422).sees("请填写手机号或机构登录名");
    invite(&cast, &[("phone", "123"), ("role", "finance")]).has_status(422).sees("不是有效的大陆手机号");
    invite(&cast, &[("phone", "13800138000"), ("login", "former"), ("role", "finance")]).has_status(422).sees("只填一样");
    invite(&cast, &[("login", "nobody"), ("role", "finance")]).has_status(422).sees("没有这个登录名");
    let action = format!("/desk/organisations/{}/invitations", cast.charity);
    cast.manager.post(&action, &[("phone", "13800138000"), ("role", "reviewer")]).has_status(422).sees("只属于平台运营方");
    cast.finance.post(&action, &[("phone", "13800138000"), ("role", "finance")]).has_status(403);
    cast.implementer_manager.post(&action, &[("phone", "13800138000"), ("role", "finance")]).has_status(404);

    invite(&cast, &[("phone", "138 0013 8000"), ("role", "approver")])
        .has_status(200)
        .sees("邀请已发出")
        .sees("138****8000")
        .sees("等待接受");
    let first = link(world, newest(world));
    cast.manager.get("/desk/seats").sees(&first);
    // Not for a stranger, not for another telephone, not with a guessed code.
    assert!(world.guest().visit(&first).leads_to().is_some_and(|to| to.starts_with("/sign-in")));
    other.get(&first).has_status(409).sees("138****8000");
    other.post(&first, &[]).has_status(409);
    invited.get(&format!("/invitations/{}/{}", newest(world), "0".repeat(32))).has_status(404);
    // Seven days later it is over.
    world.later(7 * DAY_US);
    world.sign_in_again(&cast.manager);
    invited.get(&first).has_status(409).sees("超过 7 天");
    cast.manager.get("/desk/seats").sees("已过期").sees_no("138****8000");

    invite(&cast, &[("phone", "13800138000"), ("role", "approver")]).has_status(200);
    let second = link(world, newest(world));
    let page = invited.get(&second);
    page.has_status(200).sees("清河慈善基金会 的邀请").sees("审批");
    invited.submit(&page, &second, &[]).is_at("/me/desk-access").sees("邀请已接受").sees("身份验证器");
    invited.post(&second, &[]).has_status(409).sees("已经用过");
    cast.manager.get("/me/notices").sees("已被接受");
    cast.manager.get("/desk/seats").sees("已接受").sees("王小满");
    let held = world.count(sql("SELECT COUNT(*) AS count FROM seat WHERE person_id = ?1 AND role = 'approver'"), params![invited.id]);
    assert_eq!(held, 1);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM invitation WHERE phone <> ''"), params![]), 0, "telephones are forgotten");
}

fn an_invitation_that_is_taken_back_leads_nowhere(world: &World) {
    let cast = world.cast();
    invite(&cast, &[("login", "former"), ("role", "finance")]).has_status(200).sees("钱已离");
    let id = newest(world);
    cast.former.get("/me/notices").sees("邀请您开通机构席位");
    cast.former.get(&link(world, id)).has_status(200);
    cast.finance.get(&link(world, id)).has_status(409).sees("另一个机构账号");
    let withdraw = format!("/desk/organisations/{}/invitations/{id}/withdrawal", cast.charity);
    cast.manager.submit(&cast.manager.get("/desk/seats"), &withdraw, &[]).has_status(200).sees("已撤回");
    cast.former.get(&link(world, id)).has_status(409).sees("已经用过或撤回");
    cast.manager.post(&withdraw, &[]).has_status(409);
}

/// The successor takes over on a day, and the old seat ends the same instant.
fn a_seat_is_handed_over_at_one_instant(world: &World) {
    let cast = world.cast();
    let old = seat_of(world, cast.manager.id);
    let end = format!("/desk/organisations/{}/seats/{old}/end", cast.charity);
    cast.manager.submit(&cast.manager.get("/desk/seats"), &end, &[]).has_status(409).sees("最后一位管理员");
    let day = day_of(world.now()) + 2;
    let values = [("login", "former"), ("role", "manager"), ("starts", &*day_text(day)), ("replaces", &*old.to_string())];
    invite(&cast, &values).has_status(200);
    let link = link(world, newest(world));
    let page = cast.former.get(&link);
    page.sees("您将接替一位同事");
    cast.former.submit(&page, &link, &[]).has_status(200);
    let at = |column| world.app.db.read(|tx| tx.query_one(column, params![cast.charity])?.int("count")).expect("an instant");
    let ended = at(sql("SELECT MAX(ends_at) AS count FROM seat WHERE organisation_id = ?1"));
    let begun = at(sql("SELECT MAX(starts_at) AS count FROM seat WHERE organisation_id = ?1"));
    assert_eq!((ended, begun), (start_of(day), start_of(day)));
    cast.manager.get("/desk/seats").has_status(200);
    staff(world, &cast.former).get("/desk/seats").has_status(403);
    world.clock.set(start_of(day));
    staff(world, &cast.former).get("/desk/seats").has_status(200);
    staff(world, &cast.manager).get("/desk/seats").has_status(403);
    // A seat that has ended opens nothing: no page, no write, whatever its holder still has open.
    for path in ["/desk", "/desk/seats", "/desk/organisations"] {
        staff(world, &cast.manager).get(path).has_status(403);
    }
    staff(world, &cast.manager)
        .post(&format!("/desk/organisations/{}/particulars", cast.charity), &[("business_scope", "x")])
        .has_status(403);
}

/// Two managers end each other's seats at the same moment: one of them stays.
fn two_managers_cannot_both_be_gone(world: &World) {
    let cast = world.cast();
    let second = world.staff("manager-2", "蒋二管", cast.charity, Role::Manager);
    let (a, b) = (seat_of(world, cast.manager.id), seat_of(world, second.id));
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let hands = [(&cast.manager, b), (&second, a)]
            .map(|(who, seat)| scope.spawn(move || actions::end_own_seat(&world.app, &who.actor, cast.charity, seat)));
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().any(|o| matches!(o, Err(Trouble::Refused(r)) if r.key == "refusal-seat-last-manager")), "{outcomes:?}");
    let seats = world.app.db.read(|tx| organisations::seats(tx, cast.charity)).expect("seats");
    assert_eq!(seats.iter().filter(|s| s.role == Role::Manager && s.held_at(world.now())).count(), 1);
}

/// Somebody lost their authenticator: a manager invites them again, the old login ends, they set up another.
fn a_lost_authenticator_is_replaced_by_an_invitation(world: &World) {
    let cast = world.cast();
    let seat = seat_of(world, cast.finance.id);
    let recover = format!("/desk/organisations/{}/seats/{seat}/recovery", cast.charity);
    cast.manager.submit(&cast.manager.get("/desk/seats"), &recover, &[]).has_status(409).sees("没有登记手机号");
    app::people::actions::set_phone(&world.app, cast.finance.id, "13900139123").expect("a telephone");
    cast.manager.submit(&cast.manager.get("/desk/seats"), &recover, &[]).has_status(200).sees("邀请已发出");
    let link = link(world, newest(world));
    let by_phone = world.signed_in(cast.finance.id, &cast.finance.name, Strength::Phone, Vec::new());
    let before = by_phone.get(&link);
    before.sees("旧的机构登录立即作废");
    cast.finance.get("/desk").has_status(200);
    by_phone.submit(&before, &link, &[]).is_at("/me/desk-access").sees("身份验证器");
    assert!(cast.finance.visit("/desk").leads_to().is_some(), "what was signed in with the old login is out");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM staff WHERE person_id = ?1"), params![cast.finance.id]), 0);
    // Somebody who sits elsewhere too is not reset by one organisation alone.
    actions::give_seat(&world.app, cast.launcher, cast.approver.id, Role::Approver, world.now(), None).expect("a seat");
    let seat = world.count(sql("SELECT MIN(id) AS count FROM seat WHERE person_id = ?1"), params![cast.approver.id]);
    let recover = format!("/desk/organisations/{}/seats/{seat}/recovery", cast.charity);
    cast.manager.post(&recover, &[]).has_status(409).sees("在别的机构也有席位");
}

on_both_engines![
    a_manager_invites_by_telephone_and_the_link_works_once_for_seven_days,
    an_invitation_that_is_taken_back_leads_nowhere,
    a_seat_is_handed_over_at_one_instant,
    two_managers_cannot_both_be_gone,
    a_lost_authenticator_is_replaced_by_an_invitation,
];

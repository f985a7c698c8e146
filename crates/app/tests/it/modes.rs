//! The legal modes, tried through the front door: what each forbids is refused in a sentence, and says so on every page.

use app::kernel::{Ability, Mode, Role, allows};
use app::projects::actions as projects;
use app::web::Lang;
use db::{params, sql};
use testkit::{Engine, Options, World};

fn world(engine: Engine, mode: Mode) -> World {
    World::with(engine, Options { mode: Some(mode), ..Options::default() })
}

/// A mode is chosen when a world begins, so these stories begin their own, on either engine.
macro_rules! in_modes_on_both_engines {
    ($($story:ident),* $(,)?) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                super::$story(testkit::Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                super::$story(testkit::Engine::Postgres);
            }
        }
    )*};
}

fn every_page_says_what_the_site_is_and_one_says_what_it_may_not_do(engine: Engine) {
    for (mode, statement) in [
        (Mode::Demo, "演示环境"),
        (Mode::OwnSite, "慈善组织自有网站"),
        (Mode::Designated, "指定的互联网公开募捐服务平台"),
        (Mode::Closed, "内部互助"),
    ] {
        let world = world(engine, mode);
        let stranger = world.stranger();
        stranger.get("/sign-in").has_status(200).sees(statement);
        let about = stranger.get("/about/mode");
        about.has_status(200).sees(statement);
        for ability in Ability::ALL {
            if let Err(refusal) = allows(mode, ability) {
                let sentence = world.app.locales.text(Lang::Zh, refusal.key, &[]);
                about.sees(&sentence);
                assert!(world.app.locales.find(Lang::En, &format!("{}.next", refusal.key), &[]).is_some(), "{}", refusal.key);
            }
        }
    }
}

fn a_charitys_own_site_names_the_platform_and_serves_one_charity(engine: Engine) {
    let world = world(engine, Mode::OwnSite);
    let cast = world.cast();
    let drafted = world.drafted(&cast, "自有网站的项目");
    let (app, now) = (&world.app, world.now());
    let version = projects::submit(app, &cast.manager.actor, drafted, world.version(drafted), now).expect("complete");
    projects::review(app, &cast.reviewer.actor, drafted, version, "齐全", now).expect("in order");
    let judged = format!("/operator/projects/{drafted}");
    let publish = || cast.second_reviewer.submit(&cast.second_reviewer.get(&judged), &format!("{judged}/publication"), &[]);
    publish().has_status(403).sees("还没有写明同步发布的指定平台");

    let path = format!("/desk/projects/{drafted}/platform");
    for (platform, address) in
        [("", "https://platform.example.org/1"), ("示范平台", "http://platform.example.org/1"), ("示范平台", "https://a@b.example.org")]
    {
        cast.manager.submit(&cast.manager.get(&path), &path, &[("platform", platform), ("address", address)]).has_status(422);
    }
    let named = [("platform", "示范公开募捐平台"), ("address", "https://platform.example.org/campaigns/1")];
    cast.manager.submit(&cast.manager.get(&path), &path, &named).has_status(200).sees("已保存");
    cast.implementer_manager.post(&path, &named).has_status(403);
    publish().has_status(200).sees("项目已公开");
    world.stranger().get(&format!("/projects/{drafted}")).sees("示范公开募捐平台");

    // Another charity's project, with its own merchant number and platform named, is refused all the same.
    app::organisations::actions::open_merchant(app, cast.launcher, "1600000003").expect("a merchant number");
    world.qualified(cast.launcher, &cast.reviewer);
    let theirs = world.staff("their-manager", "外家经理", cast.launcher, Role::Manager);
    world.partners(cast.launcher, cast.implementer, &theirs);
    let other = world.drafted(&cast, "别家的项目");
    app.db
        .write(|tx| {
            tx.execute_one(sql("UPDATE project SET recipient_id = ?2, state = 'reviewed' WHERE id = ?1"), params![other, cast.launcher])?;
            tx.execute_one(
                sql("INSERT INTO project_platform (project_id, platform, address, named_by, named_at) VALUES (?1, '示范平台', 'https://x.example.org', ?2, 1)"),
                params![other, cast.manager.id],
            )
        })
        .expect("a project of another charity");
    let judged = format!("/operator/projects/{other}");
    let page = cast.second_reviewer.get(&judged);
    cast.second_reviewer.submit(&page, &format!("{judged}/publication"), &[]).has_status(403).sees("只能为这一家慈善组织募捐");
}

fn a_closed_site_shows_nothing_to_strangers_and_everything_to_members(engine: Engine) {
    let world = world(engine, Mode::Closed);
    let cast = world.cast();
    let project = world.project(&cast, "村里的路灯");
    let (stranger, donor) = (world.guest(), world.donor("13800138000"));
    let path = format!("/projects/{project}");
    for hidden in ["/", "/projects", path.as_str(), "/organisations", "/reconciliation", "/no-such-page"] {
        let page = stranger.visit(hidden);
        assert_eq!(page.status, 303, "{hidden}");
        assert!(page.leads_to().is_some_and(|to| to.starts_with("/sign-in?")), "{hidden}");
        donor.get(hidden).has_status(403).sees("只对成员开放").sees_no("村里的路灯");
    }
    let page = stranger.visit(&format!("/api/projects/{project}/calmer?amount=100"));
    assert!(page.status == 401 && !page.source().contains("村里"), "{} {}", page.status, page.source());
    assert!(stranger.visit("/robots.txt").source().contains("Disallow: /\n"), "no search engine may come in");
    // One's own account stays one's own.
    donor.get("/me").has_status(200);

    // The operator writes the list; from then on the donor is a member, reads, and gives.
    let form = cast.reviewer.get("/operator/members");
    let add = |members: &str| cast.reviewer.submit(&form, "/operator/members", &[("members", members)]);
    add("13800138000 三组\n不是号码").has_status(422).sees("第 2 行");
    donor.get("/projects").has_status(403);
    add("138 0013 8000").has_status(422);
    add("１３８００１３８０００ 三组王家").has_status(200).sees("三组王家");
    let page = donor.get(&path);
    page.has_status(200).sees("村里的路灯");
    assert!(page.source().contains("noindex") && !page.source().contains("og:url"), "it must not spread");
    donor.get(&format!("/projects/{project}/gift")).has_status(200);
    // Taken off the list, the door shuts again.
    cast.reviewer.submit(&cast.reviewer.get("/operator/members"), "/operator/members/end", &[]).has_status(200).sees("已移出");
    donor.get(&path).has_status(403);
    cast.manager.get("/desk").has_status(200);
}

/// R21: uniform publishing, no paid ranking, no fees. What the program can guarantee: no route, table or message for any of
/// them, and every public list sorted by what it says. That nobody pays under the table no program can promise.
fn r21_nothing_is_for_sale_and_every_project_is_published_the_same_way(engine: Engine) {
    for mode in Mode::ALL {
        for ability in [Ability::Fees, Ability::Advertising, Ability::PaidRanking] {
            assert!(allows(mode, ability).is_err(), "{mode:?} {ability:?}");
        }
    }
    let world = world(engine, Mode::Designated);
    let schema = world.app.db.schema().expect("a schema");
    for (table, columns) in &schema.tables {
        let words = [vec![table.clone()], columns.columns.iter().map(|c| c.name.clone()).collect()].concat();
        for word in words {
            let for_sale = ["fee", "commission", "advert", "sponsor", "promot", "rank", "boost"]
                .iter()
                .find(|w| word.split('_').any(|part| part.starts_with(*w)));
            assert!(for_sale.is_none(), "{table}.{word} looks as if something were for sale");
        }
    }
    // A gift reaches its project whole.
    let cast = world.cast();
    let project = world.project(&cast, "一分不少");
    world.given(project, 12_345);
    world.catch_up();
    let posted = world.count(
        sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS count FROM posting WHERE account_kind = 2 AND owner_id = ?1"),
        params![project],
    );
    assert_eq!(posted, 12_345);
    // The order of a list is a function of what it says it is sorted by: newest first, and gifts.
    let later = world.project(&cast, "后公开的项目");
    world.later(app::kernel::MINUTE_US);
    let stranger = world.stranger();
    let newest = stranger.get("/projects").text().to_owned();
    assert!(newest.find("后公开的项目") < newest.find("一分不少"), "{later}");
}

in_modes_on_both_engines![
    every_page_says_what_the_site_is_and_one_says_what_it_may_not_do,
    a_charitys_own_site_names_the_platform_and_serves_one_charity,
    a_closed_site_shows_nothing_to_strangers_and_everything_to_members,
    r21_nothing_is_for_sale_and_every_project_is_published_the_same_way,
];

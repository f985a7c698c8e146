//! Pages anyone can see.
use maud::{Markup, html};
use ui::*;

pub fn home() -> Markup {
    html! {
        (hero(&Hero {
            title: "一滴一滴，汇成海".into(),
            lead: "一角钱也能捐。捐出去的每一分，都能追到它做好事的地方。".into(),
            actions: html! { (link_button(ButtonKind::Give, "我要捐赠", "#")) (link_button(ButtonKind::Quiet, "查我捐的钱", "#")) },
            aside: html! {
                (money_figure(&MoneyFigure { label: "平台累计收到捐赠".into(), currency: "¥".into(), amount: "1,284,306,512.40".into(), ..MoneyFigure::default() }))
                (as_of("截至 2020 年 9 月 9 日 09:09:09", "2020-09-09T09:09:09+08:00"))
                (stat_row(&[
                    Stat { value: "31,204,118".into(), label: "捐赠笔数".into(), href: "#".into() },
                    Stat { value: "¥41.16".into(), label: "平均每笔".into(), ..Stat::default() },
                    Stat { value: "90,412".into(), label: "项目".into(), ..Stat::default() },
                ]))
            },
        }))
        (section("脱贫攻坚，迈向美好生活", Some(&Link::new("全部项目", "#")), grid(cards().iter().take(3).map(project_card))))
        (section("五个领域", None, html! {
            (field_tiles(&ProjectField::ALL.into_iter().zip(["助困", "教育", "健康", "特殊需要关怀", "生态"]).map(|(field, word)| FieldLink {
                field, word: word.into(), href: "#".into(), note: "18,204 个项目".into(),
            }).collect::<Vec<_>>()))
        }))
        (section("六年", None, column_chart(&years())))
    }
}

fn years<'a>() -> Chart<'a> {
    let bars = [("2018", 830, "8.30亿"), ("2019", 1783, "17.8亿"), ("2020", 2265, "22.7亿")];
    let more = [("2015", 96, "0.96亿"), ("2016", 305, "3.05亿"), ("2017", 829, "8.29亿")];
    Chart {
        title: "公益日三天的捐款".into(),
        label_head: "年份".into(),
        value_head: "捐款总额（元）".into(),
        bars: more
            .into_iter()
            .chain(bars)
            .map(|(label, value, words)| Bar { label: label.into(), value, text: words.into(), marked: label == "2020" })
            .collect(),
        numbers_word: "看数字".into(),
        source: "样张数据。".into(),
    }
}

pub fn projects() -> Markup {
    html! {
        (heading("找项目", Some("每个项目都写明谁发起、谁收款、谁去做。逾期没有披露的，我们照样标出来。")))
        (search_box(&SearchBox {
            action: "#".into(), label: "项目名、地方或机构".into(), name: "q".into(), value: "".into(), button: "搜索".into(),
            filters: vec![
                FilterGroup { legend: "领域".into(), name: "field".into(), many: true, choices: vec![
                    Choice::new("a", "助困").chosen(true), Choice::new("b", "教育"), Choice::new("c", "健康"), Choice::new("d", "特殊需要关怀"), Choice::new("e", "生态")] },
                FilterGroup { legend: "排序".into(), name: "sort".into(), many: false, choices: vec![
                    Choice::new("a", "最近有进展").chosen(true), Choice::new("b", "差得最少"), Choice::new("c", "最新发起")] },
            ],
            hidden: vec![],
        }))
        p { "共 412 个项目" }
        (grid(cards().iter().map(project_card)))
        (pagination(&Pagination { label: "翻页".into(), previous: Some(Link::new("上一页", "#")), next: Some(Link::new("下一页", "#")), position: "第 2 页，共 35 页".into() }))
    }
}

pub fn cards<'a>() -> Vec<ProjectCard<'a>> {
    let titles = [
        (ProjectField::Relief, "助困", "山里孩子的冬天：三百六十五元一个包", "青海 · 果洛 · 玛沁县"),
        (ProjectField::Education, "教育", "乡村课堂里的第二十一间教室", "重庆 · 酉阳县"),
        (ProjectField::Health, "健康", "大病孩子的补充药费", "青海 · 西宁"),
        (ProjectField::SpecialCare, "特殊需要关怀", "听见：给耳朵不好的老人", "贵州 · 黔东南 · 雷山县"),
        (ProjectField::Ecology, "生态", "留住家园：蜂箱与药草", "云南 · 丽江 · 玉龙县"),
        (ProjectField::Relief, "助困", "点亮回家的路", "江西 · 赣州 · 寻乌县"),
    ];
    titles
        .into_iter()
        .zip(1_u64..)
        .map(|((field, word, title, place), id)| ProjectCard {
            id: id * 7919,
            href: "#".into(),
            title: title.into(),
            field,
            field_word: word.into(),
            place: place.into(),
            summary: "给零下二十度的教室里的孩子送去棉衣、手套和冻疮膏，由当地志愿者一户一户送到。".into(),
            organisations: vec![
                OrganisationRole { role: "发起".into(), name: "云岭乡村发展中心".into() },
                OrganisationRole { role: "公募接收".into(), name: "云岭慈善会".into() },
                OrganisationRole { role: "执行".into(), name: "玛沁县雪山志愿者协会".into() },
            ],
            progress: Progress {
                permille: 1000 - (id as u32 * 137) % 1000,
                have: "已筹 ¥482,106.50".into(),
                goal: "目标 ¥560,000.00".into(),
                label: "已完成 86.1%".into(),
            },
            gifts: "12,046 笔捐赠".into(),
            last_progress: "3 天前有进展".into(),
            overdue: if id == 3 { "进展逾期 12 天".into() } else { "".into() },
            reason: if id == 6 { "您上个月捐过同县的项目".into() } else { "".into() },
            ..ProjectCard::default()
        })
        .collect()
}

pub fn project() -> Markup {
    let main = html! {
        (breadcrumbs("位置", &[Link::new("首页", "#"), Link::new("助困", "#")], "山里孩子的冬天"))
        (project_banner(ProjectField::Relief, 7919, "", ""))
        (heading("山里孩子的冬天：三百六十五元一个包", Some("给零下二十度的教室里的孩子送去棉衣、手套和冻疮膏。")))
        (tabs("项目内容", &[Link::new("介绍", "#"), Link::new("进展 (12)", "#"), Link::new("花费", "#"), Link::new("捐赠记录", "#"), Link::new("机构", "#")], 0))
        (prose(html! {
            p { "每年十一月到次年三月，果洛的清晨常在零下二十度。孩子们走一个小时的山路上学，手背上都是裂口。一个包里有棉衣、围巾、手套、雪地靴、袜子和冻疮膏，也有书包、圆珠笔和一只玩偶。" }
            p { "志愿者在县城分装，由各乡的老师送到孩子手里，并在开春后回访。" }
        }))
        (bar_chart(&Chart {
            title: "预算：每 100 元怎么花".into(), label_head: "预算项".into(), value_head: "元".into(),
            bars: vec![
                Bar { label: "物资采购".into(), value: 8210, text: "¥82.10".into(), marked: false },
                Bar { label: "运输与分装".into(), value: 920, text: "¥9.20".into(), marked: false },
                Bar { label: "回访与评估".into(), value: 370, text: "¥3.70".into(), marked: false },
                Bar { label: "执行人员".into(), value: 500, text: "¥5.00".into(), marked: false },
            ],
            source: "备案预算,2020 年 8 月 2 日公示。".into(), ..Chart::default()
        }))
        (section("最近进展", Some(&Link::new("全部 12 条", "#")), html! {
            (post(&Post {
                author: "卓玛老师".into(), when: "3 天前 · 执行机构".into(), title: "第二批 1,204 个包到了大武镇".into(),
                body: html! { p { "昨晚十点卸完车。今天开始按名单核对尺码，缺 36 双 34 码的雪地靴，已经请厂家补发。" } },
                pictures: vec![picture("卡车卸货"), picture("仓库里的包"), picture("签收单")],
                foot: html! { (link_button(ButtonKind::Quiet, "评论 4", "#")) a href="#" { "举报" } },
            }))
        }))
    };
    let side = html! {
        (progress_bar(&Progress { permille: 861, have: "已筹 ¥482,106.50".into(), goal: "目标 ¥560,000.00".into(), label: "已完成 86.1%".into() }))
        (as_of("截至 9 月 9 日 09:09:09", "2020-09-09T09:09:09+08:00"))
        (stat_row(&[Stat { value: "12,046".into(), label: "笔捐赠".into(), ..Stat::default() }, Stat { value: "76.3%".into(), label: "已花出".into(), ..Stat::default() }]))
        (card(Some("走到哪一步了"), timeline("项目进程", &[
            TimelineStep { title: "立项".into(), state: State::Done, state_word: "已完成".into(), when: "2020-07-12".into(), note: html! {} },
            TimelineStep { title: "备案与审核".into(), state: State::Done, state_word: "已完成".into(), when: "2020-08-02".into(), note: html! {} },
            TimelineStep { title: "募款".into(), state: State::Current, state_word: "进行中".into(), when: "至 2020-12-31".into(), note: html! {} },
            TimelineStep { title: "三个月进展披露".into(), state: State::Late, state_word: "已逾期 12 天".into(), when: "应于 2020-10-31".into(), note: html! { p.help { "执行机构已收到催告。" } } },
            TimelineStep { title: "结项与审计".into(), state: State::Next, state_word: "未开始".into(), when: "2021-06-30 前".into(), note: html! {} },
        ])))
        (card(Some("三家机构"), definition_list(&[
            Term::new("发起", text("云岭乡村发展中心")),
            Term::new("公募接收", html! { (Link::new("云岭慈善会", "#")) " " (badge(Tone::Good, "已核验")) }),
            Term::new("执行", text("玛沁县雪山志愿者协会")),
            Term::new("备案编号", html! { code { "53100000MJT000000XA20007" } }),
        ])))
    };
    html! {
        (columns(main, side))
        (action_bar(html! { (link_button(ButtonKind::Give, "我要捐赠", "#")) (link_button(ButtonKind::Quiet, "一起捐", "#")) }))
    }
}

fn picture<'a>(alt: &'a str) -> Picture<'a> {
    Picture {
        src: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3Crect width='9' height='9' fill='%23b8c9c4'/%3E%3Cpath d='M0 9 3 4l2 3 2-2 2 4' fill='%2378938d'/%3E%3C/svg%3E".into(),
        alt: alt.into(),
        href: "#".into(),
    }
}

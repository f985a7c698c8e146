//! Where staff and auditors work.
use maud::{Markup, html};
use ui::*;

pub fn desk() -> Markup {
    let mut payouts = Table::new(
        "本月拨款",
        vec![
            Column::words("项目"),
            Column::words("执行机构"),
            Column::number("金额（元）").sortable("#", Some(Sort::Descending)),
            Column::words("状态"),
            Column::words("时间").sortable("#", None),
        ],
    );
    payouts
        .row(&[&Link::new("山里孩子的冬天", "#"), &"玛沁县雪山志愿者协会", &"120,000.00", &badge(Tone::Good, "已到账"), &"2020-09-03"])
        .row(&[&Link::new("第二十一间教室", "#"), &"酉阳县教师发展协会", &"86,400.00", &badge(Tone::Info, "待复核"), &"2020-09-05"])
        .row(&[&Link::new("补充药费", "#"), &"青海儿童肿瘤社工中心", &"51,230.75", &badge(Tone::Warn, "凭证不全"), &"2020-09-07"])
        .row(&[&Link::new("蜂箱与药草", "#"), &"玉龙县养蜂互助组", &"8,000.00", &badge(Tone::Bad, "已退回"), &"2020-09-08"]);
    payouts.total = vec![text("合计"), html! {}, text("265,630.75"), html! {}, html! {}];
    html! {
        (breadcrumbs("位置", &[Link::new("工作台", "#")], "财务"))
        (heading("财务", None))
        (tabs("财务", &[Link::new("拨款", "#"), Link::new("支出", "#"), Link::new("对账", "#"), Link::new("披露", "#")], 0))
        (notice(Tone::Warn, "注意", Some("2 个项目的季度披露还有 3 天到期"), html! { p { a href="#" { "去填写" } } }))
        (stat_row(&[
            Stat { value: "¥2,481,330.20".into(), label: "账户余额".into(), ..Stat::default() }, Stat { value: "¥265,630.75".into(), label: "本月拨款".into(), ..Stat::default() },
            Stat { value: "14".into(), label: "待我处理".into(), href: "#".into() }, Stat { value: "0".into(), label: "对账差异".into(), ..Stat::default() },
        ]))
        (table(&payouts))
        (columns(html! {
            (line_chart(&Chart {
                title: "开场一小时每分钟捐赠笔数".into(), label_head: "时刻".into(), value_head: "笔数".into(),
                bars: (0..60_i64).map(|m| { let v = 957_646 / (m + 1) + (m * 7919) % 9000; Bar { label: format!("09:{m:02}").into(), value: v, text: format!("{v} 笔").into(), marked: false } }).collect(),
                numbers_word: "看数字".into(), source: "渠道通知时间；截至 10:00。".into(),
            }))
        }, html! {
            (card(Some("待我处理"), link_list(&[
                LinkRow { href: "#".into(), title: "复核拨款".into(), note: "酉阳县教师发展协会".into(), aside: text("¥86,400.00") },
                LinkRow { href: "#".into(), title: "退款申请".into(), note: "重复付款".into(), aside: badge(Tone::Warn, "今天到期") },
            ])))
        }))
        (section("等着办的", None, html! {
            (queue_list(&[QueueRow {
                queue: Link::new("待审批的拨款", "#"), count: "3 件".into(), late: badge(Tone::Bad, "1 件逾期"), item: Link::new("¥86,400.00 · 雪山口的书架", "#"),
                facts: vec!["2 天前".into(), "2020-09-12 前办结".into(), "没人领取".into()], note: "没人审批：钱留在账上，执行机构等着用款。".into(),
            }]))
            (fold("查找、筛选和下载", html! { p { "不常用的放在这里。" } }))
            (room_list(&[LinkRow { href: "#".into(), title: "捐赠票据".into(), note: "开票申请、冲红".into(), ..LinkRow::default() }]))
            (link_list_with(&[(LinkRow { href: "#".into(), title: "冬衣".into(), ..LinkRow::default() }, Some(("#".to_owned(), text("最近的进展"))))]))
            (verbatim("huihai.example 12 3q2+7w=="))
        }))
        (section("新建一笔拨款", None, form(&Form { action: "#".into(), method: Method::Upload, body: html! {
            (fieldset("拨给谁", html! {
                (select_field(&Select { name: "to".into(), label: "执行机构".into(), choices: vec![Choice::new("", "请选择"), Choice::new("1", "玛沁县雪山志愿者协会")], required: true, ..Select::default() }))
                (input_field(&Input { name: "sum".into(), label: "金额".into(), kind: InputKind::Number, unit: "元".into(), ..Input::default() }))
                (input_field(&Input { name: "day".into(), label: "付款日".into(), kind: InputKind::Date, value: "2020-09-09".into(), error: "付款日不能早于复核日".into(), ..Input::default() }))
            }))
            (textarea_field(&TextArea { name: "why".into(), label: "用途".into(), help: "写给捐赠人看的一句话。".into(), ..TextArea::default() }))
            (file_field(&FileInput { name: "slip".into(), label: "银行回单".into(), accept: "image/*,.pdf".into(), multiple: true, ..FileInput::default() }))
            (submit_row(html! { (button(ButtonKind::Main, "提交复核", None)) (button(ButtonKind::Quiet, "存草稿", Some(("draft", "1")))) (button(ButtonKind::Danger, "作废", Some(("void", "1")))) }, None))
        }, ..Form::default() })))
    }
}

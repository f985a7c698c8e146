//! The way of one gift.
use maud::{Markup, html};
use ui::*;

const STEPS: [&str; 4] = ["金额", "看清楚", "付款", "完成"];

pub fn give() -> Markup {
    html! {
        (steps("捐款步骤", &STEPS, 0, "已完成"))
        (heading("捐给「山里孩子的冬天」", Some("由云岭慈善会（公募接收）收款，一角起捐。")))
        (form(&Form { action: "#".into(), body: html! {
            (error_summary("有 2 处需要改", &[
                FieldError { name: "amount".into(), text: "金额要在 0.1 元到 50,000 元之间".into() },
                FieldError { name: "terms".into(), text: "请先勾选同意捐赠说明".into() },
            ]))
            (amount_field(&Amount {
                name: "amount".into(), label: "捐多少".into(), value: "10".into(), help: "365 元是一个完整的包;10 元是一双手套。".into(),
                error: "金额要在 0.1 元到 50,000 元之间".into(), required: true, unit: "元".into(), chips_label: "常用金额".into(),
                chips: ["1", "10", "50", "100", "365"].iter().map(|yuan| Chip { label: format!("{yuan} 元").into(), value: (*yuan).into(), href: format!("?amount={yuan}").into() }).collect(),
            }))
            (radio_field(&Radios { name: "name".into(), legend: "怎么署名".into(), choices: vec![
                Choice { value: "a".into(), text: "匿名".into(), note: "公开记录里写「匿名爱心人士」".into(), chosen: true },
                Choice { value: "b".into(), text: "写我的名字".into(), note: "只写您填的称呼".into(), chosen: false },
            ], ..Radios::default() }))
            (input_field(&Input { name: "who".into(), label: "称呼".into(), mark: "选填".into(), help: "会印在证书上。".into(), autocomplete: "name".into(), ..Input::default() }))
            (input_field(&Input { name: "phone".into(), label: "手机号".into(), kind: InputKind::Telephone, mark: "选填".into(), help: "用来查询这笔捐赠，不会公开。".into(), ..Input::default() }))
            (checkbox(&Check { name: "terms".into(), value: "1".into(), label: html! { "我读过" a href="#" { "捐赠说明" } "与" a href="#" { "退款办法" } }, error: "请先勾选同意捐赠说明".into(), ..Check::default() }))
            (submit_row(button(ButtonKind::Give, "下一步：看清楚", None), Some(&Link::new("先不捐", "#"))))
        }, ..Form::default() }))
    }
}

pub fn calmer() -> Markup {
    let source = |text: &'static str| Some(Link::new(text, "#"));
    html! {
        (steps("捐款步骤", &STEPS, 1, "已完成"))
        (heading("多想一秒", Some("这是这个项目此刻的情况。看清楚了，再往下走。")))
        (facts(&[
            Fact { question: "什么时候立项".into(), answer: "2020 年 7 月 12 日，备案编号 53100000MJT000000XA20007".into(), ..Fact::default() },
            Fact { question: "做得怎么样".into(), answer: "计划送 3,000 个包，已送到 1,204 个".into(), source: source("看签收证据"), ..Fact::default() },
            Fact { question: "钱花了多少".into(), answer: "已花 ¥367,847.26,占已筹的 76.3%".into(), source: source("看每一笔支出"), ..Fact::default() },
            Fact { question: "最近的进展".into(), answer: "47 天前".into(), mark: "进展逾期 12 天".into(), tone: Tone::Warn, source: source("看进展"), },
            Fact { question: "财务披露".into(), answer: "2020 年 8 月 31 日，按时".into(), mark: "按时".into(), tone: Tone::Good, source: source("看报告") },
        ]))
        (as_of("这些信息截至 2020 年 9 月 9 日 09:09:09,会同您的捐赠一起保存", "2020-09-09T09:09:09+08:00"))
        (form(&Form { action: "#".into(), body: html! {
            (checkbox(&Check { name: "seen".into(), value: "1".into(), label: text("我看清楚了，包括逾期的部分"), ..Check::default() }))
            (submit_row(html! { (button(ButtonKind::Give, "继续捐 ¥10.00", None)) }, Some(&Link::new("返回修改", "#"))))
        }, ..Form::default() }))
    }
}

pub fn waiting() -> Markup {
    html! {
        (steps("捐款步骤", &STEPS, 2, "已完成"))
        (waiting_room(&WaitingRoom {
            title: "捐的人很多，请等一等".into(), position_label: "您前面还有".into(), position: "1,204 人".into(),
            estimate_label: "大约要等".into(), estimate: "3 秒".into(),
            body: html! { p { "您的位置已经留好，还没有扣款。支付渠道每秒只能开五百张单，我们按先来后到放行。" } },
            as_of: "更新于 09:00:41".into(), as_of_machine: "2020-09-09T09:00:41+08:00".into(),
            leave: Some(Link::new("不等了，稍后再捐", "#")),
        }))
        (notice(Tone::Info, "提示", Some("关掉页面也不会丢"), html! { p { "用同一部手机再打开这个页面，还在原来的位置。" } }))
    }
}

pub fn gift() -> Markup {
    html! {
        (steps("捐款步骤", &STEPS, 3, "已完成"))
        (notice(Tone::Good, "成功", Some("谢谢，收到了"), html! { p { "云岭慈善会已经收到您的 10 元。" } }))
        (receipt(&Receipt {
            title: "捐赠收据".into(), amount: "¥10.00".into(), amount_note: "人民币壹拾元整".into(),
            lines: vec![ReceiptLine::new("项目", "山里孩子的冬天：三百六十五元一个包"), ReceiptLine::new("公募接收", "云岭慈善会"), ReceiptLine::new("配捐", "¥2.47"), ReceiptLine::new("时间", "2020-09-09 09:09:09"), ReceiptLine::new("支付渠道", "微信支付")],
            foot: html! { p { "单号 " (copyable("单号", "94489280512000017", "复制", "已复制")) } p { "捐赠票据由接收机构在 7 个工作日内开具。" } },
        }))
        (section("我的钱在哪里", None, flow(&Flow { label: "这笔捐赠的去向".into(), stops: vec![
            FlowStop { title: "您的一滴".into(), state: State::Done, state_word: "已收到".into(), amount: "¥10.00".into(), when: "2020-09-09 09:09:09".into(), ..FlowStop::default() },
            FlowStop { title: "项目账户".into(), state: State::Done, state_word: "已入账".into(), amount: "¥12.47".into(), when: "含配捐 ¥2.47".into(), ..FlowStop::default() },
            FlowStop { title: "拨付执行机构".into(), state: State::Done, state_word: "已拨付".into(), amount: "¥12.47".into(), when: "2020-10-15,第 3 批拨款".into(), note: html! { p { a href="#" { "看拨款凭证" } } }, ..FlowStop::default() },
            FlowStop { title: "花在孩子身上".into(), state: State::Current, state_word: "花了一部分".into(), amount: "¥9.20".into(), when: "还有 ¥3.27 未花".into(), parts: vec![
                FlowPart { label: "手套（第 88,121 号包）".into(), href: "#".into(), amount: "¥6.80".into(), permille: 545 },
                FlowPart { label: "运输到大武镇".into(), href: "#".into(), amount: "¥2.40".into(), permille: 192 },
            ], ..FlowStop::default() },
        ] })))
        (proof(&Proof {
            title: "已写入公开账本".into(), body: html! { p { "三家不相关的机构为这一页账作了见证。谁也不能悄悄改掉它，包括我们。" } },
            lines: vec![ReceiptLine::new("账页", "第 88,412,019 条"), ReceiptLine::new("根哈希", "9f2b6c1d…e07a44")],
            links: vec![Link::new("下载证明", "#"), Link::new("自己验证", "#")],
        }))
        (qr_holder(&fake_code(), "扫码查看这一滴的去向", Some(&Link::new("直接打开", "#"))))
    }
}

pub fn certificate() -> String {
    certificate_svg(&Certificate {
        brand: "汇海".into(),
        title: "捐赠证书".into(),
        donor: "匿名爱心人士".into(),
        sentence: "您的一滴，已经汇入这片海。".into(),
        amount: "¥10.00".into(),
        amount_words: "人民币壹拾元整".into(),
        lines: vec![
            ("捐赠项目".into(), "山里孩子的冬天：三百六十五元一个包".into()),
            ("接收机构".into(), "云岭慈善会".into()),
            ("捐赠时间".into(), "2020 年 9 月 9 日".into()),
        ],
        number_label: "证书编号".into(),
        number: "94489280512000017".into(),
        qr_svg: fake_code().into(),
        qr_label: "扫码看去向".into(),
    })
}

/// Looks like a code and leads nowhere.
fn fake_code() -> String {
    let mut d = String::new();
    for y in 0..25_u32 {
        for x in 0..25_u32 {
            if (x * 7 + y * 13 + x * y * 3) % 5 < 2 {
                d.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
    }
    format!(
        r##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="25" height="25" viewBox="0 0 25 25"><path fill="#000" d="{d}"/></svg>"##
    )
}

//! What the other pages do not show.
use maud::{Markup, html};
use ui::*;

pub fn parts() -> Markup {
    html! {
        (heading("其余组件", Some("放在一起，好看出它们是不是一家人。")))
        (section("通知", None, html! {
            (notice(Tone::Info, "提示", None, html! { p { "议事厅今晚八点投票，还差 12 户。" } }))
            (notice(Tone::Good, "成功", Some("已发布"), html! { p { "村民现在就能看到。" } }))
            (notice(Tone::Warn, "注意", Some("还没写用途"), html! { p { "没有收入、用途、余额和依据，财务公开不能发布。" } }))
            (notice(Tone::Bad, "错误", Some("付款没有成功"), html! { p { "没有扣款。可以换一张卡再试，或者稍后再来。" } }))
            p { (badge(Tone::Info, "待审核")) " " (badge(Tone::Good, "已办结")) " " (badge(Tone::Warn, "快到期")) " " (badge(Tone::Bad, "已停止")) " " (badge(Tone::Plain, "草稿")) }
        }))
        (water_line())
        (section("村里的人", None, grid([
            person(&Person { name: "罗永福".into(), role: "村党支部书记 · 任期至 2026 年 3 月".into(), body: html! { p { "承诺：年底前修通到小学的路。" } (progress_bar(&Progress { permille: 620, have: "已修 1.24 公里".into(), goal: "共 2 公里".into(), label: "62%".into() })) } }),
            person(&Person { name: "刘小梅".into(), role: "村庄管理员".into(), body: html! { p { "每周三下午在村部教用手机。" } } }),
        ])))
        (section("一队一队", None, ranking(&[
            RankRow { place: "1".into(), name: "寻乌中学 2008 届三班".into(), href: "#".into(), value: "¥12,048.60".into(), own: "".into() },
            RankRow { place: "2".into(), name: "大武镇妈妈队".into(), href: "#".into(), value: "¥9,310.00".into(), own: "我们队".into() },
            RankRow { place: "3".into(), name: "装配三车间".into(), href: "".into(), value: "¥8,888.88".into(), own: "".into() },
        ])))
        (section("还没有", None, empty_state("还没有捐过", "捐一角钱也会在这里留下记录。", Some(&Link::new("找一个项目", "#")))))
        (section("图标", None, html! { p { @for one in [Icon::Info, Icon::Check, Icon::Warning, Icon::Danger, Icon::Search, Icon::Menu, Icon::Drop, Icon::Copy, Icon::Clock, Icon::Place, Icon::People, Icon::Document, Icon::Next, Icon::Shield, Icon::Phone, Icon::Heart] { (icon(one)) " " } }
            p { @for field in ProjectField::ALL { span class={ "field-word " (field.class()) } { (pictogram(field)) } " " } } p { (brand_mark()) } }))
        (section("会动的部分", None, refreshing("live", 5000, None, html! { (money_figure(&MoneyFigure { label: "此刻".into(), currency: "¥".into(), amount: "22.65".into(), unit: "亿元".into(), note: "5 秒更新一次".into() })) })))
        (section("封面", None, grid(ProjectField::ALL.into_iter().zip(1_u64..).flat_map(|(field, id)| [cover(field, id), cover(field, id + 100)]))))
        p { (avatar("刘小梅")) }
        (section("选几样", None, html! {
            @for (at, name) in ["2026-09-01 ¥88.00", "2026-09-02 ¥520.00"].into_iter().enumerate() {
                (choice_check(&Check { name: "gift".into(), value: at.to_string().into(), label: html! { (name) }, ..Check::default() }, at))
            }
        }))
        (section("微信里付款", None, jsapi_button(&JsapiButton { words: "微信支付".into(), parameters: "{}".into(), done: "#".into(), cancelled: "已取消".into(), failed: "没有打开".into() })))
        (section("通行密钥", None, passkey_form(&PasskeyForm { action: "#".into(), button: "用通行密钥登录".into(), unable: "这台设备不支持。".into(), failed: "没有成功。".into(), ..PasskeyForm::default() })))
        (pictures(&[Picture { src: "certificate.svg".into(), alt: "一张证书".into(), href: "certificate.png".into() }]))
        (figure(html! { p { "一段引文或一张图。" } }, "图注写清楚来源。"))
    }
}

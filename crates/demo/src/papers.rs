//! The plan and the papers of an example project. The papers say on their one page that they are examples.

use app::files::Prepared;
use app::kernel::Refusal;
use app::kernel::civil::Day;
use app::projects::{Node, Plan};
use app::web::Upload;

use crate::text::Project;

/// A plan made of what is told about the project.
pub fn plan(project: &Project, recipient: &str, starts_day: Day, ends_day: Day) -> Plan {
    let category = match project.field.as_str() {
        "education" => "PM0101",
        "health" => "PM01032JB",
        "ecology" => "PM0105",
        "special_care" => "PM0106",
        _ => "PM0102",
    };
    Plan {
        category: category.to_owned(),
        purpose: project.summary.clone(),
        responsible: "示范负责人".to_owned(),
        office: "示范市示范区示范路 1 号".to_owned(),
        gift_ways: "互联网支付、银行转账；不接受现金。".to_owned(),
        bank_account: format!("{recipient}，0000 0000 0000，示范银行示范支行"),
        selection: format!("{}中由村（居）民会议或学校提名，公示五个工作日。", project.object),
        beneficiaries: 200,
        use_of_money: format!("按预算用于{}。", project.service),
        leftovers: "用于目的相同或相近的慈善项目，并向社会公开。".to_owned(),
        indicators: "按预算逐项完成，逐项报账。".to_owned(),
        nodes: vec![
            Node { day: starts_day + 60, what: "第一批做完并公布".to_owned() },
            Node { day: ends_day, what: "全部做完".to_owned() },
        ],
        filed_day: starts_day - 12,
        declared: true,
        ..Plan::default()
    }
}

/// A PDF of one page with one sentence.
pub fn paper(name: &str) -> Result<Prepared, Refusal> {
    let words = "BT /F1 18 Tf 60 760 Td (An example paper of an invented project.) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{words}\nendstream", words.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut body = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(body.len());
        body.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = body.len();
    body.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        body.push_str(&format!("{place:010} 00000 n \n"));
    }
    body.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    Prepared::from_upload(&Upload { field: "file".to_owned(), name: name.to_owned(), bytes: body.into_bytes() }, false)
}

//! 募捐方案: what a charity files and promises beside the project's text and budget (慈善法 arts. 24 and 26), the papers that
//! go with it, and the versions in which all of it is kept.

use db::{Fault, Row};
use serde::{Deserialize, Serialize};

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::{Draft, read_word};

/// Whether the ordinary clocks run or those of a rescue (慈善法 arts. 72 and 73).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectKind {
    #[default]
    Ordinary,
    /// 紧急救灾: may start at once; its filing follows.
    Emergency,
}

impl ProjectKind {
    pub const ALL: [ProjectKind; 2] = [ProjectKind::Ordinary, ProjectKind::Emergency];

    pub fn word(self) -> &'static str {
        match self {
            ProjectKind::Ordinary => "ordinary",
            ProjectKind::Emergency => "emergency",
        }
    }

    pub fn from_word(word: &str) -> Option<ProjectKind> {
        ProjectKind::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            ProjectKind::Ordinary => "project-kind-ordinary",
            ProjectKind::Emergency => "project-kind-emergency",
        }
    }
}

/// Whether the operator has stopped a project, whatever its state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    None,
    /// Takes no gifts and pays nothing out until it is resumed.
    Suspended,
    /// For good, and listed no more; its page stays with the reason.
    TakenDown,
}

impl Hold {
    pub fn word(self) -> &'static str {
        match self {
            Hold::None => "none",
            Hold::Suspended => "suspended",
            Hold::TakenDown => "taken_down",
        }
    }

    pub fn from_word(word: &str) -> Option<Hold> {
        [Hold::None, Hold::Suspended, Hold::TakenDown].into_iter().find(|h| h.word() == word)
    }
}

/// What a budget line is for. Management and fundraising cost are planned, shown and compared with what was spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    #[default]
    Programme,
    /// 管理费用
    Management,
    /// 募捐成本
    Fundraising,
}

impl LineKind {
    pub const ALL: [LineKind; 3] = [LineKind::Programme, LineKind::Management, LineKind::Fundraising];

    pub fn word(self) -> &'static str {
        match self {
            LineKind::Programme => "programme",
            LineKind::Management => "management",
            LineKind::Fundraising => "fundraising",
        }
    }

    pub fn from_word(word: &str) -> Option<LineKind> {
        LineKind::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            LineKind::Programme => "project-cost-programme",
            LineKind::Management => "project-cost-management",
            LineKind::Fundraising => "project-cost-fundraising",
        }
    }
}

/// 执行节点: what is to be reached by which day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub day: Day,
    pub what: String,
}

/// The plan as it is typed; everything may still be empty in a draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub kind: ProjectKind,
    /// A code of `data/projects/categories.json`.
    pub category: String,
    pub purpose: String,
    pub responsible: String,
    pub office: String,
    pub gift_ways: String,
    pub bank_account: String,
    pub selection: String,
    pub beneficiaries: i64,
    pub use_of_money: String,
    pub leftovers: String,
    pub partners: String,
    pub indicators: String,
    /// Counties where the work is done, beside the project's own, as they are named.
    pub sites: Vec<String>,
    pub nodes: Vec<Node>,
    pub emergency_proof: String,
    /// The day on which the plan was filed; 0 while it is not.
    pub filed_day: Day,
    /// The recipient declares that no interested party of a donor or of itself is a beneficiary, and that nothing is
    /// promoted that may not be (慈善法 art. 40).
    pub declared: bool,
}

/// One text of the plan: how it is asked for, how long it may be, and where it stands.
pub struct PlanText {
    pub name: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// What is said when it is empty at submission; `None`: it may stay empty.
    pub missing: Option<&'static str>,
    pub most: usize,
    pub rows: u32,
    pub of: fn(&Plan) -> &String,
    pub of_mut: fn(&mut Plan) -> &mut String,
}

/// The texts of the plan in the order of the form.
pub const PLAN_TEXTS: [PlanText; 11] = [
    PlanText {
        name: "purpose",
        label: "project-plan-purpose",
        help: "project-plan-purpose-help",
        missing: Some("refusal-project-plan-purpose"),
        most: 300,
        rows: 3,
        of: |p| &p.purpose,
        of_mut: |p| &mut p.purpose,
    },
    PlanText {
        name: "selection",
        label: "project-plan-selection",
        help: "project-plan-selection-help",
        missing: Some("refusal-project-plan-selection"),
        most: 500,
        rows: 3,
        of: |p| &p.selection,
        of_mut: |p| &mut p.selection,
    },
    PlanText {
        name: "use_of_money",
        label: "project-plan-use",
        help: "project-plan-use-help",
        missing: Some("refusal-project-plan-use"),
        most: 500,
        rows: 3,
        of: |p| &p.use_of_money,
        of_mut: |p| &mut p.use_of_money,
    },
    PlanText {
        name: "indicators",
        label: "project-plan-indicators",
        help: "project-plan-indicators-help",
        missing: None,
        most: 500,
        rows: 3,
        of: |p| &p.indicators,
        of_mut: |p| &mut p.indicators,
    },
    PlanText {
        name: "leftovers",
        label: "project-plan-leftovers",
        help: "project-plan-leftovers-help",
        missing: Some("refusal-project-plan-leftovers"),
        most: 500,
        rows: 3,
        of: |p| &p.leftovers,
        of_mut: |p| &mut p.leftovers,
    },
    PlanText {
        name: "responsible",
        label: "project-plan-responsible",
        help: "project-plan-responsible-help",
        missing: Some("refusal-project-plan-responsible"),
        most: 40,
        rows: 1,
        of: |p| &p.responsible,
        of_mut: |p| &mut p.responsible,
    },
    PlanText {
        name: "office",
        label: "project-plan-office",
        help: "project-plan-office-help",
        missing: Some("refusal-project-plan-office"),
        most: 120,
        rows: 1,
        of: |p| &p.office,
        of_mut: |p| &mut p.office,
    },
    PlanText {
        name: "gift_ways",
        label: "project-plan-ways",
        help: "project-plan-ways-help",
        missing: Some("refusal-project-plan-ways"),
        most: 200,
        rows: 2,
        of: |p| &p.gift_ways,
        of_mut: |p| &mut p.gift_ways,
    },
    PlanText {
        name: "bank_account",
        label: "project-plan-bank",
        help: "project-plan-bank-help",
        missing: Some("refusal-project-plan-bank"),
        most: 160,
        rows: 2,
        of: |p| &p.bank_account,
        of_mut: |p| &mut p.bank_account,
    },
    PlanText {
        name: "partners",
        label: "project-plan-partners",
        help: "project-plan-partners-help",
        missing: None,
        most: 500,
        rows: 3,
        of: |p| &p.partners,
        of_mut: |p| &mut p.partners,
    },
    PlanText {
        name: "emergency_proof",
        label: "project-plan-proof",
        help: "project-plan-proof-help",
        missing: None,
        most: 300,
        rows: 2,
        of: |p| &p.emergency_proof,
        of_mut: |p| &mut p.emergency_proof,
    },
];

/// What a paper is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    Plan,
    /// 承诺书
    Commitment,
    /// 内部决策文件
    Decision,
    /// Approval of an outside authority.
    Approval,
    /// 备案回执
    FilingReceipt,
    EmergencyProof,
    Photo,
}

impl PaperKind {
    pub const ALL: [PaperKind; 7] = [
        PaperKind::Plan,
        PaperKind::Commitment,
        PaperKind::Decision,
        PaperKind::Approval,
        PaperKind::FilingReceipt,
        PaperKind::EmergencyProof,
        PaperKind::Photo,
    ];

    pub fn word(self) -> &'static str {
        match self {
            PaperKind::Plan => "plan",
            PaperKind::Commitment => "commitment",
            PaperKind::Decision => "decision",
            PaperKind::Approval => "approval",
            PaperKind::FilingReceipt => "filing_receipt",
            PaperKind::EmergencyProof => "emergency_proof",
            PaperKind::Photo => "photo",
        }
    }

    pub fn from_word(word: &str) -> Option<PaperKind> {
        PaperKind::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            PaperKind::Plan => "project-paper-plan",
            PaperKind::Commitment => "project-paper-commitment",
            PaperKind::Decision => "project-paper-decision",
            PaperKind::Approval => "project-paper-approval",
            PaperKind::FilingReceipt => "project-paper-filing-receipt",
            PaperKind::EmergencyProof => "project-paper-emergency-proof",
            PaperKind::Photo => "project-paper-photo",
        }
    }

    /// Everyone sees it once the project is public. The others carry signatures and minutes, which concern the reviewer.
    pub fn is_public(self) -> bool {
        matches!(self, PaperKind::Plan | PaperKind::FilingReceipt | PaperKind::EmergencyProof | PaperKind::Photo)
    }
}

/// A paper of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    pub id: Id,
    pub kind: PaperKind,
    pub file_id: Id,
    pub added_at: Micros,
    pub sha256: String,
}

impl Paper {
    pub fn from_row(row: &Row) -> Result<Paper, Fault> {
        Ok(Paper {
            id: row.int("id")?,
            kind: read_word(row, "kind", PaperKind::from_word)?,
            file_id: row.int("file_id")?,
            added_at: row.int("added_at")?,
            sha256: crate::kernel::hex(&row.blob("sha256")?),
        })
    }
}

/// A paper as a version names it: what it is, and the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPaper {
    pub kind: PaperKind,
    pub sha256: String,
}

/// Everything that is judged, as it stood when it was submitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub draft: Draft,
    pub plan: Plan,
    pub papers: Vec<NamedPaper>,
}

/// A kept version.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub number: i64,
    pub snapshot: Snapshot,
    pub sha256: String,
    pub made_at: Micros,
    pub reviewed_at: Option<Micros>,
    pub public_since: Option<Micros>,
}

impl Version {
    pub fn from_row(row: &Row) -> Result<Version, Fault> {
        let body = row.text("body")?;
        Ok(Version {
            number: row.int("number")?,
            snapshot: serde_json::from_str(&body)
                .map_err(|error| Fault::inconsistent(format!("a version of a project cannot be read: {error}")))?,
            sha256: row.text("sha256")?,
            made_at: row.int("made_at")?,
            reviewed_at: row.opt_int("reviewed_at")?,
            public_since: row.opt_int("public_since")?,
        })
    }
}

/// Why a kind of cost takes a larger share than was planned; published, and never changed.
#[derive(Clone, Debug, PartialEq)]
pub struct CostNote {
    pub words: String,
    pub at: Micros,
}

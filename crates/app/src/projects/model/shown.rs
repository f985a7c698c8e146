//! What others are told of a project: donors before they pay and after, readers of lists, and the reports that are due.

use serde::Serialize;

use crate::kernel::civil::Day;
use crate::kernel::{Id, Micros};

use super::{Field, State};

/// A report that the law asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// 项目进展, at least every three months.
    Progress,
    /// 财务披露, at least every three months once it takes longer than six.
    Disclosure,
    /// The whole of the fundraising, within three months of its end.
    FundraisingReport,
    /// The whole of the project, within three months of its close.
    FinalReport,
    /// 募得款物接收情况, at least every five days while money is raised for a major emergency.
    Receipts,
    /// 剩余财产处理情况, within three months of its close.
    Leftovers,
}

impl Report {
    pub const ALL: [Report; 6] =
        [Report::Progress, Report::Disclosure, Report::FundraisingReport, Report::FinalReport, Report::Receipts, Report::Leftovers];

    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Report::Progress => "project-report-progress",
            Report::Disclosure => "project-report-disclosure",
            Report::FundraisingReport => "project-report-fundraising",
            Report::FinalReport => "project-report-final",
            Report::Receipts => "project-report-receipts",
            Report::Leftovers => "project-report-leftovers",
        }
    }
}

/// Later than any day: no report is due.
pub const NEVER: Day = 4_000_000;

/// A report and the last day on which it is in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    pub what: Report,
    pub due_day: Day,
}

/// What giving needs to know of a project that takes gifts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepting {
    pub project_id: Id,
    pub recipient_id: Id,
    /// The recipient's own merchant number: where the money lands.
    pub mchid: String,
    pub title: String,
    pub english_title: String,
    pub recipient_name: String,
}

/// What a donor is shown before paying (冷静器): plain facts with their instants. How old they are is worked out when
/// they are shown. The order of the fields is the order of the stored snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalmerFacts {
    pub project_id: String,
    pub title: String,
    pub english_title: String,
    pub state: &'static str,
    pub filing_number: String,
    /// 立项时间
    pub filed_at: Micros,
    pub published_at: Option<Micros>,
    pub fundraising_ended_at: Option<Micros>,
    pub executing_at: Option<Micros>,
    pub closed_at: Option<Micros>,
    /// 项目进展
    pub progress_count: i64,
    pub last_progress: Option<LastProgress>,
    /// 财务披露
    pub disclosure_count: i64,
    pub last_disclosure: Option<LastDisclosure>,
    /// 善款花费
    pub goal_fen: i64,
    pub gifts: i64,
    pub raised_fen: i64,
    pub paid_out_fen: i64,
    pub spent_fen: i64,
    pub lines: Vec<CalmerLine>,
    pub overdue: Vec<Due>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastProgress {
    pub id: String,
    pub title: String,
    pub at: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastDisclosure {
    pub id: String,
    pub from_day: Day,
    pub until_day: Day,
    pub closing_fen: i64,
    pub published_at: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalmerLine {
    pub item: String,
    pub english_item: String,
    pub planned_fen: i64,
    pub spent_fen: i64,
}

/// What a stranger may search by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// In the title, the summary or the names of the region; empty: anything.
    pub q: String,
    pub field: Option<Field>,
    /// A province, prefecture or county code; empty: anywhere.
    pub area: String,
    pub state: Option<State>,
    /// In any of the three roles.
    pub organisation: Option<Id>,
    /// Only the first column 「脱贫攻坚,迈向美好生活」.
    pub curated: bool,
    pub sort: Sort,
    pub limit: i64,
    pub offset: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Newest,
    MostGifts,
    /// The projects whose next report is due latest come first.
    LeastOverdue,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Newest, Sort::MostGifts, Sort::LeastOverdue];

    pub fn word(self) -> &'static str {
        match self {
            Sort::Newest => "newest",
            Sort::MostGifts => "gifts",
            Sort::LeastOverdue => "in_time",
        }
    }

    pub fn from_word(word: &str) -> Option<Sort> {
        Sort::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// Everything a card in a list shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectCardData {
    pub id: Id,
    pub title: String,
    pub english_title: String,
    pub summary: String,
    pub english_summary: String,
    pub field: Field,
    pub state: State,
    /// Province, prefecture and county, in Chinese and in English.
    pub place: String,
    pub english_place: String,
    pub launcher_name: String,
    pub launcher_english_name: String,
    pub recipient_name: String,
    pub recipient_english_name: String,
    pub implementer_name: String,
    pub implementer_english_name: String,
    pub goal_fen: i64,
    pub gifts: i64,
    pub raised_fen: i64,
    pub published_at: Micros,
    pub last_progress_at: Option<Micros>,
    pub due_day: Day,
}

/// Where an interval of a project's fen is now.
/// `in_account_fen + with_implementer_fen + spent_fen + refunded_fen + redirected_fen = amount_fen`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub amount_fen: i64,
    /// Still in the project's account.
    pub in_account_fen: i64,
    /// Paid out and not accounted for yet.
    pub with_implementer_fen: i64,
    pub spent_fen: i64,
    /// Given back, or taken out of the books again.
    pub refunded_fen: i64,
    /// Left over and used for other projects.
    pub redirected_fen: i64,
    /// Of what left the account, that much stands in place of gifts that were given back after their money had gone.
    pub in_place_fen: i64,
    pub refunds: Vec<RefundPart>,
    pub redirects: Vec<RedirectPart>,
    /// The payouts that carry it, in order. Together with `unlisted_paid_fen` they make what is with the implementer or spent.
    pub payouts: Vec<PayoutPart>,
    /// The expenses it became, in order. Together with `unlisted_spent_fen` they make `spent_fen`.
    pub expenses: Vec<ExpensePart>,
    /// What further payouts and expenses carry when there are more than are listed one by one; nearly always 0.
    pub unlisted_paid_fen: i64,
    pub unlisted_spent_fen: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPart {
    pub refund_id: Id,
    pub amount_fen: i64,
    pub at: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectPart {
    pub redirect_id: Id,
    /// The project it went to.
    pub project_id: Id,
    pub title: String,
    pub english_title: String,
    pub amount_fen: i64,
    pub at: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutPart {
    pub payout_id: Id,
    pub amount_fen: i64,
    pub paid_at: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpensePart {
    pub expense_id: Id,
    pub item: String,
    pub english_item: String,
    pub description: String,
    pub spent_day: Day,
    pub amount_fen: i64,
}

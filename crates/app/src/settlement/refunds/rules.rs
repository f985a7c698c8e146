//! What follows from what the channel says about a refund.

use wechat::RefundStatus;

/// Where a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundState {
    /// To be sent, or sent without an answer we could read: the identical request goes out again.
    Waiting,
    /// The channel has it and has not said how it ended.
    Asked,
    /// Given back, and posted.
    Done,
    /// It will not be given back under this number.
    Closed,
    /// The donor's account could not take it; it is finished by hand on the merchant platform, under the same number.
    Abnormal,
    /// Given back without our having asked, or after we had stopped; not posted yet.
    Found,
}

impl RefundState {
    pub const ALL: [RefundState; 6] =
        [RefundState::Waiting, RefundState::Asked, RefundState::Done, RefundState::Closed, RefundState::Abnormal, RefundState::Found];

    pub fn word(self) -> &'static str {
        match self {
            RefundState::Waiting => "waiting",
            RefundState::Asked => "asked",
            RefundState::Done => "done",
            RefundState::Closed => "closed",
            RefundState::Abnormal => "abnormal",
            RefundState::Found => "found",
        }
    }

    pub fn from_word(word: &str) -> Option<RefundState> {
        RefundState::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// The state that follows, if it is another one. What is done stays done, in whatever order the news come in. A status we do not
/// know leaves it open: neither success nor failure.
pub fn after(state: RefundState, said: &RefundStatus) -> Option<RefundState> {
    use RefundState::*;
    match (state, said) {
        (Waiting | Asked | Abnormal, RefundStatus::Success) => Some(Done),
        (Waiting | Asked | Abnormal, RefundStatus::Closed) => Some(Closed),
        (Waiting | Asked, RefundStatus::Abnormal) => Some(Abnormal),
        (Waiting | Abnormal, RefundStatus::Processing) => Some(Asked),
        (Waiting, RefundStatus::Unknown(_)) => Some(Asked),
        // What was set aside for it is free again, so a person has to see to it.
        (Closed, RefundStatus::Success) => Some(Found),
        _ => None,
    }
}

/// Refusals that pass by themselves, or when the charity has put money on its account: the same request is sent again later.
pub fn may_pass(code: &str) -> bool {
    matches!(code, "NOT_ENOUGH" | "FREQUENCY_LIMITED" | "BIZERR_NEED_RETRY" | "SIGN_ERROR" | "NO_AUTH" | "ACCOUNT_ERROR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_in_any_order_end_in_one_state() {
        use RefundState::*;
        use RefundStatus as Says;
        let strange = || Says::Unknown("REFUNDNOTSURE".into());
        for (state, said, next) in [
            (Waiting, Says::Processing, Some(Asked)),
            (Waiting, Says::Success, Some(Done)),
            (Waiting, Says::Closed, Some(Closed)),
            (Waiting, strange(), Some(Asked)),
            (Asked, strange(), None),
            (Asked, Says::Processing, None),
            (Asked, Says::Success, Some(Done)),
            (Asked, Says::Abnormal, Some(Abnormal)),
            (Abnormal, Says::Success, Some(Done)),
            (Abnormal, Says::Processing, Some(Asked)),
            (Abnormal, Says::Abnormal, None),
            (Done, Says::Closed, None),
            (Done, Says::Abnormal, None),
            (Done, Says::Processing, None),
            (Closed, Says::Processing, None),
            (Closed, Says::Success, Some(Found)),
            (Found, Says::Success, None),
        ] {
            assert_eq!(after(state, &said), next, "{state:?} {said:?}");
        }
    }

    #[test]
    fn an_empty_account_is_no_end() {
        for (code, passes) in [("NOT_ENOUGH", true), ("INVALID_REQUEST", false), ("RESOURCE_NOT_EXISTS", false), ("PARAM_ERROR", false)] {
            assert_eq!(may_pass(code), passes, "{code}");
        }
    }
}

//! What must happen next with what a project has left, and until when (慈善法 art. 58; 令81号: handled and told within three
//! months after the end).

use crate::kernel::civil::Day;

use super::super::model::{RedirectState, State};

/// What is known of what is left.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    pub state: State,
    pub in_account_fen: i64,
    pub with_implementer_fen: i64,
    /// By when it must be told what becomes of it; nothing when it was, or need not be.
    pub tell_by_day: Option<Day>,
    /// The redirection that is on its way, with the day on which it is posted.
    pub redirect: Option<(RedirectState, Day)>,
}

/// The next step, for the sentence at the top of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextForLeftovers {
    /// Fundraising goes on: what is in the account is not left over.
    Wait,
    /// What the implementer has must be accounted for or come back before the project closes.
    Settle,
    /// The second person says yes or no.
    Decide,
    /// Donors are being told; it is posted on this day.
    Told(Day),
    /// Say what becomes of it, until this day.
    Tell(Day),
    /// It was told; it goes to another project, or goes on waiting for one.
    Redirect,
    Nothing,
}

pub fn next_for_leftovers(left: &Left) -> NextForLeftovers {
    match (left.state, left.redirect) {
        (_, Some((RedirectState::Requested, _))) => NextForLeftovers::Decide,
        (_, Some((RedirectState::Announced, day))) => NextForLeftovers::Told(day),
        (State::FundraisingEnded | State::Executing | State::Closed, _) => match left.tell_by_day {
            Some(day) => NextForLeftovers::Tell(day),
            None if left.with_implementer_fen > 0 => NextForLeftovers::Settle,
            None if left.in_account_fen > 0 => NextForLeftovers::Redirect,
            None => NextForLeftovers::Nothing,
        },
        _ => NextForLeftovers::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_next_for_what_is_left() {
        use NextForLeftovers::*;
        let requested = Some((RedirectState::Requested, 0));
        let announced = Some((RedirectState::Announced, 20_700));
        let refused = Some((RedirectState::Refused, 0));
        // state, in the account, with the implementer, tell by, redirection → what is next
        for (state, account, implementer, tell, redirect, next) in [
            (State::Published, 900, 0, None, None, Wait),
            (State::FundraisingEnded, 900, 0, None, None, Redirect),
            (State::Executing, 900, 50, None, None, Settle),
            (State::Executing, 0, 0, None, None, Nothing),
            (State::Closed, 900, 0, Some(20_600), None, Tell(20_600)),
            (State::Closed, 900, 0, Some(20_600), refused, Tell(20_600)),
            (State::Closed, 900, 0, Some(20_600), requested, Decide),
            (State::Closed, 900, 0, Some(20_600), announced, Told(20_700)),
            (State::Closed, 900, 0, None, None, Redirect),
            (State::Closed, 0, 0, None, None, Nothing),
        ] {
            let left = Left { state, in_account_fen: account, with_implementer_fen: implementer, tell_by_day: tell, redirect };
            assert_eq!(next_for_leftovers(&left), next, "{left:?}");
        }
    }
}

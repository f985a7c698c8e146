//! What follows by itself: warnings before a certificate ends, and forgetting telephones of invitations that are over.

use crate::jobs::Chore;
use crate::kernel::HOUR_US;

use super::{invitations, renewals};

pub fn chores() -> Vec<Chore> {
    vec![
        Chore { name: "warn of certificates that end", every: HOUR_US, run: renewals::warn },
        Chore { name: "forget invitations that are over", every: HOUR_US, run: invitations::forget },
    ]
}

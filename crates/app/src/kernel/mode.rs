//! What the law lets a deployment do. Whoever runs it says once which of four things it is; this table says what each may
//! do, and everything that acts asks it. Sources: 慈善法 (2023-12-29, in force 2024-09-05) art. 26, 27, 122; 慈善组织公开募捐管理办法
//! (令74号, 2024-09-05); 公开募捐平台服务管理办法 (2026), known to us by its summary only.

use super::Refusal;

/// What this deployment is; it is printed on every page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// No real money.
    Demo,
    /// A charity's own site beside a designated platform (慈善法 art. 27).
    OwnSite,
    /// A platform designated by the Ministry of Civil Affairs.
    Designated,
    /// Mutual help inside a village or unit (慈善法 art. 122), or directed fundraising.
    Closed,
}

impl Mode {
    pub const ALL: [Mode; 4] = [Mode::Demo, Mode::OwnSite, Mode::Designated, Mode::Closed];

    pub fn word(self) -> &'static str {
        match self {
            Mode::Demo => "demo",
            Mode::OwnSite => "own_site",
            Mode::Designated => "designated",
            Mode::Closed => "closed",
        }
    }

    pub fn from_word(word: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|m| m.word() == word)
    }
}

/// Something a deployment may or may not do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ability {
    /// A payment channel that moves money.
    RealMoney,
    /// Everyone may look and give: 公开募捐.
    OpenToEveryone,
    /// Search engines may list its pages, and people may pass them on.
    Spread,
    /// Projects of more than one recipient charity.
    SeveralRecipients,
    /// A project may be published without naming the designated platform on which the same campaign runs.
    WithoutDesignatedPlatform,
    /// A fee or a share of the gifts for the platform.
    Fees,
    /// Commercial advertising.
    Advertising,
    /// A better place in a list for money.
    PaidRanking,
}

impl Ability {
    pub const ALL: [Ability; 8] = [
        Ability::RealMoney,
        Ability::OpenToEveryone,
        Ability::Spread,
        Ability::SeveralRecipients,
        Ability::WithoutDesignatedPlatform,
        Ability::Fees,
        Ability::Advertising,
        Ability::PaidRanking,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Ability::RealMoney => "real-money",
            Ability::OpenToEveryone => "open-to-everyone",
            Ability::Spread => "spread",
            Ability::SeveralRecipients => "several-recipients",
            Ability::WithoutDesignatedPlatform => "without-designated-platform",
            Ability::Fees => "fees",
            Ability::Advertising => "advertising",
            Ability::PaidRanking => "paid-ranking",
        }
    }
}

/// Whether a deployment of this mode may do it; otherwise the sentence that says why not.
pub fn allows(mode: Mode, ability: Ability) -> Result<(), Refusal> {
    let key = match (mode, ability) {
        (Mode::Demo, Ability::RealMoney) => "refusal-mode-demo-money",
        (Mode::OwnSite, Ability::SeveralRecipients) => "refusal-mode-own-site-recipient",
        (Mode::OwnSite, Ability::WithoutDesignatedPlatform) => "refusal-mode-own-site-platform",
        (Mode::Closed, Ability::OpenToEveryone) => "refusal-mode-closed-members",
        (Mode::Closed, Ability::Spread) => "refusal-mode-closed-spread",
        // 慈善法 art. 27 and R21: uniform publishing, no fees, nothing for sale. In every mode, also where nobody asks.
        (_, Ability::Fees) => "refusal-mode-fees",
        (_, Ability::Advertising) => "refusal-mode-advertising",
        (_, Ability::PaidRanking) => "refusal-mode-paid-ranking",
        _ => return Ok(()),
    };
    Err(Refusal::new(403, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_mode_may_do() {
        use Ability::*;
        let forbidden = |mode| Ability::ALL.into_iter().filter(|a| allows(mode, *a).is_err()).collect::<Vec<_>>();
        assert_eq!(forbidden(Mode::Demo), [RealMoney, Fees, Advertising, PaidRanking]);
        assert_eq!(forbidden(Mode::OwnSite), [SeveralRecipients, WithoutDesignatedPlatform, Fees, Advertising, PaidRanking]);
        assert_eq!(forbidden(Mode::Designated), [Fees, Advertising, PaidRanking]);
        assert_eq!(forbidden(Mode::Closed), [OpenToEveryone, Spread, Fees, Advertising, PaidRanking]);
    }
}

//! The product through its front door, on both engines.
//!
//! | file | asks |
//! |---|---|
//! | `world.rs` | does the world of the tests itself keep its promises? |
//! | `coverage.rs` | what nobody may forget: statements, migrations |
//! | `rights.rs` | who is admitted where, and are forms from other sites refused? |
//! | `browse.rs` | is every page whole, for everyone, in both languages? |
//! | `desks.rs` | files, the audit trail, claims |
//! | `organisations.rs` | do papers, seats and merchant numbers hold when they should, and only then? |
//! | `organisations_papers.rs` | particulars, scans and renewals, warnings, the check before publication |
//! | `organisations_partners.rs` | evaluation, agreement, published result |
//! | `organisations_reports.rs` | yearly reports, major matters, corrections, management cost |
//! | `organisations_admission.rs` | how an organisation comes in |
//! | `organisations_seats.rs` | invitations, handing over, a lost authenticator |
//! | `projects.rs` | does a project live its life, and does its money go where it may, and only there? |
//! | `disclosure.rs` | is what is late seen by everyone, and does what was told stay told? |
//! | `finance.rs` | does a disclosure hold everything it must, and does a spreadsheet come in whole or not at all? |
//! | `people.rs` | who comes in, and who does not? |
//! | `people_passkeys.rs` | who comes in with a key, and can it be forged? |
//! | `people_wechat.rs` | who comes in by WeChat, and does a code reach its phone? |
//! | `privacy.rs` | what was agreed to, what is held, what is left of somebody who has left? |
//! | `giving.rs` | does a gift go its way, as donors walk it? |
//! | `giving_orders.rs` | what if the channel is slow, silent or full? |
//! | `papers.rs` | is a receipt issued once, for what was received, without a gap? |
//! | `papers_service.rs` | what if the finance service is slow, silent or refuses? is a year told on one statement? |
//! | `races.rs` | many hands at once, forged and repeated confirmations: is one gift one gift? |
//! | `refunds.rs` | does money go back when it should, once, and with everyone's word? |
//! | `settlement.rs` | does the bill agree, who decides what does not fit, and does the check see damage? |
//! | `stream.rs` | where are the fen when money comes back, is given back or goes elsewhere? |
//! | `reversals.rs` | does what comes back or was wrong pass through two people, and is it seen? |
//! | `offline.rs` | do gifts outside the channel come in by two hands, once, and find their donor? |
//! | `simulate.rs` | random worlds against a model that knows only the promises |
//! | `modes.rs` | what may each legal mode do, and what is refused? |
//! | `operations.rs` | what waits, who has it, and what was done about it? |
//! | `browser.rs` | in a real Chromium: does it fit a phone, is the console silent, does it work without script? |
//! | `browser_desks.rs` | a gift by bank, a receipt that is reversed, a complaint, leftovers, a change: clicked by each side |
//! | `browser_log.rs` | a donor's proof in a real Chromium, verified by the page that needs no network |
//! | `browser_year.rs` | the decisive pages of a year, clicked in a real Chromium on a phone |
//! | `transparency.rs` | complaints and donors’ questions: is everyone answered, in time and by the right person? |
//! | `year.rs` | one project from 立项 to 结项: is every clock kept, and every fen there? |
//! | `year_missed.rs` | the same project when nobody keeps a clock: what does everyone see? |
//! | `public_log.rs` | is the public log right, can it be forked, and can a stranger prove a gift with it? |
//! | `tidy.rs` | is it written as the house writes: directions, words, messages, documents? |

mod appeals;
mod browse;
mod browser;
mod browser_desks;
mod browser_log;
mod browser_year;
mod cast;
mod claims;
mod coverage;
mod desks;
mod disclosure;
mod finance;
mod giving;
mod giving_orders;
mod giving_project;
mod held;
mod modes;
mod offline;
mod offline_papers;
mod operations;
mod organisations;
mod organisations_admission;
mod organisations_papers;
mod organisations_partners;
mod organisations_reports;
mod organisations_seats;
mod papers;
mod papers_service;
mod people;
mod people_passkeys;
mod people_wechat;
mod privacy;
mod projects;
mod projects_closing;
mod projects_decisions;
mod projects_plan;
mod public_log;
mod public_log_sizes;
mod races;
mod refunds;
mod refunds_receipts;
mod reversals;
mod rights;
mod routes;
mod settlement;
mod simulate;
mod sources;
mod stream;
mod tidy;
mod transparency;
mod world;
mod year;
mod year_missed;

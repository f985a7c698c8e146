//! The gateway from outside, over real HTTP, with the `wechat` crate as its client.

mod cashier;
mod delivery;
mod faults;
mod orders;
mod refunds_and_bills;
mod restart;
mod world;

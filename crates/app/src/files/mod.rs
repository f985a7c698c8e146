//! Papers and pictures that people upload. What comes in is looked at, not believed: pictures are decoded and written anew,
//! which leaves place and camera behind; a PDF that could act by itself is refused.
//!
//! * `look` – what the bytes are, and what is kept of them.
//! * `store` – rows and bodies; a file belongs to an organisation's desk or to a person, and is everyone's once it is public.
//! * `pages` – `/files/{id}`, and the list of attachments that other slices show.
//!
//! Another slice calls `Prepared::from_upload` before its transaction and `keep` in it, stores the id, and calls `publish`
//! when the thing it belongs to becomes public. Bodies stand in the database (`docs/decisions/0008-attachments-in-the-database.md`).

mod look;
mod pages;
mod personal;
mod store;

pub use look::{Kind, Prepared};
pub use pages::{attachments, routes};
pub use personal::personal;
pub use store::{File, body, find, hand_over, keep, list, publish};

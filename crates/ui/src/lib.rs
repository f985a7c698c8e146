//! The visual language of the product: every page is put together from these components.
//!
//! Nothing here knows what a gift or a village is in the books; components take words that are already
//! translated and amounts that are already written out, and give back markup. This is the only place
//! with raw HTML. Why it looks as it does: `docs/decisions/0003-visual-language.md`. See everything at once:
//! `cargo run -p ui --example gallery -- DIRECTORY`.
//!
//! Two rules hold everywhere, because the content security policy enforces the first and people the second:
//! no `style` attribute (shares are drawn as SVG widths), and no meaning by colour alone (a word goes with it).
#![forbid(unsafe_code)]

pub mod assets;
mod certificate;
mod chart;
mod flow;
mod form;
mod give;
mod layout;
mod list;
mod mark;
mod money;
mod page;
mod paper;
mod passkey;
mod people;
mod project;
mod table;
mod words;

pub use assets::{PASSKEY_PATH, PASSKEY_SCRIPT, PAY_PATH, PAY_SCRIPT, SCRIPT, SCRIPT_PATH, STYLE, STYLE_PATH, VERIFY, verify_page};
pub use certificate::{CERTIFICATE_HEIGHT_PX, CERTIFICATE_WIDTH_PX, Certificate, certificate_svg};
pub use chart::{Bar, Chart, Point, bar_chart, column_chart, line_chart};
pub use flow::{Flow, FlowPart, FlowStop, State, TimelineStep, WaitingRoom, flow, steps, timeline, waiting_room};
pub use form::{
    Amount, ButtonKind, Check, Chip, Choice, FieldError, FileInput, FilterGroup, Form, Input, InputKind, Method, Radios, SearchBox, Select,
    TextArea, amount_field, button, checkbox, choice_check, error_summary, fieldset, file_field, form, input_field, link_button,
    radio_field, search_box, select_field, submit_row, textarea_field,
};
pub use give::{Fact, JsapiButton, Proof, Receipt, ReceiptLine, facts, jsapi_button, proof, qr_holder, receipt};
pub use layout::{
    Hero, Pagination, Tone, Width, action_bar, as_of, badge, breadcrumbs, card, columns, copyable, empty_state, figure, fold, grid,
    heading, hero, notice, pagination, prose, refreshing, section, tabs, verbatim, water_line,
};
pub use list::{LinkRow, QueueRow, RankRow, Term, definition_list, link_list, link_list_with, queue_list, ranking, room_list};
pub use mark::{Icon, ProjectField, brand_mark, cover, icon, pictogram};
pub use money::{MoneyFigure, Progress, Stat, money_figure, progress_bar, stat_row};
pub use page::{FooterColumn, NavItem, Page, PageWords, Size, Theme};
pub use paper::{Drawing, PAPER_DPI, PAPER_WIDTH_PX, Pair, PaperReceipt, PaperStatement, paper_receipt, paper_statement};
pub use passkey::{PasskeyForm, passkey_form};
pub use people::{Person, Picture, Post, avatar, person, pictures, post};
pub use project::{FieldLink, OrganisationRole, ProjectCard, field_tiles, project_banner, project_card};
pub use table::{Align, Cell, Column, Sort, Table, table};
pub use words::{Link, Text, text};

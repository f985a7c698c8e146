//! What we draw ourselves: the brand mark, the small icons, the pictograms of the five fields and the
//! covers of projects. Colours come from the style sheet through classes, so dark mode needs no second drawing.
use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

/// The five fields a project can belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProjectField {
    /// 助困
    #[default]
    Relief,
    /// 教育
    Education,
    /// 健康
    Health,
    /// 特殊需要关怀
    SpecialCare,
    /// 生态
    Ecology,
}

impl ProjectField {
    /// Every field, in the order in which the platform lists them.
    pub const ALL: [ProjectField; 5] =
        [ProjectField::Relief, ProjectField::Education, ProjectField::Health, ProjectField::SpecialCare, ProjectField::Ecology];

    /// The class that gives an element this field's two colours (`--f` and `--f-soft`).
    pub fn class(self) -> &'static str {
        match self {
            ProjectField::Relief => "f-relief",
            ProjectField::Education => "f-education",
            ProjectField::Health => "f-health",
            ProjectField::SpecialCare => "f-care",
            ProjectField::Ecology => "f-ecology",
        }
    }

    /// Strokes on a 48 × 48 grid.
    fn strokes(self) -> &'static str {
        match self {
            // A bowl of rice, still warm.
            ProjectField::Relief => "M7 24h34c0 8-5 14-11 16H18C12 38 7 32 7 24ZM16 18c-2-3 2-5 0-9M24 18c-2-3 2-5 0-9M32 18c-2-3 2-5 0-9",
            // An open book.
            ProjectField::Education => "M24 14c-4-3-10-4-17-3v25c7-1 13 0 17 3 4-3 10-4 17-3V11c-7-1-13 0-17 3ZM24 14v25",
            // A heart that is looked after.
            ProjectField::Health => {
                "M24 41C11 32 6 25 6 18c0-6 4-9.500 8.500-9.500 4 0 7.500 2.500 9.500 6.500 2-4 5.500-6.500 9.500-6.500C38 8.500 42 12 42 18c0 7-5 14-18 23ZM24 18v12M18 24h12"
            }
            // A tall one and a small one, close together.
            ProjectField::SpecialCare => {
                "M23 13a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0ZM7 40c0-10 4-16 10.500-16 4 0 7 2 8.500 6M38 23a4.500 4.500 0 1 1-9 0 4.500 4.500 0 0 1 9 0ZM24.500 40c0-6 3.500-9.500 9-9.500s8.500 3.500 8.500 9.500ZM7 40h17.500"
            }
            // A seedling.
            ProjectField::Ecology => "M24 41V22M24 29c0-8-6-12-15-12 0 8 6 12 15 12ZM24 23c0-8 5-13 15-13 0 9-6 13-15 13ZM11 41h26",
        }
    }
}

/// The pictogram of a field, in the colour of the text around it. Use it beside the field's name, never alone.
pub fn pictogram(field: ProjectField) -> Markup {
    html! {
        svg.picto viewBox="0 0 48 48" aria-hidden="true" focusable="false" { path d=(field.strokes()) {} }
    }
}

/// The brand mark: the character 汇 with its three dots as drops, the last of them yours, and its open box as a vessel
/// whose floor is the sea. Use it in the header, on certificates and posters; say the name beside it.
pub fn brand_mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 48 48" aria-hidden="true" focusable="false" {
            (PreEscaped(MARK_SHAPES))
        }
    }
}

/// The shapes of the mark; the certificate gives them colours of its own.
pub(crate) const MARK_SHAPES: &str = concat!(
    r#"<path class="m-sea" d="M9 3.500c2.600 3.200 4 5.300 4 7.300a4 4 0 0 1-8 0c0-2 1.400-4.100 4-7.300Z"></path>"#,
    r#"<path class="m-sea" d="M7.500 18c2.600 3.200 4 5.300 4 7.300a4 4 0 0 1-8 0c0-2 1.400-4.100 4-7.300Z"></path>"#,
    r#"<path class="m-drop" d="M10.500 31.500c3.200 3.900 5 6.500 5 9a5 5 0 0 1-10 0c0-2.500 1.800-5.100 5-9Z"></path>"#,
    r#"<path class="m-line" d="M44 7H21v25.500c3.800 0 5.750 3 9.500 3s5.750-3 9.500-3 4.500 1.200 6 2"></path>"#,
    r#"<path class="m-line m-thin" d="M21 42c3.800 0 5.750 3 9.500 3s5.750-3 9.500-3 4.500 1.200 6 2"></path>"#,
);

/// The small icons. Each has one meaning everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Info,
    Check,
    Warning,
    Danger,
    Search,
    Menu,
    Drop,
    Copy,
    Clock,
    Place,
    People,
    Document,
    Next,
    Shield,
    Phone,
    Heart,
    /// A check without its ring, where a ring is already there.
    Tick,
}

impl Icon {
    /// Strokes on a 24 × 24 grid.
    fn strokes(self) -> &'static str {
        match self {
            Icon::Info => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 11v5.500M12 7.500v.1",
            Icon::Check => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM7.500 12.500l3 3 6-6.500",
            Icon::Tick => "M5 12.500l4.500 4.500L19 7",
            Icon::Warning => "M12 3.500 22 20.500H2ZM12 10v5M12 17.800v.1",
            Icon::Danger => "M8 2.500h8L21.500 8v8L16 21.500H8L2.500 16V8ZM8.500 8.500l7 7M15.500 8.500l-7 7",
            Icon::Search => "M17 10.500a6.500 6.500 0 1 1-13 0 6.500 6.500 0 0 1 13 0ZM15.500 15.500 21 21",
            Icon::Menu => "M3 6h18M3 12h18M3 18h18",
            Icon::Drop => "M12 2.500c4.500 5.500 6.500 9 6.500 12a6.500 6.500 0 0 1-13 0c0-3 2-6.500 6.500-12Z",
            Icon::Copy => "M8.500 8.500h12v12h-12ZM15.500 8.500v-5h-12v12h5",
            Icon::Clock => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 6.500V12l4 2.500",
            Icon::Place => {
                "M12 21.500c5-5.500 7.500-9 7.500-12a7.500 7.500 0 0 0-15 0c0 3 2.500 6.500 7.500 12ZM14.500 9.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0Z"
            }
            Icon::People => {
                "M12.500 7.500a3.500 3.500 0 1 1-7 0 3.500 3.500 0 0 1 7 0ZM2.500 20c0-4.500 2.500-7 6.500-7s6.500 2.500 6.500 7ZM15.500 4.300a3.500 3.500 0 0 1 0 6.400M17.500 13.500c2.600.9 4 3 4 6.500h-2"
            }
            Icon::Document => "M5.500 2.500h9l4 4v15h-13ZM14 2.500V7h4.500M9 12h6M9 16h6",
            Icon::Next => "M9 5l7 7-7 7",
            Icon::Shield => "M12 2.500 20 5.500v6c0 5-3 8.500-8 10-5-1.500-8-5-8-10v-6ZM8 11.500l3 3 5-5.500",
            Icon::Phone => {
                "M5 3.500h4l2 5-2.500 1.500c1 2.500 3 4.500 5.500 5.500l1.500-2.500 5 2v4c0 1-.8 1.500-1.500 1.500C10.500 20.500 3.500 13.500 3.500 5c0-.7.500-1.500 1.500-1.500Z"
            }
            Icon::Heart => {
                "M12 20.500C5.500 16 3 12.500 3 9c0-3 2-5 4.500-5 2 0 3.500 1.200 4.500 3 1-1.800 2.500-3 4.500-3C19 4 21 6 21 9c0 3.500-2.500 7-9 11.500Z"
            }
        }
    }
}

/// A small icon in the colour of the text around it. Decoration only: the words beside it carry the meaning.
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" aria-hidden="true" focusable="false" { path d=(icon.strokes()) {} }
    }
}

/// The cover of a project that has no photograph: its field's own drawing, a little different for every id.
/// Decoration: the title stands beside it.
pub fn cover(field: ProjectField, id: u64) -> Markup {
    let mut lots = Lots(id ^ 0x9e37_79b9_7f4a_7c15);
    let mut d = String::new();
    match field {
        ProjectField::Relief => weave(&mut d, &mut lots),
        ProjectField::Education => pages(&mut d, &mut lots),
        ProjectField::Health => ripples(&mut d, &mut lots),
        ProjectField::SpecialCare => drops(&mut d, &mut lots),
        ProjectField::Ecology => hills(&mut d, &mut lots),
    }
    let tide = lots.between(0, 90);
    html! {
        svg class={ "cover " (field.class()) } viewBox="0 0 640 240" preserveAspectRatio="xMinYMid slice"
            aria-hidden="true" focusable="false" {
            rect.c-bg width="640" height="240" {}
            path.c-line d=(d) {}
            path.c-tide d=(tide_band(188, 14, tide)) {}
            path.c-tide d=(tide_band(212, 10, 90 - tide)) {}
            circle.c-disc cx="112" cy="112" r="58" {}
            g.c-picto transform="translate(70 70) scale(1.75)" { path d=(field.strokes()) {} }
        }
    }
}

/// Small seeded numbers (splitmix64), so that the same project always has the same cover.
struct Lots(u64);

impl Lots {
    fn between(&mut self, low: i32, high: i32) -> i32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + ((z ^ (z >> 31)) % (high - low + 1) as u64) as i32
    }
}

/// A wave of period 160 from edge to edge, closed at the bottom.
fn tide_band(y: i32, rise: i32, shift: i32) -> String {
    let mut d = format!("M{} {y}", -160 - shift);
    for _ in 0..6 {
        let _ = write!(d, "q40 {} 80 0t80 0", -2 * rise);
    }
    d.push_str("V240H-260Z");
    d
}

/// Basket work: what hands make.
fn weave(d: &mut String, lots: &mut Lots) {
    let step = lots.between(34, 60);
    let (sag, strand) = (if lots.between(0, 1) == 0 { step } else { -step }, lots.between(0, step));
    let mut row = 0;
    let mut y = -10;
    while y < 200 {
        let mut x = if row % 2 == 0 { 170 } else { 170 + step };
        while x < 660 {
            let _ = write!(d, "M{x} {y}q{} {sag} {} 0", step / 2, step);
            let _ = write!(d, "M{} {}v{strand}", x + step / 2, y + step / 2);
            x += 2 * step;
        }
        y += step * 2 / 3;
        row += 1;
    }
}

/// Leaves of an open book, fanned.
fn pages(d: &mut String, lots: &mut Lots) {
    let foot = lots.between(330, 530);
    let spread = lots.between(18, 34);
    for leaf in 0..9 {
        let reach = 40 + leaf * spread;
        let top = 20 + leaf * leaf * 2 + lots.between(0, 6);
        let _ = write!(d, "M{foot} 215Q{} {} {} {top}", foot - 8, top - 8, foot - reach);
        let _ = write!(d, "M{foot} 215Q{} {} {} {top}", foot + 8, top - 8, foot + reach);
    }
}

/// Rings on still water.
fn ripples(d: &mut String, lots: &mut Lots) {
    for _ in 0..3 {
        let (x, y) = (lots.between(250, 600), lots.between(30, 190));
        let rings = lots.between(3, 6);
        for ring in 1..=rings {
            let r = ring * 21;
            let _ = write!(d, "M{} {y}a{r} {} 0 1 0 {} 0a{r} {} 0 1 0-{} 0", x - r, r * 3 / 5, 2 * r, r * 3 / 5, 2 * r);
        }
    }
}

/// A field of drops, no two rows alike.
fn drops(d: &mut String, lots: &mut Lots) {
    let mut y = 22;
    while y < 190 {
        let mut x = 205 + lots.between(0, 30);
        while x < 640 {
            let r = lots.between(3, 9);
            let _ = write!(d, "M{x} {}q{r} {} {r} {}a{r} {r} 0 0 1-{} 0q0-{r} {r}-{}", y - 2 * r, r, 2 * r, 2 * r, 2 * r);
            x += 46;
        }
        y += 40;
    }
}

/// Ridges one behind the other.
fn hills(d: &mut String, lots: &mut Lots) {
    for (from, to) in [(250, 370), (430, 560)] {
        let (peak, height, reach) = (lots.between(from, to), lots.between(70, 165), lots.between(150, 210));
        let mut line = 0;
        while height - line * 16 > 20 {
            let (y, h, w) = (200 - line * 3, height - line * 16, reach - line * 9);
            let _ =
                write!(d, "M{} {y}Q{} {y} {} {}T{} {}T{} {y}", peak - w, peak - w / 2, peak - w / 3, y - h / 2, peak + 10, y - h, peak + w);
            line += 1;
        }
    }
}

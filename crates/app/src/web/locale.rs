//! Languages. Wording lives in `locales/<language>/*.ftl`, one file a slice; a test keeps both languages complete.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The language tag, as in `<html lang>` and as the folder's name.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    pub fn from_word(word: &str) -> Option<Lang> {
        match word {
            "zh" | "zh-CN" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// What a browser asks for: English only when it stands before any Chinese.
    pub fn from_accept_language(header: &str) -> Lang {
        let first = header.split(',').map(|p| p.trim().to_ascii_lowercase()).find(|p| p.starts_with("zh") || p.starts_with("en"));
        if first.is_some_and(|p| p.starts_with("en")) { Lang::En } else { Lang::Zh }
    }
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// (file name, Chinese text, English text) of every file of messages.
        pub const FILES: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../../../../locales/zh-CN/", $name, ".ftl")),
            include_str!(concat!("../../../../locales/en/", $name, ".ftl")),
        )),*];
    };
}

files![
    "web",
    "files",
    "people",
    "organisations",
    "organisations_desk",
    "projects",
    "plans",
    "decisions",
    "disclosure",
    "giving",
    "papers",
    "offline",
    "public_log",
    "settlement",
    "refunds",
    "discover",
    "operations",
    "transparency"
];

pub struct Locales {
    zh: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

impl Locales {
    /// Parses the texts that were compiled in. A text that does not parse is a defect of this program, so it panics.
    pub fn load() -> Locales {
        let bundle = |lang: Lang| {
            let id = lang.tag().parse().expect("our language tags are well formed");
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            // Both languages read left to right; the invisible isolation marks would only spoil copied text.
            bundle.set_use_isolating(false);
            for (name, zh, en) in FILES {
                let text = if lang == Lang::Zh { zh } else { en };
                let resource = FluentResource::try_new((*text).to_owned())
                    .unwrap_or_else(|(_, errors)| panic!("locales/{}/{name}.ftl: {errors:?}", lang.tag()));
                bundle.add_resource(resource).unwrap_or_else(|e| panic!("locales/{}/{name}.ftl: {e:?}", lang.tag()));
            }
            bundle
        };
        Locales { zh: bundle(Lang::Zh), en: bundle(Lang::En) }
    }

    /// The message `key`, or its attribute when written `key.attribute`. A missing one shows as ⟦key⟧, which tests refuse.
    pub fn text(&self, lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.find(lang, key, args).unwrap_or_else(|| {
            tracing::error!(key, lang = lang.tag(), "a message is missing");
            format!("⟦{key}⟧")
        })
    }

    pub fn find(&self, lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let bundle = if lang == Lang::Zh { &self.zh } else { &self.en };
        let (name, attribute) = key.split_once('.').map_or((key, None), |(n, a)| (n, Some(a)));
        let message = bundle.get_message(name)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(attribute) => message.get_attribute(attribute)?.value(),
        };
        let args: FluentArgs = args.iter().map(|(k, v)| (*k, v.clone())).collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a message could not be filled in");
            return None;
        }
        Some(text.into_owned())
    }
}

//! Policy files: whose logs are believed, who watches them, and how many must have signed. c2sp.org/tlog-policy.
//!
//! Of `n` witnesses of which `f` lie, a quorum of `q` keeps a log from showing two pasts only if `q > (n + f) / 2`, and it comes about only while no
//! more than `n - q` are silent: 3 of 4 bears one liar, 4 of 5 and 5 of 7 bear two. "2 of 3" bears none. Two keys under one roof are one witness.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    checkpoint::{BadCheckpoint, Checkpoint},
    key::{BadKey, Role, Vkey},
    note::Note,
    proof_file::Step,
};

/// A longer file is not read, in bytes. It holds more than a hundred keys of the longest kind.
pub const MAX_POLICY_BYTES: usize = 512 * 1024;
/// So many logs, and as many witnesses and groups together. The specification asks for at least 32 of each.
pub const MAX_MEMBERS: usize = 256;
/// A cosignature may lie so far in the future, in seconds: clocks differ.
pub const MAX_SKEW_S: u64 = 300;

/// A log that is believed, and where it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub vkey: Vkey,
    pub url: Option<String>,
}

/// Who watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this file, not the key's.
    pub name: String,
    pub vkey: Vkey,
    pub url: Option<String>,
}

/// How many of a group's members must have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    Any,
    All,
    AtLeast(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: Threshold,
    members: Vec<Member>,
}

/// By their place in the policy: a member stands before its group, so groups cannot hold themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A policy as a file says it, without its comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// `None`: nobody needs to have signed but the log.
    quorum: Option<Member>,
}

/// Why a file is not a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    #[error("the policy is longer than {MAX_POLICY_BYTES} bytes")]
    TooLong,
    #[error("the policy is not UTF-8")]
    NotUtf8,
    #[error("the policy has no quorum line")]
    NoQuorum,
    #[error("line {line}: {what}")]
    Line { line: usize, what: BadLine },
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    #[error("a line begins with log, witness, group or quorum")]
    Keyword,
    #[error("the line has too few or too many words for its kind")]
    Words,
    #[error("the line has a control character")]
    Control,
    #[error("{0}")]
    Key(#[from] BadKey),
    #[error("the key stands in the policy already, perhaps under another name")]
    KeyTwice,
    #[error("an address begins with http:// or https://")]
    Url,
    #[error("the name {0} is taken or means something else")]
    Name(String),
    #[error("no witness or group named {0} stands above")]
    Unknown(String),
    #[error("{0} is a member of another group or twice of this one")]
    MemberTwice(String),
    #[error("a group needs any, all, or a number from 1 to how many members it has")]
    Threshold,
    #[error("there is a quorum line already")]
    QuorumTwice,
    #[error("there are more than {MAX_MEMBERS} of them")]
    TooMany,
}

/// A demand that witnesses have signed lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// Seconds since 1970.
    pub now_s: u64,
    /// Older cosignatures do not count, in seconds.
    pub max_age_s: u64,
}

impl Fresh {
    /// Neither too old nor from the future.
    #[must_use]
    pub const fn holds(&self, signed_at_s: u64) -> bool {
        signed_at_s <= self.now_s.saturating_add(MAX_SKEW_S) && self.now_s.saturating_sub(signed_at_s) <= self.max_age_s
    }
}

/// A checkpoint that the policy accepts, and on whose word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Believed<'p> {
    pub checkpoint: Checkpoint,
    pub log: &'p Log,
    /// Every witness of the policy that signed, with the second since 1970 at which it says it did.
    pub witnesses: Vec<(&'p Witness, u64)>,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    #[error("what was signed is not a checkpoint: {0}")]
    Checkpoint(#[from] BadCheckpoint),
    #[error("the log {origin} is not one of the policy's")]
    UnknownLog { origin: String },
    #[error("the log's own signature is missing")]
    LogHasNotSigned,
    #[error("the log's own signature is wrong")]
    LogSignature,
    #[error("the signature of the witness {name} is wrong")]
    WitnessSignature { name: String },
    #[error("too few witnesses have signed: {}", named(signed))]
    Quorum { signed: Vec<String> },
    #[error("enough witnesses have signed, but too few of them lately: {}", named(lately))]
    Stale { lately: Vec<String> },
}

fn named(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl NotBelieved {
    /// At which step of verifying.
    #[must_use]
    pub const fn step(&self) -> Step {
        match self {
            Self::Checkpoint(_) => Step::Checkpoint,
            Self::UnknownLog { .. } => Step::Origin,
            Self::LogHasNotSigned | Self::LogSignature => Step::LogSignature,
            Self::WitnessSignature { .. } => Step::WitnessSignatures,
            Self::Quorum { .. } => Step::Quorum,
            Self::Stale { .. } => Step::Freshness,
        }
    }
}

/// What a policy file has said so far, while it is read.
#[derive(Default)]
struct Reading {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Option<Member>>,
    names: BTreeMap<String, Member>,
    grouped: BTreeSet<String>,
    keys: BTreeSet<Vec<u8>>,
}

impl Reading {
    fn line(&mut self, words: &[&str]) -> Result<(), BadLine> {
        match *words {
            ["log", key, ref url @ ..] => {
                let vkey = self.key(key, Role::Log)?;
                self.logs.push(Log { vkey, url: one_url(url)? });
            }
            ["witness", name, key, ref url @ ..] => {
                let vkey = self.key(key, Role::Cosigner)?;
                self.name(name, Member::Witness(self.witnesses.len()))?;
                self.witnesses.push(Witness { name: name.to_owned(), vkey, url: one_url(url)? });
            }
            ["group", name, threshold, ref members @ ..] if !members.is_empty() => {
                let threshold = match threshold {
                    "any" => Threshold::Any,
                    "all" => Threshold::All,
                    number => Threshold::AtLeast(small_number(number, members.len())?),
                };
                let members = members.iter().map(|member| self.member(member)).collect::<Result<_, _>>()?;
                self.name(name, Member::Group(self.groups.len()))?;
                self.groups.push(Group { name: name.to_owned(), threshold, members });
            }
            ["quorum", name] => {
                let of = if name == "none" { None } else { Some(self.known(name)?) };
                if self.quorum.replace(of).is_some() {
                    return Err(BadLine::QuorumTwice);
                }
            }
            ["log" | "witness" | "group" | "quorum", ..] => return Err(BadLine::Words),
            _ => return Err(BadLine::Keyword),
        }
        let most = self.logs.len().max(self.witnesses.len() + self.groups.len());
        if most > MAX_MEMBERS { Err(BadLine::TooMany) } else { Ok(()) }
    }

    /// A key of this role that stands nowhere else: two votes of one key are one vote, and a log does not watch itself.
    fn key(&mut self, text: &str, role: Role) -> Result<Vkey, BadLine> {
        let key = Vkey::parse(text)?;
        if key.role() != role {
            return Err(BadLine::Key(if role == Role::Log { BadKey::NotALog } else { BadKey::NotACosigner }));
        }
        if self.keys.insert(key.public_bytes()) { Ok(key) } else { Err(BadLine::KeyTwice) }
    }

    fn name(&mut self, name: &str, member: Member) -> Result<(), BadLine> {
        if name == "none" || self.names.insert(name.to_owned(), member).is_some() {
            return Err(BadLine::Name(name.to_owned()));
        }
        Ok(())
    }

    fn known(&self, name: &str) -> Result<Member, BadLine> {
        self.names.get(name).copied().ok_or_else(|| BadLine::Unknown(name.to_owned()))
    }

    fn member(&mut self, name: &str) -> Result<Member, BadLine> {
        let member = self.known(name)?;
        if self.grouped.insert(name.to_owned()) { Ok(member) } else { Err(BadLine::MemberTwice(name.to_owned())) }
    }
}

fn one_url(words: &[&str]) -> Result<Option<String>, BadLine> {
    match *words {
        [] => Ok(None),
        [url] if ["http://", "https://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme)) => {
            Ok(Some(url.to_owned()))
        }
        [_] => Err(BadLine::Url),
        _ => Err(BadLine::Words),
    }
}

fn small_number(text: &str, most: usize) -> Result<usize, BadLine> {
    let number = crate::lines::decimal(text).and_then(|number| usize::try_from(number).ok());
    number.filter(|number| (1..=most).contains(number)).ok_or(BadLine::Threshold)
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Says which line is wrong and why.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPolicy> {
        if bytes.len() > MAX_POLICY_BYTES {
            return Err(BadPolicy::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadPolicy::NotUtf8)?;
        let mut reading = Reading::default();
        for (at, line) in text.split('\n').enumerate() {
            let wrong = |what| BadPolicy::Line { line: at + 1, what };
            if line.chars().any(|c| c.is_control() && c != '\t') {
                return Err(wrong(BadLine::Control));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.first().is_some_and(|word| !word.starts_with('#')) {
                reading.line(&words).map_err(wrong)?;
            }
        }
        let Reading { logs, witnesses, groups, quorum, .. } = reading;
        Ok(Self { logs, witnesses, groups, quorum: quorum.ok_or(BadPolicy::NoQuorum)? })
    }

    /// The logs that are believed.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// All witnesses, also those the quorum does not ask.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether it is enough that the witnesses with these names in the file have signed.
    #[must_use]
    pub fn is_quorum(&self, has_signed: impl Fn(&str) -> bool) -> bool {
        let witnesses: Vec<bool> = self.witnesses.iter().map(|witness| has_signed(&witness.name)).collect();
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        let holds = |member: Member, groups: &[bool]| match member {
            Member::Witness(at) => witnesses[at],
            Member::Group(at) => groups[at],
        };
        for group in &self.groups {
            let signed = group.members.iter().filter(|member| holds(**member, &groups)).count();
            groups.push(match group.threshold {
                Threshold::Any => signed >= 1,
                Threshold::All => signed == group.members.len(),
                Threshold::AtLeast(number) => signed >= number,
            });
        }
        self.quorum.is_none_or(|member| holds(member, &groups))
    }

    /// Whether a checkpoint may be believed: a known log signed it, no line of a known key is wrong, and enough witnesses signed it, if asked lately.
    ///
    /// # Errors
    /// Says which step failed first.
    pub fn believe(&self, note: &Note, fresh: Option<Fresh>) -> Result<Believed<'_>, NotBelieved> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let known: Vec<&Log> = self.logs.iter().filter(|log| log.vkey.name() == checkpoint.origin()).collect();
        if known.is_empty() {
            return Err(NotBelieved::UnknownLog { origin: checkpoint.origin().to_owned() });
        }
        let mut by = None;
        for log in known {
            if note.verify_key(&log.vkey).map_err(|_| NotBelieved::LogSignature)?.is_some() {
                by = by.or(Some(log));
            }
        }
        let log = by.ok_or(NotBelieved::LogHasNotSigned)?;
        let mut witnesses = Vec::new();
        for witness in &self.witnesses {
            let signed = note.verify_key(&witness.vkey).map_err(|_| NotBelieved::WitnessSignature { name: witness.name.clone() })?;
            witnesses.extend(signed.and_then(|signed| Some((witness, signed.signed_at_s?))));
        }
        let counted = |fresh: Option<Fresh>| -> Vec<String> {
            let counted = witnesses.iter().filter(|(_, at)| fresh.is_none_or(|fresh| fresh.holds(*at)));
            counted.map(|(witness, _)| witness.name.clone()).collect()
        };
        let signed = counted(None);
        if !self.is_quorum(|name| signed.iter().any(|signed| signed == name)) {
            return Err(NotBelieved::Quorum { signed });
        }
        let lately = counted(fresh);
        if !self.is_quorum(|name| lately.iter().any(|lately| lately == name)) {
            return Err(NotBelieved::Stale { lately });
        }
        Ok(Believed { checkpoint, log, witnesses })
    }

    fn name_of(&self, member: Member) -> &str {
        match member {
            Member::Witness(at) => &self.witnesses[at].name,
            Member::Group(at) => &self.groups[at].name,
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        for log in &self.logs {
            writeln!(f, "log {}{}", log.vkey, url(&log.url))?;
        }
        for witness in &self.witnesses {
            writeln!(f, "witness {} {}{}", witness.name, witness.vkey, url(&witness.url))?;
        }
        for group in &self.groups {
            write!(f, "group {} ", group.name)?;
            match group.threshold {
                Threshold::Any => f.write_str("any")?,
                Threshold::All => f.write_str("all")?,
                Threshold::AtLeast(number) => write!(f, "{number}")?,
            }
            group.members.iter().try_for_each(|member| write!(f, " {}", self.name_of(*member)))?;
            writeln!(f)?;
        }
        writeln!(f, "quorum {}", self.quorum.map_or("none", |member| self.name_of(member)))
    }
}

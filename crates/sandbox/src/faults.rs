//! What the gateway does wrong on purpose.

/// All off by default; change them through [`crate::Gateway::faults`].
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Notifications made from now on are never sent: the platform must ask.
    pub lose_notifications: bool,
    /// Every delivery is followed by this many identical copies, whatever was answered.
    pub extra_copies: u32,
    /// The first attempt comes this much later.
    pub delay_us: i64,
    /// Among the notifications due at one moment, the last made goes first.
    pub newest_first: bool,
    /// Every API answer waits this long.
    pub api_delay_ms: u64,
    /// The next API requests fail, one entry each, in order.
    pub api_failures: Vec<ApiFailure>,
    pub bill: Option<BillFault>,
    /// How refunds accepted from now on end, and how long they take.
    pub refund_end: RefundEnd,
    pub refund_takes_us: i64,
    /// Notifications come signed with the platform certificate instead of the public key, as before a merchant's migration.
    pub sign_by_certificate: bool,
    /// The next exchanges of a sign-in code fail with these errcodes, in order.
    pub identity_errcodes: Vec<i64>,
    /// The next text messages end so, in order, instead of being sent.
    pub sms: Vec<SmsFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmsFailure {
    /// A status of the one message, such as `LimitExceeded.PhoneNumberThirtySecondLimit`.
    Status(&'static str),
    /// It goes out, but the answer is 500.
    SentButSilent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiFailure {
    /// 500 and nothing happened.
    Before,
    /// It happened, but the answer is 500: only a query can tell.
    After,
    /// 429: asked too often.
    TooOften,
    /// It happened, but the answer is signed by a stranger and must not be believed.
    ForgedAnswer,
    /// 403: the merchant's account does not hold what is to be given back; nothing happened.
    NotEnough,
    /// It happened, and the answer, truly signed, breaks off in the middle.
    Garbage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillFault {
    /// One byte changes after the hash was taken.
    CorruptByte,
    /// A row is missing; the bill is consistent in itself and its hash holds.
    DropRow,
    /// The first payment is one fen more; the bill is consistent in itself and its hash holds.
    AlterAmount,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefundEnd {
    #[default]
    Success,
    Abnormal,
    Closed,
}

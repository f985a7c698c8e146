//! Here it is decided what a genuine confirmation means. Whether it is genuine at all is decided in `channel`.

use crate::kernel::{DAY_US, Micros, made_at};

use super::model::{Confirmation, Hold, KnownIntent, Verdict};

/// Decides one confirmation. `recipient_mchid` is the merchant number of the intent's recipient charity.
pub fn decide(confirmation: &Confirmation, known: Option<&KnownIntent>, recipient_mchid: Option<&str>, now: Micros) -> Verdict {
    let Some(known) = known else {
        return Verdict::Held(Hold::UnknownIntent);
    };
    if let Some(recorded_as) = &known.recorded_as {
        let same = *recorded_as == confirmation.transaction_id;
        return if same { Verdict::AlreadyRecorded } else { Verdict::Held(Hold::OtherTransaction) };
    }
    if confirmation.currency != "CNY" {
        return Verdict::Held(Hold::CurrencyDiffers);
    }
    if confirmation.amount_fen != known.amount_fen {
        return Verdict::Held(Hold::AmountDiffers);
    }
    if recipient_mchid != Some(confirmation.mchid.as_str()) {
        return Verdict::Held(Hold::MerchantDiffers);
    }
    if !(made_at(known.id) - DAY_US..=now + DAY_US).contains(&confirmation.paid_at) {
        return Verdict::Held(Hold::TimeDiffers);
    }
    Verdict::Recorded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_is_recorded_only_when_everything_agrees() {
        let said = |transaction: &str, mchid: &str, amount_fen, currency: &str| Confirmation {
            out_trade_no: "77".into(),
            transaction_id: transaction.into(),
            mchid: mchid.into(),
            amount_fen,
            currency: currency.into(),
            paid_at: made_at(77),
        };
        let intent = |recorded_as: Option<&str>| {
            Some(KnownIntent {
                id: 77,
                project_id: 1,
                recipient_id: 2,
                donor_id: 0,
                amount_fen: 10,
                calmer_sha256: [0; 32],
                recorded_as: recorded_as.map(str::to_owned),
            })
        };
        use Hold::*;
        use Verdict::*;
        // what the channel says            what we know          verdict
        let table = [
            (said("T1", "M2", 10, "CNY"), intent(None), Recorded),
            (said("T1", "M2", 10, "CNY"), intent(Some("T1")), AlreadyRecorded),
            (said("T2", "M2", 10, "CNY"), intent(Some("T1")), Held(OtherTransaction)),
            (said("T1", "M2", 11, "CNY"), intent(None), Held(AmountDiffers)),
            (said("T1", "M2", 9, "CNY"), intent(None), Held(AmountDiffers)),
            (said("T1", "M2", 10, "USD"), intent(None), Held(CurrencyDiffers)),
            (said("T1", "M2", 10, "cny"), intent(None), Held(CurrencyDiffers)),
            (said("T1", "M3", 10, "CNY"), intent(None), Held(MerchantDiffers)),
            (said("T1", "M2", 10, "CNY"), None, Held(UnknownIntent)),
        ];
        for (confirmation, known, verdict) in table {
            assert_eq!(decide(&confirmation, known.as_ref(), Some("M2"), made_at(77)), verdict, "{confirmation:?} {known:?}");
        }
        for (paid_at, verdict) in [
            (i64::MIN / 2, Held(TimeDiffers)),
            (made_at(77) - DAY_US - 1, Held(TimeDiffers)),
            (made_at(77) + DAY_US, Recorded),
            (made_at(77) + DAY_US + 1, Held(TimeDiffers)),
        ] {
            let said = Confirmation { paid_at, ..said("T1", "M2", 10, "CNY") };
            assert_eq!(decide(&said, intent(None).as_ref(), Some("M2"), made_at(77)), verdict, "{paid_at}");
        }
        assert_eq!(decide(&said("T1", "M2", 10, "CNY"), intent(None).as_ref(), None, made_at(77)), Held(MerchantDiffers));
    }
}

//! What a proof shows: everything in it is computed again.

use openbook::batch::{Gift, encode, summary, tree};
use openbook::proof::Failed;
use openbook::{Entry, Keys, Opening, Shown, ShownGift};
use proptest::prelude::*;

/// A batch of five gifts, and what is shown of one of them.
fn shown(at: u32) -> Shown {
    let keys = Keys::new([3; 32], 5);
    let opening = |at: u32| Opening {
        gift: 900 + i64::from(at),
        project: 7,
        amount_fen: 10 + i64::from(at),
        paid_at: 1_788_739_200,
        calmer_sha256: [at as u8; 32],
    };
    let gifts: Vec<Gift> = (0..5)
        .map(|at| Gift { project: 7, amount_fen: opening(at).amount_fen, commitment: opening(at).commitment(&keys.of(at).unwrap()) })
        .collect();
    let side = encode(&gifts).unwrap();
    let body = serde_json::from_str(&openbook::books::batch_body(&summary(&gifts, &side))).unwrap();
    let entry = Entry { minute: 29_815_102, kind: "gift_batch".to_owned(), body }.to_bytes().unwrap();
    let path = tree(&gifts).path(u64::from(at)).unwrap().into_iter().map(|hash| hash.0).collect();
    Shown { entry, gift: Some(ShownGift { at: u64::from(at), path, opening: opening(at), key: keys.of(at).unwrap() }) }
}

#[test]
fn each_gift_of_a_batch_is_shown_and_no_other() {
    for at in 0..5 {
        let shown = shown(at);
        assert_eq!(Shown::read(&shown.to_bytes()).unwrap(), shown);
        assert_eq!(shown.verify().unwrap().kind, "gift_batch");
        let wrong = |change: &dyn Fn(&mut ShownGift)| {
            let mut shown = shown.clone();
            change(shown.gift.as_mut().unwrap());
            shown.verify().unwrap_err()
        };
        assert_eq!(wrong(&|g| g.opening.amount_fen += 1), Failed::NotInBatch);
        assert_eq!(wrong(&|g| g.opening.project += 1), Failed::NotInBatch);
        assert_eq!(wrong(&|g| g.opening.paid_at += 1), Failed::NotInBatch);
        assert_eq!(wrong(&|g| g.opening.gift += 1), Failed::NotInBatch);
        assert_eq!(wrong(&|g| g.opening.calmer_sha256[0] ^= 1), Failed::NotInBatch);
        assert_eq!(wrong(&|g| g.key[31] ^= 1), Failed::NotInBatch);
        assert_eq!(wrong(&|g| g.at = 5), Failed::Place);
        assert_eq!(wrong(&|g| g.at = (g.at + 1) % 5), Failed::NotInBatch);
        assert_eq!(
            wrong(&|g| {
                let _ = g.path.pop();
            }),
            Failed::NotInBatch
        );
        assert_eq!(wrong(&|g| g.path.push([0; 32])), Failed::NotInBatch);
    }
    let mut payout = shown(0);
    payout.entry = Entry { kind: "payout_paid".to_owned(), ..Entry::from_bytes(&payout.entry).unwrap() }.to_bytes().unwrap();
    assert_eq!(payout.verify(), Err(Failed::NoBatch));
    payout.gift = None;
    assert_eq!(Shown::read(&payout.to_bytes()).unwrap().verify().unwrap().kind, "payout_paid");
}

proptest! {
    #[test]
    fn a_changed_byte_never_shows_something_else(at in 0_u32..5, place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let honest = shown(at);
        let mut bytes = honest.to_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(read) = Shown::read(&bytes) {
            // The leaf is the entry: another entry is another leaf, which the log's own proof refuses.
            prop_assert!(read == honest || read.entry != honest.entry || read.verify().is_err());
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Shown::read(&bytes).map(|shown| shown.verify());
    }
}

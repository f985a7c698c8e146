//! The side data of a batch: one form, bounded before memory is asked for.

use openbook::batch::{BadBatch, Gift, decode, encode, root, summary};
use proptest::prelude::*;

fn gift(project: i64, amount_fen: i64, mark: u8) -> Gift {
    Gift { project, amount_fen, commitment: [mark; 32] }
}

#[test]
fn golden_side_data() {
    let gifts = [gift(300, 10, 1), gift(2, 300, 2)];
    let side = encode(&gifts).unwrap();
    let mut expected = vec![1, 2];
    expected.extend(2_i64.to_be_bytes());
    expected.extend(300_i64.to_be_bytes());
    expected.push(2);
    expected.extend([1, 10]);
    expected.extend([1; 32]);
    expected.extend([0, 0xac, 2]);
    expected.extend([2; 32]);
    assert_eq!(side, expected);
    assert_eq!(decode(&side).unwrap(), gifts);
    let said = summary(&gifts, &side);
    assert_eq!((said.gifts, said.amount_fen), (2, 310));
    // The tree of two leaves by hand: 0x01 ‖ H(0x00 ‖ leaf) ‖ H(0x00 ‖ leaf).
    let node = tlog::Hash::of_node(&tlog::Hash::of_leaf(&gifts[0].leaf()), &tlog::Hash::of_leaf(&gifts[1].leaf()));
    assert_eq!(said.root, node.0);
}

#[test]
fn side_data_of_another_form_is_refused() {
    let side = encode(&[gift(1, 10, 1), gift(2, 20, 2)]).unwrap();
    for end in 0..side.len() {
        assert!(decode(&side[..end]).is_err(), "cut off after {end} bytes");
    }
    let changed = |change: fn(&mut Vec<u8>)| {
        let mut side = encode(&[gift(1, 10, 1), gift(2, 20, 2)]).unwrap();
        change(&mut side);
        decode(&side)
    };
    assert_eq!(changed(|s| s.push(0)), Err(BadBatch::Length));
    assert_eq!(changed(|s| s[0] = 2), Err(BadBatch::Version));
    assert_eq!(changed(|s| s[9] = 3), Err(BadBatch::Projects), "projects that do not grow");
    assert_eq!(changed(|s| s[19] = 1), Err(BadBatch::Projects), "a project without a gift");
    assert_eq!(changed(|s| s[20] = 0), Err(BadBatch::Number), "a gift of nothing");
    assert_eq!(changed(|s| s[18] = 0), Err(BadBatch::Gifts));
    assert_eq!(changed(|s| s.splice(18..19, [0x82, 0]).for_each(drop)), Err(BadBatch::Number), "a longer form of the same number");
    assert_eq!(decode(&[1, 0xff, 0xff, 0xff, 0xff, 0x7f]), Err(BadBatch::Gifts), "a billion projects in six bytes");
    assert_eq!(decode(&[1, 0xff, 0xff, 0x3f]), Err(BadBatch::Length));
    assert_eq!(encode(&[]), Err(BadBatch::Gifts));
    assert_eq!(encode(&[gift(1, 0, 1)]), Err(BadBatch::Number));
}

proptest! {
    #[test]
    fn gifts_come_back(gifts in proptest::collection::vec((any::<i64>(), 1_i64..=i64::MAX, any::<u8>()), 1..60)) {
        let gifts: Vec<Gift> = gifts.into_iter().map(|(p, a, m)| gift(p % 5, a, m)).collect();
        let side = encode(&gifts).unwrap();
        prop_assert_eq!(decode(&side).unwrap(), gifts.clone());
        let mut appended = tlog::Frontier::new();
        gifts.iter().for_each(|g| appended.append(tlog::Hash::of_leaf(&g.leaf())));
        prop_assert_eq!(root(&gifts), appended.root().0);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(gifts) = decode(&bytes) {
            prop_assert_eq!(encode(&gifts).unwrap(), bytes);
        }
    }
}

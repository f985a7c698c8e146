//! Destroying one key and no other.

use openbook::Keys;
use proptest::prelude::*;

fn all(keys: &Keys, gifts: u32) -> Vec<Option<[u8; 32]>> {
    (0..gifts).map(|gift| keys.of(gift)).collect()
}

#[test]
fn keys_of_a_batch_differ_and_grow_from_its_seed() {
    let keys = Keys::new([1; 32], 5);
    let five = all(&keys, 5);
    assert!(five.iter().all(Option::is_some));
    let mut apart = five.clone();
    apart.sort();
    apart.dedup();
    assert_eq!(apart.len(), 5);
    assert_eq!(all(&Keys::new([1; 32], 5), 5), five, "the same seed gives the same keys");
    assert_ne!(all(&Keys::new([2; 32], 5), 5), five);
    assert_eq!(keys.of(8), None, "beyond the batch");
    assert_eq!(Keys::new([1; 32], 1).of(0), Some([1; 32]), "a batch of one has its seed as key");
    assert_eq!(format!("{keys:?}"), "Keys { depth: 3, nodes: 1 }", "a key is never printed");
}

proptest! {
    #[test]
    fn a_destroyed_key_is_gone_and_every_other_stays(gifts in 1_u32..300, destroyed in proptest::collection::vec(0_u32..300, 0..20)) {
        let mut keys = Keys::new([9; 32], gifts as usize);
        let before = all(&keys, gifts);
        for &gift in &destroyed {
            keys.destroy(gift);
        }
        let kept = Keys::from_bytes(&keys.to_bytes()).expect("what was written is read");
        prop_assert_eq!(&kept, &keys);
        for gift in 0..gifts {
            let expected = if destroyed.contains(&gift) { None } else { before[gift as usize] };
            prop_assert_eq!(kept.of(gift), expected);
        }
        // Walking all of them gives the same.
        let mut walked = vec![None; gifts as usize];
        kept.each(gifts, |gift, key| walked[gift as usize] = Some(key));
        prop_assert_eq!(walked, all(&kept, gifts));
        // Nothing that is stored is a node above a destroyed key.
        for &gift in &destroyed {
            prop_assert!(gift >= gifts || kept.of(gift).is_none());
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), gift in any::<u32>()) {
        if let Some(keys) = Keys::from_bytes(&bytes) {
            let _ = keys.of(gift);
            let mut keys = keys;
            keys.destroy(gift);
            prop_assert_eq!(keys.of(gift), None);
        }
    }
}

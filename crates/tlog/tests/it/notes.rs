//! Notes and keys against the crate `signed_note`, and what is refused.

use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use tlog::{
    BadCheckpoint, BadKey, BadNote, Checkpoint, CosignerKey, EMPTY_ROOT, LogKey, MAX_SIGNATURES, NotSigned, Note, SignatureLine, Vkey,
};

use crate::sample::{self, LOG_VKEY, NOW_S, WITNESS_VKEY};

const LINE: &str =
    "— log.charity.example/donations StFLWLGdxGvH9YDmk9W+avN0OhoiI9HdyP0ktFObk/C+L8gY7hT06TxYoSdmtHg9fHqZg0xRpIOilaSbbg69cBIDbgY=";

#[test]
fn only_notes_of_one_spelling_are_read() {
    let read = |text: &str| Note::parse(text.as_bytes()).map(|note| note.text().to_owned());
    assert_eq!(read(&format!("a\n\n{LINE}\n")), Ok("a\n".to_owned()));
    assert_eq!(read(&format!("a\n\nb\n\n\n{LINE}\n{LINE}\n")), Ok("a\n\nb\n\n".to_owned()));
    assert_eq!(read(&format!("\n\n{LINE}\n")), Ok("\n".to_owned()));
    let payload = LINE.rsplit(' ').next().expect("base64");
    let table = [
        (String::new(), BadNote::NoSeparator),
        (format!("a\n{LINE}\n"), BadNote::NoSeparator),
        (format!("a\n\n{LINE}"), BadNote::NoEnd),
        ("a\n\n".to_owned(), BadNote::Signature { line: 3 }),
        (format!("a\n\n{LINE}\n\n"), BadNote::Signature { line: 5 }),
        (format!("a\n\n{LINE}\nb\n"), BadNote::Signature { line: 4 }),
        (format!("a\r\n\n{LINE}\n"), BadNote::Control { line: 1 }),
        (format!("a\n\n{LINE}\r\n"), BadNote::Control { line: 3 }),
        (format!("a\tb\n\n{LINE}\n"), BadNote::Control { line: 1 }),
        (format!("a\n\n-{}\n", &LINE[3..]), BadNote::Signature { line: 3 }),
        (format!("a\n\n— name  {payload}\n"), BadNote::Signature { line: 3 }),
        (format!("a\n\n—  {payload}\n"), BadNote::Signature { line: 3 }),
        (format!("a\n\n— na+me {payload}\n"), BadNote::Signature { line: 3 }),
        (format!("a\n\n— na\u{3000}me {payload}\n"), BadNote::Signature { line: 3 }),
        (format!("a\n\n— name {payload} \n"), BadNote::Signature { line: 3 }),
        (format!("a\n\n— name {}\n", payload.trim_end_matches('=')), BadNote::Signature { line: 3 }),
        // The last letter says bits that are none.
        (format!("a\n\n— name {}Z=\n", &payload[..payload.len() - 2]), BadNote::Signature { line: 3 }),
        (format!("a\n\n— name {}\n", payload.replace('+', "-")), BadNote::Signature { line: 3 }),
        ("a\n\n— name AAAAAA==\n".to_owned(), BadNote::Signature { line: 3 }),
        (format!("a\n\n{}", format!("{LINE}\n").repeat(MAX_SIGNATURES + 1)), BadNote::TooManySignatures),
    ];
    for (text, expected) in table {
        assert_eq!(read(&text), Err(expected), "{text:?}");
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(BadNote::NotUtf8));
    assert_eq!(Note::parse(&vec![b'a'; tlog::MAX_NOTE_BYTES + 1]), Err(BadNote::TooLong));
    assert!(read(&format!("a\n\n{}", format!("{LINE}\n").repeat(MAX_SIGNATURES))).is_ok());
    assert!(Note::unsigned("no end".to_owned()).is_none() && Note::unsigned("a\0\n".to_owned()).is_none());
}

#[test]
fn strangers_are_passed_over_and_known_keys_must_verify() {
    let (log, other) = (sample::log_key(), LogKey::from_seed("other.example", &[9; 32]).expect("a name"));
    let note = log.sign_statement("a promise\n").expect("a text");
    let stranger = other.sign_statement("a promise\n").expect("a text").signatures.remove(0);
    let elsewhere = other.sign_statement("another promise\n").expect("a text").signatures.remove(0);
    let with = |lines: &[&SignatureLine]| {
        let mut note = note.clone();
        note.signatures.extend(lines.iter().map(|line| (*line).clone()));
        note
    };
    let nobody = Err(NotSigned::Nobody);
    let wrong = Err(NotSigned::Wrong { name: "other.example".to_owned() });
    let signers = |note: &Note, keys: &[&Vkey]| note.verify(keys.iter().copied()).map(|signed| signed.len());
    assert_eq!(signers(&note, &[log.vkey()]), Ok(1));
    assert_eq!(signers(&note, &[]), nobody);
    assert_eq!(signers(&note, &[other.vkey()]), nobody);
    assert_eq!(signers(&with(&[&stranger]), &[log.vkey(), other.vkey()]), Ok(2));
    // A wrong line is nobody's business until its key is known.
    assert_eq!(signers(&with(&[&elsewhere]), &[log.vkey()]), Ok(1));
    assert_eq!(signers(&with(&[&elsewhere]), &[log.vkey(), other.vkey()]), wrong);
    // Twice the same signer is one; a right line does not excuse a wrong one.
    assert_eq!(signers(&with(&[&note.signatures[0]]), &[log.vkey()]), Ok(1));
    assert_eq!(signers(&with(&[&stranger, &elsewhere]), &[other.vkey()]), wrong);
    // The same name with another key is another signer.
    let namesake = LogKey::from_seed("other.example", &[8; 32]).expect("a name");
    assert_eq!(signers(&with(&[&elsewhere]), &[namesake.vkey()]), nobody);
}

#[test]
fn a_key_has_one_role() {
    let (log, witness) = (sample::log_key(), sample::witness_key());
    assert!(matches!(LogKey::parse(&witness.to_private_line()), Err(BadKey::NotALog)));
    assert!(matches!(CosignerKey::parse(&log.to_private_line()), Err(BadKey::NotACosigner)));
    assert_eq!(LogKey::parse(&log.to_private_line()).map(|key| key.vkey().to_string()).as_deref(), Ok(LOG_VKEY));
    assert_eq!(
        CosignerKey::parse(&format!("{}\n", witness.to_private_line())).map(|key| key.vkey().to_string()).as_deref(),
        Ok(WITNESS_VKEY)
    );
    // The log cannot be made to say something that is taken for its checkpoint, nor to sign another's.
    let checkpoint = Checkpoint::new("log.charity.example/donations", 0, EMPTY_ROOT).expect("an origin");
    assert!(log.sign_statement(&checkpoint.text()).is_none());
    assert!(log.sign_checkpoint(&checkpoint).is_some());
    assert!(log.sign_checkpoint(&Checkpoint::new("log.charity.example", 0, EMPTY_ROOT).expect("an origin")).is_none());
    // A cosignature is no signature of the log, whoever has both keys.
    let same_seed = CosignerKey::from_seed(log.vkey().name(), &[1; 32]).expect("a name");
    assert_ne!(same_seed.vkey().id(), log.vkey().id());
    assert!(witness.cosign(&checkpoint, 0).is_none() && witness.cosign(&checkpoint, u64::MAX).is_none());
}

#[test]
fn keys_are_read_strictly() {
    let weak = "AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let table = [
        ("", BadKey::Form),
        ("name", BadKey::Form),
        ("name+4ad14b58", BadKey::Form),
        ("+4ad14b58+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", BadKey::Name),
        ("a b+4ad14b58+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", BadKey::Name),
        ("log.charity.example/donations+4AD14B58+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", BadKey::Form),
        ("log.charity.example/donations+ad14b58+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", BadKey::Form),
        ("log.charity.example/donation+4ad14b58+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", BadKey::Id),
        ("log.charity.example/donations+4ad14b58+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n", BadKey::Form),
        ("log.charity.example/donations+4ad14b58+", BadKey::Form),
        ("log.charity.example/donations+4ad14b58+AYqI", BadKey::Bytes),
        ("log.charity.example/donations+4ad14b58+AoqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c", BadKey::Type(2)),
        ("PRIVATE+KEY+x+00000000+AQ==", BadKey::Form),
    ];
    for (text, expected) in table {
        assert_eq!(Vkey::parse(text), Err(expected), "{text}");
    }
    assert_eq!(Vkey::parse(&format!("name+00000000+{weak}")), Err(BadKey::Bytes), "whose signatures are everybody's");
    assert!(LogKey::from_seed("", &[1; 32]).is_err() && CosignerKey::from_seed(&"x".repeat(256), &[1; 32]).is_err());
}

#[test]
fn checkpoints_are_read_strictly() {
    let root = EMPTY_ROOT.to_string();
    let read = Checkpoint::parse;
    let text = format!("origin\n0\n{root}\nextension\n");
    assert_eq!(read(&text).map(|checkpoint| checkpoint.text()), Ok(text));
    let table = [
        (String::new(), BadCheckpoint::NoEnd),
        ("\n".to_owned(), BadCheckpoint::Origin),
        (format!("\n0\n{root}\n"), BadCheckpoint::Origin),
        ("origin\n".to_owned(), BadCheckpoint::Size),
        (format!("origin\n00\n{root}\n"), BadCheckpoint::Size),
        (format!("origin\n+1\n{root}\n"), BadCheckpoint::Size),
        (format!("origin\n\n{root}\n"), BadCheckpoint::Size),
        (format!("origin\n18446744073709551616\n{root}\n"), BadCheckpoint::Size),
        ("origin\n0\n".to_owned(), BadCheckpoint::Root),
        (format!("origin\n0\n{}\n", &root[1..]), BadCheckpoint::Root),
        (format!("origin\n0\n{root}"), BadCheckpoint::NoEnd),
        (format!("origin\n0\n{root}\n\n"), BadCheckpoint::Extension { line: 4 }),
        (format!("origin\n0\n{root}\na\n\n"), BadCheckpoint::Extension { line: 5 }),
    ];
    for (text, expected) in table {
        assert_eq!(read(&text), Err(expected), "{text:?}");
    }
    assert!(Checkpoint::new("", 0, EMPTY_ROOT).is_none() && Checkpoint::new("a\nb", 0, EMPTY_ROOT).is_none());
}

#[test]
fn of_two_cosignatures_of_one_key_the_later_counts() {
    let checkpoint = Checkpoint::new("origin", 0, EMPTY_ROOT).expect("an origin");
    let key = sample::witness_key();
    for order in [[NOW_S, NOW_S + 5], [NOW_S + 5, NOW_S]] {
        let mut note = checkpoint.note().expect("a text");
        note.signatures.extend(order.map(|at| key.cosign(&checkpoint, at).expect("a time")));
        assert_eq!(note.verify_key(key.vkey()).expect("right").expect("signed").signed_at_s, Some(NOW_S + 5));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn notes_and_keys_go_to_and_fro_between_us_and_signed_note(seed in any::<[u8; 32]>(), name in "[a-z./+ 0-9]{0,12}", text in "[a-z \n]{0,40}\n") {
        let ours = LogKey::from_seed(&name, &seed);
        prop_assert_eq!(ours.is_ok(), signed_note::is_key_name_valid(&name));
        let Ok(ours) = ours else { return Ok(()) };
        let signer = StandardSigner::new(&ours.to_private_line()).expect("they read our key");
        let verifier = StandardVerifier::new(&ours.vkey().to_string()).expect("they read our key");

        let note = ours.sign_statement(&text);
        prop_assert_eq!(note.is_none(), text.split('\n').next() == Some(name.as_str()));
        let Some(note) = note else { return Ok(()) };
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).expect("a text");
        theirs.add_sigs(&[&signer]).expect("they sign");
        prop_assert_eq!(theirs.to_bytes(), note.to_string().into_bytes());
        let read = signed_note::Note::from_bytes(note.to_string().as_bytes()).expect("they read");
        prop_assert!(read.verify(&VerifierList::new(vec![Box::new(verifier)])).is_ok());
        let read = Note::parse(&theirs.to_bytes()).expect("we read");
        prop_assert!(read.verify([ours.vkey()]).is_ok());
        prop_assert_eq!(read, note);
    }

    /// Ours is stricter in nothing that matters here, so whatever is made of a note's own letters is read by both or by neither.
    #[test]
    fn we_and_signed_note_read_the_same_notes(pieces in prop::collection::vec(prop::sample::select(vec!["a", "\n", "\n\n", "— n AAAAAAA=\n", "— n ", "AAAAAAA=", " "]), 0..9)) {
        let text: String = pieces.concat();
        let (ours, theirs) = (Note::parse(text.as_bytes()), signed_note::Note::from_bytes(text.as_bytes()));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?}", &text, ours);
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.text().as_bytes(), theirs.text());
            prop_assert_eq!(ours.to_string().into_bytes(), theirs.to_bytes());
        }
    }
}

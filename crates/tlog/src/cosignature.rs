//! What a cosigner signs, byte for byte. c2sp.org/tlog-cosignature.

/// Type 0x04: the time, then the whole text of the checkpoint. The cosigner's name is not in it.
pub(crate) fn ed25519_message(signed_at_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {signed_at_s}\n{text}")
}

/// Type 0x06: both names, the time and the tree in binary. Extension lines are not in it. `None` when a name is longer than its length byte can say.
#[cfg(feature = "ml-dsa")]
pub(crate) fn ml_dsa_message(cosigner: &str, signed_at_s: u64, checkpoint: &crate::Checkpoint) -> Option<Vec<u8>> {
    let mut message = b"subtree/v1\n\0".to_vec();
    message.push(u8::try_from(cosigner.len()).ok()?);
    message.extend_from_slice(cosigner.as_bytes());
    message.extend_from_slice(&signed_at_s.to_be_bytes());
    message.push(u8::try_from(checkpoint.origin().len()).ok()?);
    message.extend_from_slice(checkpoint.origin().as_bytes());
    // The whole tree is the subtree from 0 to its size.
    message.extend_from_slice(&0_u64.to_be_bytes());
    message.extend_from_slice(&checkpoint.size().to_be_bytes());
    message.extend_from_slice(&checkpoint.root().0);
    Some(message)
}

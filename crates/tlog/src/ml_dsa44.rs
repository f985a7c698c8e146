//! ML-DSA-44 (FIPS 204), pure and with an empty context, behind the few functions that keys need. Signing is deterministic: nothing here draws lots.

use ml_dsa::{EncodedVerifyingKey, ExpandedSigningKey, MlDsa44, Signature, VerifyingKey};

/// A public key: 1,312 bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Public(VerifyingKey<MlDsa44>);

impl Eq for Public {}

impl Public {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = EncodedVerifyingKey::<MlDsa44>::try_from(bytes).ok()?;
        Some(Self(VerifyingKey::decode(&bytes)))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.encode().to_vec()
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature).is_ok_and(|signature| self.0.verify_with_context(message, &[], &signature))
    }
}

/// A private key. The seed is what is kept; the expanded key saves making it again for each signature.
pub(crate) struct Secret {
    seed: [u8; 32],
    expanded: ExpandedSigningKey<MlDsa44>,
}

impl Secret {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self { seed: *seed, expanded: ExpandedSigningKey::from_seed(&(*seed).into()) }
    }

    pub(crate) const fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    pub(crate) fn public(&self) -> Public {
        Public(self.expanded.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        // An empty context is never too long, which is the only way this can fail.
        Some(self.expanded.sign_deterministic(message, &[]).ok()?.encode().to_vec())
    }
}

//! The signing key: good for one day, region, service and secret.

use super::timestamp;
use crate::credentials::{Credentials, Secret};
use aws_sigv4::sign::v4::generate_signing_key;
use std::time::{Duration, SystemTime};

const DAY_MS: u64 = 86_400_000;

/// A derived key and what it is good for. It has no `Debug`: it is as good as the secret for a day.
pub struct SigningKey {
    bytes: Vec<u8>,
    day: u64,
    scope: String,
    access_key_id: String,
    secret_access_key: Secret,
}

impl SigningKey {
    /// Derives the key for the day that `now_ms` (Unix milliseconds) falls on.
    pub fn derive(credentials: &Credentials, region: &str, service: &'static str, now_ms: u64) -> Self {
        let secret = &credentials.secret_access_key;
        let bytes = derived(secret, region, service, now_ms);
        wipe_stack();
        SigningKey {
            bytes,
            day: now_ms / DAY_MS,
            scope: [&timestamp::date(now_ms / DAY_MS), "/", region, "/", service, "/aws4_request"].concat(),
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: secret.clone(),
        }
    }

    /// Whether it signs for these credentials at `now_ms`, Unix milliseconds.
    pub fn is_for(&self, credentials: &Credentials, now_ms: u64) -> bool {
        self.day == now_ms / DAY_MS
            && self.access_key_id == credentials.access_key_id
            && self.secret_access_key == credentials.secret_access_key
    }

    /// `20150830/us-east-1/service/aws4_request`.
    pub(super) fn scope(&self) -> &str {
        &self.scope
    }
}

/// In a frame of its own, which ends before the stack is wiped.
#[inline(never)]
fn derived(secret: &str, region: &str, service: &'static str, now_ms: u64) -> Vec<u8> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms);
    generate_signing_key(secret, time, region, service).as_ref().to_vec()
}

/// HMAC leaves the block with the secret in its frame: one that is larger is written over it.
#[inline(never)]
fn wipe_stack() {
    std::hint::black_box(&mut [0_u8; 4096]);
}

impl AsRef<[u8]> for SigningKey {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

//! A string that is not shown, and is wiped when it is dropped.

use std::fmt;
use std::ops::Deref;

/// A secret: `Debug` does not show it, and its bytes are overwritten when it is dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret {
    text: String,
}

impl Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret { text }
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret { text: text.to_owned() }
    }
}

impl Drop for Secret {
    #[inline(never)]
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.fill(0);
        // Else the compiler may leave out writing what nobody reads.
        std::hint::black_box(&bytes);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

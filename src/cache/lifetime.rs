//! How long an entry is good, and how long its row lives.

use crate::dynamodb::{AttributeValue, Item};

/// No row outlives this, also when Next says "never": 366 days, in seconds.
pub const MAX_TTL_S: u64 = 366 * 86_400;

/// How long an entry is good, in Next's words and units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// When it is to be rendered again.
    pub revalidate: Revalidate,
    /// Seconds after which it must not be served any more; `None` when Next does not say.
    pub expire_s: Option<u64>,
}

/// Next's `revalidate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revalidate {
    /// Next did not say.
    #[default]
    Unknown,
    /// `false`: never by time.
    Never,
    /// Seconds.
    After(u64),
}

impl Lifetime {
    /// Whether the revalidate time of something rendered at `last_modified_ms` has passed.
    pub fn is_due(&self, last_modified_ms: u64, now_ms: u64) -> bool {
        match self.revalidate {
            Revalidate::After(seconds) => {
                now_ms >= last_modified_ms.saturating_add(seconds.saturating_mul(1000))
            }
            Revalidate::Never | Revalidate::Unknown => false,
        }
    }

    /// Seconds that its row lives: `expire`, else the longer of `revalidate` and the default; never `revalidate`
    /// alone, which would delete what should be served stale.
    pub fn ttl_s(&self, default_ttl_s: u64) -> u64 {
        let ttl_s = match (self.expire_s, self.revalidate) {
            (Some(expire_s), _) => expire_s,
            (None, Revalidate::After(seconds)) => seconds.max(default_ttl_s),
            (None, _) => default_ttl_s,
        };
        ttl_s.min(MAX_TTL_S)
    }
}

impl Lifetime {
    /// Reads the attribute `lifetime` of an entry row.
    pub fn from_attribute(attribute: &AttributeValue) -> Option<Self> {
        let map = attribute.as_m()?;
        let revalidate = match map.get("revalidate") {
            None => Revalidate::Unknown,
            Some(AttributeValue::Bool(false)) => Revalidate::Never,
            Some(seconds) => Revalidate::After(seconds.as_u64()?),
        };
        let expire_s = match map.get("expire") {
            None => None,
            Some(seconds) => Some(seconds.as_u64()?),
        };
        Some(Lifetime { revalidate, expire_s })
    }

    /// The attribute `lifetime` of an entry row.
    pub fn to_attribute(self) -> AttributeValue {
        let mut map = Item::new();
        match self.revalidate {
            Revalidate::Unknown => {}
            Revalidate::Never => drop(map.insert("revalidate", AttributeValue::Bool(false))),
            Revalidate::After(seconds) => drop(map.insert("revalidate", AttributeValue::n(seconds))),
        }
        if let Some(expire_s) = self.expire_s {
            map.insert("expire", AttributeValue::n(expire_s));
        }
        AttributeValue::M(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lives_as_long_as_next_may_serve_it() {
        let lifetime = |revalidate, expire_s| Lifetime { revalidate, expire_s };
        assert_eq!(lifetime(Revalidate::After(60), Some(3600)).ttl_s(10), 3600);
        assert_eq!(lifetime(Revalidate::After(60), None).ttl_s(600), 600);
        assert_eq!(lifetime(Revalidate::After(900), None).ttl_s(600), 900);
        assert_eq!(lifetime(Revalidate::Never, None).ttl_s(600), 600);
        assert_eq!(lifetime(Revalidate::Never, Some(4_294_967_294)).ttl_s(600), MAX_TTL_S);
    }
}

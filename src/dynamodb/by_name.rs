//! A map by name, as JSON objects and DynamoDB's items are.

use super::json::{FromJson, JsonError, JsonReader};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// Few values by their names, in the names' order: a vector, which takes a tenth of a tree's code. Names that the code
/// knows are not copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByName<T> {
    sorted: Vec<(Name, T)>,
}

type Name = Cow<'static, str>;

impl<T> ByName<T> {
    /// An empty map.
    pub fn new() -> Self {
        ByName { sorted: Vec::new() }
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        let index = self.position(name).ok()?;
        self.sorted.get(index).map(|(_, value)| value)
    }

    /// Gives a name a value; returns the one that it had before.
    pub fn insert(&mut self, name: impl Into<Name>, value: T) -> Option<T> {
        let name = name.into();
        match self.position(&name) {
            Ok(index) => self.sorted.get_mut(index).map(|(_, known)| std::mem::replace(known, value)),
            Err(index) => {
                self.sorted.insert(index, (name, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let index = self.position(name).ok()?;
        Some(self.sorted.remove(index).1)
    }

    /// Whether the name has a value.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// All names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.sorted.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Where the name is, or else belongs.
    fn position(&self, name: &str) -> Result<usize, usize> {
        self.sorted.binary_search_by(|(known, _)| known.as_ref().cmp(name))
    }
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        ByName::new()
    }
}

impl<K: Into<Name>, T> FromIterator<(K, T)> for ByName<T> {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(pairs: I) -> Self {
        let mut map = ByName::new();
        for (name, value) in pairs {
            map.insert(name, value);
        }
        map
    }
}

impl<K: Into<Name>, T, const N: usize> From<[(K, T); N]> for ByName<T> {
    fn from(pairs: [(K, T); N]) -> Self {
        // By way of a vector, so that the code is there once and not for each length.
        Vec::from(pairs).into_iter().collect()
    }
}

impl<T> IntoIterator for ByName<T> {
    type Item = (Cow<'static, str>, T);
    type IntoIter = std::vec::IntoIter<(Cow<'static, str>, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.sorted.into_iter()
    }
}

impl<T: Serialize> Serialize for ByName<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<T: FromJson> FromJson for ByName<T> {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        let mut map = ByName::new();
        json.object(&mut |json, name| {
            map.insert(name.to_owned(), T::from_json(json)?);
            Ok(())
        })?;
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_is_the_map_that_a_tree_is(steps in proptest::collection::vec((any::<bool>(), "[a-d]{0,2}", any::<u8>()), 0..40)) {
            let (mut map, mut tree) = (ByName::new(), BTreeMap::new());
            for (inserts, name, value) in steps {
                if inserts {
                    prop_assert_eq!(map.insert(name.clone(), value), tree.insert(name.clone(), value));
                } else {
                    prop_assert_eq!(map.remove(&name), tree.remove(&name));
                }
                prop_assert_eq!(map.contains_key("a"), tree.contains_key("a"));
                prop_assert_eq!(map.get(&name), tree.get(&name));
                prop_assert_eq!(map.is_empty(), tree.is_empty());
                prop_assert!(map.iter().eq(tree.iter().map(|(name, value)| (name.as_str(), value))));
            }
            prop_assert_eq!(&map, &tree.clone().into_iter().rev().collect::<ByName<_>>());
            prop_assert!(map.into_iter().map(|(name, value)| (name.into_owned(), value)).eq(tree));
        }
    }
}

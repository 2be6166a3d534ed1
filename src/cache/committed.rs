//! Which writes the sets of part rows of an entry were last committed for, as its row keeps it.

use super::row::Parts;
use crate::dynamodb::Item;

/// Sets of part rows that take turns, so that a reader under way still finds the ones its entry row names, and storage
/// stays bounded without a delete (a delete costs as many write units as the write did).
pub const PART_SLOTS: u32 = 8;

/// An attribute for each, so that a set changes its own and leaves the others, whoever has written them meanwhile.
const ATTRIBUTES: [&str; PART_SLOTS as usize] = [
    "committed0",
    "committed1",
    "committed2",
    "committed3",
    "committed4",
    "committed5",
    "committed6",
    "committed7",
];

/// The generation that was last committed on each set of part rows; `None` where none is known of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    generations: [Option<u64>; PART_SLOTS as usize],
}

impl Committed {
    /// What an entry's row says.
    pub fn from_item(item: &Item) -> Self {
        Committed { generations: ATTRIBUTES.map(|name| item.get(name)?.as_u64()) }
    }

    /// The attribute of a set of part rows.
    pub fn attribute(slot: u32) -> &'static str {
        ATTRIBUTES.get(slot as usize).copied().unwrap_or("committed")
    }

    /// The generation that was last committed on a set of part rows.
    pub fn on(&self, slot: u32) -> Option<u64> {
        self.generations.get(slot as usize).copied().flatten()
    }

    /// Notes that these parts are committed.
    pub fn note(&mut self, parts: Parts) {
        if let Some(generation) = self.generations.get_mut(parts.slot as usize) {
            *generation = Some(parts.generation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamodb::AttributeValue;

    #[test]
    fn each_set_of_part_rows_has_an_attribute() {
        let mut committed = Committed::default();
        for slot in 0..PART_SLOTS {
            let generation = u64::from(slot) + 10;
            committed.note(Parts { count: 1, slot, generation });
            let item = Item::from([(Committed::attribute(slot), AttributeValue::n(generation))]);
            assert_eq!([committed, Committed::from_item(&item)].map(|of| of.on(slot)), [Some(generation); 2]);
        }
        assert_eq!(committed.on(PART_SLOTS), None);
    }
}

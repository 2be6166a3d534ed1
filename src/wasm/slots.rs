//! Values by numbers, which are used again.

/// A table of values; each has a number until it is taken out.
pub struct Slots<T> {
    all: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Slots<T> {
    /// An empty one.
    pub const fn new() -> Self {
        Slots { all: Vec::new(), free: Vec::new() }
    }

    /// Puts in what `value` makes for its number.
    pub fn insert(&mut self, value: impl FnOnce(usize) -> T) -> usize {
        let number = self.free.pop().unwrap_or(self.all.len());
        let value = Some(value(number));
        match self.all.get_mut(number) {
            Some(place) => *place = value,
            None => self.all.push(value),
        }
        number
    }

    /// What has this number.
    pub fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.all.get_mut(number)?.as_mut()
    }

    /// Takes out what has this number.
    pub fn remove(&mut self, number: usize) -> Option<T> {
        let taken = self.all.get_mut(number)?.take()?;
        self.free.push(number);
        Some(taken)
    }
}

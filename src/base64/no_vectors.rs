//! Where the tests run there are no vectors of WebAssembly: all is left to be done group by group.

pub fn decode(_groups: &[[u8; 4]], _into: &mut [[u8; 3]]) -> Option<usize> {
    Some(0)
}

pub fn encode(_groups: &[[u8; 3]], _into: &mut [[u8; 4]]) -> usize {
    0
}

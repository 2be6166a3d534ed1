//! Keys and tags that JavaScript hands over.

use crate::cache::key::Component;
use js_sys::{Array, JsString};
use wasm_bindgen::JsCast;

/// Tags; what is no string is left out.
pub fn components(strings: &Array) -> Vec<Component> {
    let tags = strings.iter().filter_map(|tag| tag.dyn_into::<JsString>().ok());
    tags.map(|tag| component(&tag, Component::tag, Component::tag_utf16)).collect()
}

/// A string's component, also of one that is not valid Unicode.
pub fn component(
    string: &JsString,
    from_str: impl Fn(&str) -> Component,
    from_utf16: impl Fn(&[u16]) -> Component,
) -> Component {
    let text = String::from(string);
    // The first byte of a replacement character, which may stand for a lone surrogate: those must stay apart.
    if text.as_bytes().contains(&0xEF) {
        return from_utf16(&string.iter().collect::<Vec<_>>());
    }
    from_str(&text)
}

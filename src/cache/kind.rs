//! What Next calls its values.

/// The kinds of value that Next's cache interface knows, of all supported versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A kind that this version does not know; its value round-trips all the same.
    Other,
    /// A cached fetch, or unstable_cache.
    Fetch,
    /// A page of the App Router.
    AppPage,
    /// A route handler.
    AppRoute,
    /// A page of the Pages Router.
    Pages,
    /// A redirect of the Pages Router.
    Redirect,
    /// An optimised image.
    Image,
    /// `null`: a cached notFound.
    NotFound,
    /// Next 14's page.
    Page,
    /// Next 14's route handler.
    Route,
    /// An entry of 'use cache'.
    UseCache,
    /// A segment of a large entry of 'use cache', which is stored while its stream is read.
    UseCacheSegment,
}

impl Kind {
    const NAMES: [(Kind, &'static str); 12] = [
        (Kind::Other, "OTHER"),
        (Kind::Fetch, "FETCH"),
        (Kind::AppPage, "APP_PAGE"),
        (Kind::AppRoute, "APP_ROUTE"),
        (Kind::Pages, "PAGES"),
        (Kind::Redirect, "REDIRECT"),
        (Kind::Image, "IMAGE"),
        (Kind::NotFound, "NOT_FOUND"),
        (Kind::Page, "PAGE"),
        (Kind::Route, "ROUTE"),
        (Kind::UseCache, "USE_CACHE"),
        (Kind::UseCacheSegment, "USE_CACHE_SEGMENT"),
    ];

    /// The kind that Next calls `name`.
    pub fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Kind::Other, |(kind, _)| *kind)
    }

    /// Next's name; `NOT_FOUND` and `USE_CACHE…`, which Next leaves nameless, are ours.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("OTHER", |(_, name)| name)
    }

    /// The byte that stands for it in a frame.
    pub fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_name() {
        for (kind, name) in Kind::NAMES {
            assert_eq!((Kind::from_name(name), kind.name()), (kind, name));
        }
        assert_eq!(Kind::from_name("SOMETHING_NEW"), Kind::Other);
    }
}

//! The bindings: the only place where JavaScript and the core meet.

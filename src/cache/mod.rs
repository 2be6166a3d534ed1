//! The cache itself: entries, tags and the layout of the table. The only layer that knows Next.js's words.

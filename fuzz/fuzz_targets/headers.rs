#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nextjs_dynamodb_cache_fuzz::headers(bytes));

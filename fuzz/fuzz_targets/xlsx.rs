#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jixiao_fuzz::xlsx(bytes));

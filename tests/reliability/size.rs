//! How much is proved.

/// `short` in a plain `cargo test`, `whole` with `JIXIAO_PROVE=1`.
pub fn either(short: u32, whole: u32) -> u32 {
    if std::env::var("JIXIAO_PROVE").is_ok_and(|prove| prove == "1") { whole } else { short }
}

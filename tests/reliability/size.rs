//! How much is proved, and chance that can be had again.

/// `short` in a plain `cargo test`, `whole` with `JIXIAO_PROVE=1`.
pub fn either(short: u32, whole: u32) -> u32 {
    if std::env::var("JIXIAO_PROVE").is_ok_and(|prove| prove == "1") { whole } else { short }
}

/// Numbers that look random and are the same each time: what a test does is not up to luck, though when the program
/// gets to it is.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

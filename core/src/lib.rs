//! The pure floor of Jixiao (绩效): what the words of budget-performance self-evaluation mean, how a form is
//! scored, and who may do what. No I/O, no database, no HTTP: the compiler proves it, because
//! this crate depends on none of them. Time is handed in through [`kernel::Clock`].
//!
//! * [`kernel`]: exact amounts and points, codes, years, language, the one rounding.
//! * [`scoring`]: a sheet and a rule set in, an explained scorecard out.
//! * [`checks`]: what does not agree in a form, and what must be explained before it is handed in.
//! * [`workflow`]: stages of an evaluation, roles, and the one role × action table.

pub mod checks;
pub mod kernel;
pub mod scoring;
pub mod workflow;

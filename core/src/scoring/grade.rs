//! The four grades (评级).

use super::rule_set::GradeBounds;
use super::words::{UnknownName, vocabulary};
use crate::kernel::{Lang, Points, Text};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

vocabulary! {
    /// The grade of a whole sheet (财预〔2020〕10号: 评分和评级相结合, 优 良 中 差).
    Grade {
        /// 优: by default 90 points and more.
        Excellent = "excellent", "优", "excellent";
        /// 良: by default 80 and more.
        Good = "good", "良", "good";
        /// 中: by default 60 and more.
        Fair = "fair", "中", "fair";
        /// 差: less.
        Poor = "poor", "差", "poor";
    }
}

impl Grade {
    /// The grade of a total; each bound belongs to the better grade.
    #[must_use]
    pub fn of(total: Points, bounds: &GradeBounds) -> Self {
        if total >= bounds.excellent {
            Self::Excellent
        } else if total >= bounds.good {
            Self::Good
        } else if total >= bounds.fair {
            Self::Fair
        } else {
            Self::Poor
        }
    }
}

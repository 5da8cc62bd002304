//! Codes, years and sums: what everything else is named and counted with.

use chrono::{DateTime, NaiveDate, TimeDelta};
use jixiao_core::kernel::{Clock, FiscalYear, Lang, ManualClock, Points, RegionCode, UnitCode, differences};
use serde_json::json;

#[test]
fn a_code_is_letters_digits_and_hyphens() {
    let longest = "2".repeat(32);
    for good in ["219001", "0219", "A-1", longest.as_str()] {
        assert_eq!(good.parse::<UnitCode>().unwrap().as_str(), good);
    }
    for bad in ["", "219 001", "21_9", "单位", &"2".repeat(33)] {
        assert!(bad.parse::<UnitCode>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_region_contains_what_its_code_begins() {
    let contains = |one: &str, other: &str| {
        one.parse::<RegionCode>().unwrap().contains(&other.parse::<RegionCode>().unwrap())
    };
    assert!(contains("43", "430611") && contains("4306", "430611") && contains("430611", "430611"));
    assert!(!contains("430611", "4306") && !contains("4305", "430611"));
}

#[test]
fn a_day_ends_in_china_at_four_in_the_afternoon_of_utc() {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let end = FiscalYear::end_of_day_in_china(day).unwrap();
    assert_eq!(end.to_rfc3339(), "2024-02-29T16:00:00+00:00");
}

#[test]
fn a_clock_that_is_set_stands_until_it_is_moved() {
    let clock = ManualClock::at(DateTime::UNIX_EPOCH);
    assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
    clock.advance(-1500);
    assert_eq!(clock.now(), DateTime::UNIX_EPOCH - TimeDelta::milliseconds(1500));
}

#[test]
fn a_year_is_its_number() {
    let year = FiscalYear::try_from(2023).unwrap();
    assert_eq!((i32::from(year), year.to_string()), (2023, "2023".to_owned()));
}

#[test]
fn points_sum_exactly() {
    let parts = ["0.1", "0.2", "0.7"].map(|part| part.parse::<Points>().unwrap());
    assert_eq!(parts.into_iter().sum::<Points>(), Points::whole(1));
}

#[test]
fn a_language_has_its_tag() {
    assert_eq!([Lang::Zh, Lang::En].map(Lang::tag), ["zh-CN", "en"]);
}

#[test]
fn an_empty_thing_differs_as_a_whole() {
    for (before, after) in [(json!({"a": {}}), json!({})), (json!({}), json!({"a": {}}))] {
        let found = differences(&before, &after);
        let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["a"], "{before} {after}");
    }
}

//! Regions, and the units in them.

use jixiao_core::kernel::{RegionCode, UnitCode};

use super::dice::Dice;
use crate::units::wire::UnitInput;

/// What a unit is about: an index into the themes.
pub type Sector = usize;

/// The departments of a county, each with its sector. The first ones are there in the smallest county.
const DEPARTMENTS: [(&str, Sector); 24] = [
    ("委办公室", 0),
    ("教育局", 1),
    ("卫生健康局", 2),
    ("水利局", 3),
    ("农业农村局", 4),
    ("交通运输局", 5),
    ("住房和城乡建设局", 5),
    ("财政局", 0),
    ("人力资源和社会保障局", 6),
    ("民政局", 6),
    ("自然资源局", 5),
    ("生态环境分局", 3),
    ("文化旅游广电体育局", 1),
    ("应急管理局", 0),
    ("市场监督管理局", 0),
    ("林业局", 4),
    ("审计局", 0),
    ("统计局", 0),
    ("商务粮食局", 4),
    ("司法局", 0),
    ("退役军人事务局", 6),
    ("乡村振兴局", 4),
    ("融媒体中心", 0),
    ("疾病预防控制中心", 2),
];

/// Units below a department: whose, and how they are called after a number or a town.
const SUBORDINATES: [(usize, &str); 7] = [
    (1, "中心小学"),
    (1, "初级中学"),
    (2, "卫生院"),
    (3, "水利管理站"),
    (4, "农业综合服务中心"),
    (1, "中心幼儿园"),
    (9, "敬老院"),
];

const FIRST: [&str; 16] =
    ["临", "安", "平", "桂", "华", "君", "湘", "石", "江", "云", "永", "新", "怀", "长", "宁", "沅"];
const SECOND: [&str; 16] =
    ["山", "江", "湖", "阳", "城", "溪", "丰", "泽", "川", "岭", "原", "塘", "河", "口", "岗", "林"];
const KIND: [&str; 3] = ["县", "区", "市"];

/// Where all units are.
#[derive(Clone, Debug)]
pub struct Region {
    code: RegionCode,
    /// Units in each county.
    per_county: u64,
    seed: u64,
}

/// One unit: its place among all, and what it is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its number, from 0.
    pub index: u64,
    /// As it is imported.
    pub unit: UnitInput,
    /// What it is about.
    pub sector: Sector,
}

fn number(value: u64) -> usize {
    usize::try_from(value).unwrap_or_default()
}

impl Region {
    /// A region with so many units: a county, or a prefecture or province of counties with 80 units each, or more
    /// where there are not counties enough.
    #[must_use]
    pub fn new(code: RegionCode, units: u64, seed: u64) -> Self {
        let counties = match code.as_str().len() {
            2 => 14 * 99,
            4 => 99,
            _ => 1,
        };
        let per_county = if counties == 1 { units } else { units.div_ceil(counties).max(80) };
        Self { code, per_county: per_county.max(1), seed }
    }

    fn county(&self, county: u64) -> String {
        match self.code.as_str().len() {
            2 => format!("{}{:02}{:02}", self.code, county % 14 + 1, county / 14 + 1),
            4 => format!("{}{:02}", self.code, county + 1),
            _ => self.code.to_string(),
        }
    }

    /// The unit with this number; `None` if its codes cannot be written.
    #[must_use]
    pub fn place(&self, index: u64) -> Option<Place> {
        let (county, within) = (index / self.per_county, index % self.per_county);
        let region = self.county(county);
        let mut dice = Dice::at(self.seed, &[1, county]);
        let name = format!("{}{}{}", dice.pick(&FIRST), dice.pick(&SECOND), dice.pick(&KIND));
        let code = |within: u64| format!("{region}{:03}", within + 101).parse::<UnitCode>();
        let (name, parent, sector) = match DEPARTMENTS.get(number(within)) {
            Some((department @ "委办公室", sector)) => (format!("中共{name}{department}"), None, *sector),
            Some((department, sector)) => (format!("{name}{department}"), None, *sector),
            None => {
                let below = within - 24;
                let kind = SUBORDINATES.get(number(below) % SUBORDINATES.len());
                let (parent, kind) = kind.copied().unwrap_or_default();
                let mut dice = Dice::at(self.seed, &[2, index]);
                let (first, second) = (dice.pick(&FIRST), dice.pick(&SECOND));
                let sector = DEPARTMENTS.get(parent).map(|(_, sector)| *sector).unwrap_or_default();
                let town = format!("{first}{second}镇");
                (format!("{name}{town}{kind}"), Some(code(u64::try_from(parent).ok()?).ok()?), sector)
            }
        };
        let unit = UnitInput {
            code: code(within).ok()?,
            name,
            region_code: Some(region.parse().ok()?),
            parent_code: parent,
        };
        Some(Place { index, unit, sector })
    }
}

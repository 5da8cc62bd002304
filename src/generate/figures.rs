//! The amounts of a unit's year. They reconcile: sources and natures sum to the total, the projects to the project
//! expenditure, the three public expenses to their parts.

use jixiao_core::kernel::{Money, Points};

use super::dice::Dice;
use crate::base_data::wire::{Expense, ExpenseItem};
use crate::budgets::wire::Amounts;

/// Initial, annual and executed amount.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// 年初预算数.
    pub initial: Money,
    /// 全年预算数.
    pub annual: Money,
    /// 全年执行数.
    pub executed: Money,
}

impl Figures {
    /// On the wire.
    #[must_use]
    pub fn amounts(&self) -> Amounts {
        Amounts { initial: Some(self.initial), annual: Some(self.annual), executed: Some(self.executed) }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let sum = |one: Money, two: Money| Money::from_scaled(one.scaled() + two.scaled());
        Self {
            initial: sum(self.initial, other.initial),
            annual: sum(self.annual, other.annual),
            executed: sum(self.executed, other.executed),
        }
    }

    /// So many of a thousand of each, and the rest.
    #[must_use]
    pub fn split(&self, permille: i64) -> (Self, Self) {
        let part = |whole: Money| Money::from_scaled(whole.scaled() / 1_000 / 10_000 * permille * 10_000);
        let rest = |whole: Money| Money::from_scaled(whole.scaled() - part(whole).scaled());
        (
            Self { initial: part(self.initial), annual: part(self.annual), executed: part(self.executed) },
            Self { initial: rest(self.initial), annual: rest(self.annual), executed: rest(self.executed) },
        )
    }

    /// The points that the execution earns, to two decimals.
    #[must_use]
    pub fn points(&self, weight: Points) -> Points {
        share(weight, (self.executed.scaled(), self.annual.scaled()))
    }

    /// Whether less than nine tenths were spent, or the budget was changed.
    #[must_use]
    pub fn owe_a_reason(&self) -> bool {
        self.initial != self.annual || self.executed.scaled() < self.annual.scaled() / 10 * 9
    }
}

/// A part of the weight, half up to two decimals.
#[must_use]
pub fn share(weight: Points, (part, whole): (i64, i64)) -> Points {
    let (weight_, part_, whole_) = (i128::from(weight.scaled()), i128::from(part), i128::from(whole.max(1)));
    let hundredths = (2 * weight_ * part_ + 100 * whole_) / (200 * whole_);
    Points::from_scaled(i64::try_from(hundredths * 100).unwrap_or_default()).min(weight)
}

/// Makes amounts with as many decimals as the unit writes.
#[derive(Clone, Copy, Debug)]
struct Grain(i64);

impl Grain {
    fn amount(self, dice: &mut Dice, low: i64, high: i64) -> Money {
        let scaled = dice.between(low * 1_000_000, high * 1_000_000);
        Money::from_scaled(scaled / self.0 * self.0)
    }

    fn permille(self, of: Money, permille: i64) -> Money {
        Money::from_scaled(of.scaled() / 1_000 * permille / self.0 * self.0)
    }
}

/// What a unit had and spent.
#[derive(Clone, Debug)]
pub struct UnitFigures {
    /// 编制数.
    pub quota: i64,
    /// 人员经费.
    pub personnel: Money,
    /// 公用经费.
    pub public: Money,
    /// 基本支出.
    pub basic: Figures,
    /// Its projects, in the order of their codes.
    pub projects: Vec<Figures>,
    /// 三公经费 and the other expenses of annex 1.
    pub expenses: Vec<Expense>,
}

impl UnitFigures {
    /// 项目支出.
    #[must_use]
    pub fn project(&self) -> Figures {
        self.projects.iter().fold(Figures::default(), |sum, one| sum.plus(one))
    }

    /// All.
    #[must_use]
    pub fn total(&self) -> Figures {
        self.basic.plus(&self.project())
    }

    /// The figures of a unit with so many projects.
    #[must_use]
    pub fn of(dice: &mut Dice, projects: usize) -> Self {
        let grain = Grain(dice.pick(&[10_000, 10_000, 10_000, 10_000, 100, 1]));
        let quota = dice.between(8, 120);
        let personnel = grain.amount(dice, quota * 8, quota * 16);
        let public = grain.amount(dice, quota * 2, quota * 6);
        let spent = Money::from_scaled(personnel.scaled() + public.scaled());
        let initial = if dice.permille(300) {
            let permille = dice.between(900, 1_080);
            grain.permille(spent, permille)
        } else {
            spent
        };
        let basic = Figures { initial, annual: spent, executed: spent };
        let projects: Vec<Figures> = (0..projects).map(|_| project(dice, grain)).collect();
        let mut figures = Self { quota, personnel, public, basic, projects, expenses: Vec::new() };
        figures.expenses = expenses(dice, grain, &figures);
        figures
    }
}

fn project(dice: &mut Dice, grain: Grain) -> Figures {
    let high = dice.pick(&[20, 60, 60, 200, 200, 800, 3_000]);
    let initial = grain.amount(dice, high / 10, high);
    let annual = if dice.permille(250) {
        let permille = dice.between(700, 1_250);
        grain.permille(initial, permille)
    } else {
        initial
    };
    let executed = match dice.between(0, 99) {
        0..=54 => annual,
        55..=79 => grain.permille(annual, dice.between(950, 999)),
        80..=92 => grain.permille(annual, dice.between(850, 949)),
        _ => grain.permille(annual, dice.between(400, 849)),
    };
    Figures { initial, annual, executed }
}

/// Prior account, budget and account of one expense.
type Three = [Money; 3];

fn three(dice: &mut Dice, grain: Grain, low: i64, high: i64) -> Three {
    let budget = grain.amount(dice, low, high);
    let change = if dice.permille(60) { dice.between(1_350, 1_700) } else { dice.between(1_000, 1_150) };
    let spent = dice.between(600, 1_000);
    [grain.permille(budget, change), budget, grain.permille(budget, spent)]
}

fn sum(parts: &[Three]) -> Three {
    parts.iter().fold(Three::default(), |[a, b, c], [x, y, z]| {
        [(a, x), (b, y), (c, z)].map(|(one, two)| Money::from_scaled(one.scaled() + two.scaled()))
    })
}

fn expenses(dice: &mut Dice, grain: Grain, figures: &UnitFigures) -> Vec<Expense> {
    let purchase = if dice.permille(50) { three(dice, grain, 15, 25) } else { Three::default() };
    let operation = if dice.permille(600) { three(dice, grain, 1, 12) } else { Three::default() };
    let overseas = Three::default();
    let reception = three(dice, grain, 0, 8);
    let vehicles = sum(&[purchase, operation]);
    let project = figures.project();
    let spent = figures.public;
    let of = |permille| grain.permille(spent, permille);
    let (office, utilities, meetings) =
        (of(dice.between(150, 400)), of(dice.between(20, 120)), of(dice.between(10, 90)));
    let near =
        |dice: &mut Dice, spent: Money| [grain.permille(spent, dice.between(850, 1_250)), spent, spent];
    let rows = [
        (ExpenseItem::ThreePublic, sum(&[vehicles, overseas, reception])),
        (ExpenseItem::OfficialVehicles, vehicles),
        (ExpenseItem::VehiclePurchase, purchase),
        (ExpenseItem::VehicleOperation, operation),
        (ExpenseItem::OverseasTravel, overseas),
        (ExpenseItem::OfficialReception, reception),
        (
            ExpenseItem::Project,
            [grain.permille(project.executed, dice.between(800, 1_280)), project.annual, project.executed],
        ),
        (ExpenseItem::Public, near(dice, spent)),
        (ExpenseItem::Office, near(dice, office)),
        (ExpenseItem::UtilitiesAndTravel, near(dice, utilities)),
        (ExpenseItem::MeetingsAndTraining, near(dice, meetings)),
        (ExpenseItem::GovernmentProcurement, three(dice, grain, 5, 200)),
        (
            ExpenseItem::BasicBudgetAdjustment,
            [figures.basic.initial, figures.basic.initial, figures.basic.executed],
        ),
    ];
    rows.into_iter()
        .map(|(item, [prior_final, budget, last])| Expense {
            item,
            name: None,
            prior_final: Some(prior_final),
            budget: Some(budget),
            r#final: Some(last),
        })
        .collect()
}

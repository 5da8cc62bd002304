//! Rule sets that a place has made for itself; those that come with the program stand in the program.

use sea_orm_migration::prelude::*;

use crate::columns::{id, stamped, tables, text};

tables! {
    {
        let mut rule_sets = Table::create();
        rule_sets.table("rule_sets").col(id()).col(text("reference").unique_key()).col(text("definition"));
        (vec![stamped(&mut rule_sets).to_owned()], vec![])
    };
    drop "rule_sets"
}

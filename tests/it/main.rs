//! The one integration binary: one module per concern. Each extra binary would link everything again.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests run the program, read its files and say what they could not run"
)]

mod apart;
mod architecture;
mod at_ages;
mod attacker;
mod audit;
mod bad_input;
mod beside;
mod bounds;
mod builtin;
mod chart;
mod codelists;
mod commands;
mod conformance;
mod continuity;
mod csvw;
mod data_add;
mod determinism;
mod disclosure;
mod faults;
mod from_returns;
mod generated;
mod homes;
mod identifiers;
mod imports;
mod methods;
mod needs;
mod needs_command;
mod needs_take;
mod open_data;
mod outputs;
mod page;
mod placed;
mod planted;
mod published;
mod query;
mod readme;
mod reference;
mod released;
mod returns;
mod returns_codes;
mod returns_damaged;
mod returns_said;
mod returns_shapes;
mod returns_stream;
mod serve;
mod site;
mod spec;
mod store;
mod store_asked;
mod structural;
mod support;
mod suppression;
mod survey;
mod tables;
mod unprotected;
mod wales;
mod workbook;
mod years;

//! The one integration binary: one module per concern.
mod codelists;
mod disclosure;
mod planted;
mod returns;
mod spec;
mod store;

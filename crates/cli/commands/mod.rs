//! One module a command.
pub(crate) mod audit;
pub(crate) mod authority;
pub(crate) mod chart;
pub(crate) mod codes;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod data_add;
pub(crate) mod journeys;
pub(crate) mod method;
pub(crate) mod needs;
pub(crate) mod prior_help;
pub(crate) mod returns;
pub(crate) mod run;
mod sections;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod site;
mod site_help;

//! One field of a return at a time: text to dates, codes, identifiers and postcodes, with what is odd
//! about it said.

pub(crate) mod date;
pub(crate) mod field_reader;
pub(crate) mod postcode;
pub(crate) mod value;

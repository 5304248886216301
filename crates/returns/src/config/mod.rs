//! What is known before any return is read: the caller's options, the manifest beside the files, and the
//! code lists with the words that lead to a code.

pub(crate) mod codelists;
pub(crate) mod continuity;
pub(crate) mod format;
pub(crate) mod manifest;
pub(crate) mod options;
pub(crate) mod words;
pub(crate) mod year;

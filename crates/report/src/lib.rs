//! A release drawn as charts and a page.

//! A population needs assessment from neighbourhoods and children.
//!
//! # What flows through here
//! 1. [`teams`]: neighbourhoods that adjoin become footprints of a wanted size.
//!
//! Pure: no file, no clock, no environment. The same neighbourhoods give the same teams on every run.

pub mod teams;

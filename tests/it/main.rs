//! The one integration binary: one module per concern.

mod conformance;
mod reference;

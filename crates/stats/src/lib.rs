//! Numbers in, numbers out.
/// stub
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// low
    pub low: f64,
    /// high
    pub high: f64,
}

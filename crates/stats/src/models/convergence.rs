//! How a fit ended: whether it settled, after how much work, and how far it could still move.
//! A record, nothing more.

/// Why an algorithm stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Another step would change no predictor by more than rounding.
    Settled,
    /// No step improves the likelihood any more, though the slope is not yet rounding.
    NoProgress,
    /// The iterations allowed were used up.
    Iterations,
}

/// A fit's own account of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// Whether the estimates are a maximum to the accuracy that this crate promises.
    pub converged: bool,
    /// Why the algorithm stopped.
    pub stop: Stop,
    /// Steps taken.
    pub iterations: usize,
    /// Times the likelihood was computed.
    pub evaluations: usize,
    /// How much more −2 ln L a further Newton step promises; 0 for a closed form.
    pub distance: f64,
}

//! The marks that publishers write where a figure is absent, by vintage: the same mark meant different things in
//! different years (`x` was *suppressed* until 2019 and is *not available* now).

use std::collections::BTreeMap;

use crate::Symbol;

/// Marks by vintage, as `symbols.csv` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(BTreeMap<String, BTreeMap<String, Symbol>>);

impl Marks {
    /// Adds what a mark means in a vintage.
    pub fn insert(&mut self, vintage: &str, mark: &str, symbol: Symbol) {
        self.0
            .entry(vintage.to_owned())
            .or_default()
            .insert(mark.to_owned(), symbol);
    }

    /// Whether the vintage is known.
    #[must_use]
    pub fn knows(&self, vintage: &str) -> bool {
        self.0.contains_key(vintage)
    }

    /// The vintages, in order.
    pub fn vintages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What a mark means in a vintage; none where the vintage does not have it.
    #[must_use]
    pub fn symbol(&self, vintage: &str, mark: &str) -> Option<Symbol> {
        self.0.get(vintage)?.get(mark).copied()
    }

    /// The marks of a vintage with what they mean, in order; none of a vintage that is not known.
    pub fn of(&self, vintage: &str) -> impl Iterator<Item = (&str, Symbol)> {
        let marks = self.0.get(vintage).into_iter().flatten();
        marks.map(|(mark, symbol)| (mark.as_str(), *symbol))
    }
}

//! The ways in which an expected count is made.

use super::StructuralModel;

/// How an expected count was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpectedModel {
    /// England's rate times the authority's children.
    NationalRate,
    /// England's rate in each age band times the authority's children in it.
    Age,
    /// England's rate in each ethnic group times the authority's children in it.
    Ethnicity,
    /// What a model of all the other authorities gives one with the same circumstances.
    Structural(StructuralModel),
}

impl ExpectedModel {
    /// The word in the `model` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NationalRate => "national_rate",
            Self::Age => "age",
            Self::Ethnicity => "ethnicity",
            Self::Structural(model) => model.as_str(),
        }
    }

    /// Every way, in output order.
    pub const ALL: [Self; 7] = [
        Self::NationalRate,
        Self::Age,
        Self::Ethnicity,
        Self::Structural(StructuralModel::Null),
        Self::Structural(StructuralModel::Deprivation),
        Self::Structural(StructuralModel::DeprivationEthnicity),
        Self::Structural(StructuralModel::Full),
    ];
}

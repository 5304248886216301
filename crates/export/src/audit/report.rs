//! What an audit finds, and its rows.

/// How a count is exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// It stands there.
    Shown,
    /// It has one value.
    Told,
    /// It is between 1 and the greatest that is withheld.
    Narrowed,
    /// It has one value if whatever is withheld is at least one.
    IfSomebody,
}

impl Exposure {
    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Told => "told",
            Self::Narrowed => "narrowed",
            Self::IfSomebody => "told_if_somebody",
        }
    }
}

/// A small count that a reader can work out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedCount {
    /// The outputs that it takes.
    pub outputs: Vec<String>,
    /// First and last year.
    pub years: (u16, u16),
    /// Code of the authority; empty for all together.
    pub area: String,
    /// Way of telling children apart.
    pub group_by: String,
    /// The group.
    pub group: String,
    /// What is counted, in words.
    pub what: String,
    /// The least that it must be.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// How it is exposed.
    pub exposure: Exposure,
    /// Whether it takes what is only likely: that what holds of everyone holds of the group.
    pub likely: bool,
}

/// What one output, or several together, show and withhold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditedPart {
    /// How the outputs were named.
    pub outputs: Vec<String>,
    /// Which of our outputs are in it.
    pub kinds: Vec<&'static str>,
    /// Why nothing is withheld, if that is said.
    pub unprotected: Option<String>,
    /// Whether the children are invented.
    pub synthetic: bool,
    /// Counts that are shown.
    pub shown: usize,
    /// Counts that are withheld.
    pub withheld: usize,
    /// Of those, the ones that are surely small, as far as a reader can know.
    pub surely_small: usize,
    /// Of those, the ones that are surely above.
    pub surely_above: usize,
    /// Counts that are one number in one output and another in another.
    pub differ: usize,
    /// Relations that were used.
    pub relations: usize,
    /// Relations that what is shown contradicts.
    pub contradicted: usize,
    /// Numbers asked about, withheld counts and what is left beside parts.
    pub asked: usize,
    /// Of those, proven to be in doubt.
    pub in_doubt: usize,
    /// Of those, neither proven nor exposed.
    pub not_proven: usize,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditReport {
    /// Each output alone, and all together where there are several.
    pub parts: Vec<AuditedPart>,
    /// What is exposed; once, by the fewest outputs.
    pub exposed: Vec<ExposedCount>,
}

/// The columns of what is exposed, for machines.
pub const AUDIT_HEADER: [&str; 12] = [
    "outputs",
    "time_period",
    "area_code",
    "area_name",
    "group_by",
    "group",
    "count",
    "least",
    "most",
    "exposed",
    "most_likely",
    "of_outputs",
];

/// One row of them; `name` is that of the area.
#[must_use]
pub fn audit_row(one: &ExposedCount, name: &str) -> Vec<String> {
    vec![
        one.outputs.join("; "),
        one.span(),
        one.area.clone(),
        name.to_owned(),
        one.group_by.clone(),
        one.group.clone(),
        one.what.clone(),
        one.least.to_string(),
        one.most.to_string(),
        one.exposure.as_str().to_owned(),
        one.likely.to_string(),
        one.outputs.len().to_string(),
    ]
}

impl ExposedCount {
    /// Its year, or the first and the last of its years.
    #[must_use]
    pub fn span(&self) -> String {
        let (from, to) = self.years;
        if from == to {
            to.to_string()
        } else {
            format!("{from}-{to}")
        }
    }
}

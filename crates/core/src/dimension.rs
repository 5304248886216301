//! Filters: the ways a count is broken down, and the code lists that name each group.
//!
//! The groups, their names and their order are data (`categories.csv`); only the set of dimensions
//! is fixed here, because output columns are.

use std::collections::BTreeMap;

/// A way of breaking a count down. Each is a column of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Broad ethnic group (White, Mixed, Asian, Black, Other; unknown is a group of its own).
    EthnicityMajor,
    /// Detailed ethnic group.
    EthnicityMinor,
    /// Age band in completed years.
    AgeBand,
    /// Sex as recorded in the return.
    Sex,
    /// Tenth of neighbourhoods by deprivation; 1 is the most deprived.
    DeprivationDecile,
}

impl Dimension {
    /// Every dimension, in the order of the output columns.
    pub const ALL: [Self; 5] = [
        Self::EthnicityMajor,
        Self::EthnicityMinor,
        Self::AgeBand,
        Self::Sex,
        Self::DeprivationDecile,
    ];

    /// The column name in every table.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::EthnicityMajor => "ethnicity_major",
            Self::EthnicityMinor => "ethnicity_minor",
            Self::AgeBand => "age_band",
            Self::Sex => "sex",
            Self::DeprivationDecile => "deprivation_decile",
        }
    }

    /// The dimension with that column name.
    #[must_use]
    pub fn from_column(column: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.column() == column)
    }
}

/// One group of one dimension, as a position in its code list; 0 is always `Total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CategoryId(pub u8);

impl CategoryId {
    /// Not broken down by this dimension.
    pub const TOTAL: Self = Self(0);
}

/// One group as the code list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Code used in the built-in tables, such as `white` or `WBRI`.
    pub code: String,
    /// Name shown to people, such as `White British`.
    pub label: String,
    /// Code of the broad group it belongs to, for detailed groups.
    pub parent: Option<String>,
    /// Whether it stands for people whose group is not known (refused, not obtained, missing).
    pub unknown: bool,
}

/// The groups of one dimension, in their published order. Position 0 is `Total`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeList {
    categories: Vec<Category>,
}

impl CodeList {
    /// A code list from its groups in order, `Total` put first.
    ///
    /// Returns `None` if there are more groups than a [`CategoryId`] can number or a code repeats.
    #[must_use]
    pub fn new(categories: Vec<Category>) -> Option<Self> {
        let total = Category {
            code: "total".into(),
            label: "Total".into(),
            parent: None,
            unknown: false,
        };
        let mut all = vec![total];
        for category in categories {
            if all.iter().any(|seen| seen.code == category.code) || all.len() > usize::from(u8::MAX)
            {
                return None;
            }
            all.push(category);
        }
        Some(Self { categories: all })
    }

    /// The group with that code.
    #[must_use]
    pub fn id(&self, code: &str) -> Option<CategoryId> {
        let position = self
            .categories
            .iter()
            .position(|category| category.code == code)?;
        u8::try_from(position).ok().map(CategoryId)
    }

    /// The group at that position, or `Total` for a position this list does not have.
    #[must_use]
    pub fn get(&self, id: CategoryId) -> &Category {
        self.categories
            .get(usize::from(id.0))
            .unwrap_or(&self.categories[0])
    }

    /// Every group but `Total`, in order.
    pub fn iter(&self) -> impl Iterator<Item = (CategoryId, &Category)> {
        (0_u8..).map(CategoryId).zip(&self.categories).skip(1)
    }
}

/// What a text in a column of groups means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupNamed {
    /// Everyone: a row of totals.
    Everyone,
    /// One group.
    Group(CategoryId),
    /// Several groups together, such as all that are known: a row that repeats others.
    Subtotal,
}

/// The code lists of all dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimensions {
    lists: [CodeList; Dimension::ALL.len()],
    /// What publishers call groups, in small letters and with single spaces, by dimension.
    labels: BTreeMap<(Dimension, String), GroupNamed>,
}

impl Dimensions {
    /// The code lists, one for each dimension in [`Dimension::ALL`] order.
    #[must_use]
    pub fn new(lists: [CodeList; Dimension::ALL.len()]) -> Self {
        Self {
            lists,
            labels: BTreeMap::new(),
        }
    }

    /// The same lists with what else publishers call groups: dimension, label and code, or none for a label of
    /// everyone (one that begins with `Total`) or of several groups together. A label of a code that the list does not
    /// have is left out.
    #[must_use]
    pub fn with_labels<'a>(
        mut self,
        labels: impl IntoIterator<Item = (Dimension, &'a str, Option<&'a str>)>,
    ) -> Self {
        for (dimension, label, code) in labels {
            let means = match code {
                None if fold_label(label).starts_with("total") => Some(GroupNamed::Everyone),
                None => Some(GroupNamed::Subtotal),
                Some(code) => self.list(dimension).id(code).map(GroupNamed::Group),
            };
            if let Some(means) = means {
                self.labels.insert((dimension, fold_label(label)), means);
            }
        }
        self
    }

    /// What a text means in a dimension: a code, a label, or what a publisher calls the group. Case and spaces do
    /// not matter. `Total` and `All` are everyone.
    #[must_use]
    pub fn named(&self, dimension: Dimension, text: &str) -> Option<GroupNamed> {
        let folded = fold_label(text);
        if matches!(folded.as_str(), "total" | "all") {
            return Some(GroupNamed::Everyone);
        }
        let own = self.list(dimension).iter().find(|(_, category)| {
            category.code.eq_ignore_ascii_case(&folded) || fold_label(&category.label) == folded
        });
        match own {
            Some((id, _)) => Some(GroupNamed::Group(id)),
            None => self.labels.get(&(dimension, folded)).copied(),
        }
    }

    /// The stratum of a group, a detailed ethnic group within its broad one, as published counts and populations have it.
    #[must_use]
    pub fn within(&self, dimension: Dimension, id: CategoryId) -> Stratum {
        let stratum = Stratum::TOTAL.with(dimension, id);
        if dimension != Dimension::EthnicityMinor {
            return stratum;
        }
        let parent = self.list(dimension).get(id).parent.as_deref();
        let broad = parent.and_then(|code| self.list(Dimension::EthnicityMajor).id(code));
        broad.map_or(stratum, |broad| {
            stratum.with(Dimension::EthnicityMajor, broad)
        })
    }

    /// The labels and codes of a dimension, for suggestions.
    pub fn words(&self, dimension: Dimension) -> impl Iterator<Item = &str> {
        let own = self.list(dimension).iter();
        own.flat_map(|(_, category)| [category.code.as_str(), category.label.as_str()])
    }

    /// The code list of one dimension.
    #[must_use]
    pub fn list(&self, dimension: Dimension) -> &CodeList {
        &self.lists[dimension as usize]
    }

    /// The stratum that holds one group of one dimension, if the code list knows the code.
    #[must_use]
    pub fn stratum(&self, dimension: Dimension, code: &str) -> Option<Stratum> {
        Some(Stratum::TOTAL.with(dimension, self.list(dimension).id(code)?))
    }

    /// The label of each dimension for a stratum, `Total` where it is not broken down.
    #[must_use]
    pub fn labels(&self, stratum: Stratum) -> [&str; Dimension::ALL.len()] {
        Dimension::ALL.map(|dimension| {
            self.list(dimension)
                .get(stratum.get(dimension))
                .label
                .as_str()
        })
    }

    /// Whether any part of the stratum is an unknown group.
    #[must_use]
    pub fn is_unknown(&self, stratum: Stratum) -> bool {
        Dimension::ALL
            .into_iter()
            .any(|d| self.list(d).get(stratum.get(d)).unknown)
    }
}

/// Case and spacing differ between tables with the same label.
fn fold_label(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// One combination of groups, one for each dimension; `Total` where not broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stratum([CategoryId; Dimension::ALL.len()]);

impl Stratum {
    /// Everyone.
    pub const TOTAL: Self = Self([CategoryId::TOTAL; Dimension::ALL.len()]);

    /// The group in one dimension.
    #[must_use]
    pub const fn get(self, dimension: Dimension) -> CategoryId {
        self.0[dimension as usize]
    }

    /// The same combination with one dimension set.
    #[must_use]
    pub const fn with(mut self, dimension: Dimension, id: CategoryId) -> Self {
        self.0[dimension as usize] = id;
        self
    }

    /// Whether this is everyone.
    #[must_use]
    pub fn is_total(self) -> bool {
        self == Self::TOTAL
    }

    /// The one dimension that a count is by: that which is broken down, or of a detailed ethnic group its own, whether its
    /// broad group stands beside it or not.
    #[must_use]
    pub fn by(self) -> Option<Dimension> {
        if self.get(Dimension::EthnicityMinor) == CategoryId::TOTAL {
            return self.only();
        }
        self.with(Dimension::EthnicityMajor, CategoryId::TOTAL)
            .only()
    }

    /// The one dimension that is broken down, if exactly one is.
    #[must_use]
    pub fn only(self) -> Option<Dimension> {
        let mut broken = Dimension::ALL
            .into_iter()
            .filter(|d| self.get(*d) != CategoryId::TOTAL);
        let first = broken.next()?;
        broken.next().is_none().then_some(first)
    }
}

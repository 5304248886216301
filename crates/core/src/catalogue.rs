//! Everything that says what a key means, and the facts about areas that are not counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::date::Date;
use crate::{
    AreaCode, Areas, Claim, Dimensions, IndicatorId, Indicators, MidYear, Period, Reported,
    ServiceSpend,
};

/// The code lists, shared by every cube of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// Areas, their history, neighbours and tiles.
    pub areas: Areas,
    /// Indicators.
    pub indicators: Indicators,
    /// Groups of every dimension.
    pub dimensions: Dimensions,
    /// Publications the figures come from.
    pub sources: Vec<Source>,
    /// The built-in tables that hold each indicator's counts.
    pub tables: BTreeMap<IndicatorId, BTreeSet<String>>,
    /// Facts about areas.
    pub context: Context,
    /// What documents of the field claim, to be computed beside what they said.
    pub claims: Vec<Claim>,
}

impl Catalogue {
    /// The publications that an indicator's counts come from, in order.
    pub fn sources_of(&self, indicator: IndicatorId) -> impl Iterator<Item = &Source> {
        let tables = self.tables.get(&indicator);
        self.sources.iter().filter(move |source| {
            tables.is_some_and(|tables| source.tables.iter().any(|table| tables.contains(table)))
        })
    }
}

/// One publication that figures were compiled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Short name used in the tables, such as `dfe-cla-2025`.
    pub id: String,
    /// Publisher and title.
    pub publication: String,
    /// Table within the publication.
    pub table: String,
    /// Release as the publisher names it.
    pub release: String,
    /// Licence.
    pub licence: String,
    /// Where it is published, and where the file came from.
    pub origin: Origin,
    /// SHA-256 of the file that was compiled, in hexadecimal.
    pub sha256: String,
    /// Names of the built-in tables that hold its figures.
    pub tables: Vec<String>,
}

/// Where a publication is, and how its file came here. What is not recorded is empty or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Address of the publisher's page.
    pub page: String,
    /// Address of the public copy that the file was taken from.
    pub copy: String,
    /// The date of that copy.
    pub copied: Option<Date>,
    /// When the publisher released it.
    pub released: Option<Date>,
    /// When the file was retrieved.
    pub retrieved: Option<Date>,
}

impl Origin {
    /// What stands where something is not recorded.
    pub const NOT_RECORDED: &'static str = "not recorded";

    /// The address to give: the publisher's page, or else that of the copy, said to be one.
    #[must_use]
    pub fn address(&self) -> String {
        match (self.page.as_str(), self.copy.as_str()) {
            ("", "") => Self::NOT_RECORDED.to_owned(),
            ("", copy) => format!("{copy} (a public copy)"),
            (page, _) => page.to_owned(),
        }
    }

    /// A date, or that it is not recorded.
    #[must_use]
    pub fn on(date: Option<Date>) -> String {
        date.map_or_else(|| Self::NOT_RECORDED.to_owned(), |date| date.to_string())
    }
}

/// Facts about areas that are not counts of children receiving services.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// Children by tenth of neighbourhoods (most deprived first), by index name and area.
    pub children_by_decile: BTreeMap<(String, AreaCode), [f64; 10]>,
    /// Children in low-income families, by index name and area.
    pub low_income: BTreeMap<(String, AreaCode), LowIncome>,
    /// The share of children in low-income families where nothing but the share is published, by index name and area.
    pub low_income_shares: BTreeMap<(String, AreaCode), f64>,
    /// The latest published inspection of each authority.
    pub inspections: BTreeMap<AreaCode, Inspection>,
    /// Published spending of each authority, by financial year ending.
    pub spend: BTreeMap<(AreaCode, u16), Spend>,
    /// What each authority spent on what, by financial year ending: from 2011.
    pub spend_by_service: BTreeMap<(AreaCode, u16), ServiceSpend>,
    /// Children by single year of age from 0 to 17, by mid-year and area.
    pub children_by_age: BTreeMap<(MidYear, AreaCode), [f64; 18]>,
}

impl Context {
    /// The years of the editions of the deprivation indices.
    #[must_use]
    pub fn editions(&self) -> BTreeSet<u16> {
        let year = |name: &str| name.rsplit('_').next()?.parse().ok();
        let shares = self.low_income_shares.keys();
        let names = self.low_income.keys().chain(shares);
        let names = names.chain(self.children_by_decile.keys());
        names.filter_map(|(name, _)| year(name)).collect()
    }
}

/// The edition in force on 31 March of a year: the newest published before it; the first one for
/// earlier years.
#[must_use]
pub fn edition_in_force(editions: &BTreeSet<u16>, period: Period) -> Option<u16> {
    let in_force = editions.range(..period.year()).next_back();
    in_force.or_else(|| editions.first()).copied()
}

/// Children aged 0 to 15 in low-income families, from neighbourhoods' published counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowIncome {
    /// All children aged 0 to 15.
    pub children: f64,
    /// Those in low-income families in the neighbourhoods whose count is published.
    pub known: f64,
    /// Those in the others, estimated from the published ranks of their neighbourhoods.
    pub estimated: f64,
    /// Children of the neighbourhoods whose count is withheld because it is small.
    pub children_withheld: f64,
}

/// A judgement of a children's services inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// When inspectors visited.
    pub inspected: Date,
    /// When the report was published.
    pub published: Date,
    /// Overall effectiveness, in the inspectorate's words.
    pub overall: String,
}

/// Spending on children's social care in one financial year, in thousand pounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// All spending on children's social care.
    pub total: Reported<f64>,
    /// The part spent on children looked after.
    pub children_looked_after: Reported<f64>,
    /// All spending on children's social care for each child aged 0 to 17, in pounds.
    pub per_child: Reported<f64>,
}

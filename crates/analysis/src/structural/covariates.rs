//! What is known about the children of each authority before its counts are looked at.
//!
//! Everything here is about who lives there: shares of children by deprivation, ethnic group and age,
//! and unaccompanied children. Those are part of the children looked after, and the only count here:
//! the full model takes them as given, and a variation does without them.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, CellKey, Covariate, CovariateValue, Dimension, GeographicLevel, IssueCode, IssueSet,
    Period, Reported, Span, Stratum, Symbol, edition_in_force,
};

use crate::Input;

/// The indicator that counts unaccompanied asylum-seeking children.
pub(super) const UNACCOMPANIED: &str = "cla_unaccompanied_at_31_march";

/// Which edition of the deprivation indices describes a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    /// The one in force on 31 March; the first one for earlier years.
    InForce,
    /// The newest one.
    Newest,
}

/// The values of one authority in one year.
pub(super) type Row = [(Reported<f64>, IssueSet); Covariate::ALL.len()];

/// A value that is not there.
const ABSENT: (Reported<f64>, IssueSet) = (Reported::Symbol(Symbol::NotAvailable), IssueSet::EMPTY);

/// Reads covariates of authorities.
pub(super) struct Covariates<'a> {
    input: Input<'a>,
    unaccompanied: Option<disparity_core::IndicatorId>,
    /// The years of the editions of the deprivation indices.
    editions: BTreeSet<u16>,
}

impl<'a> Covariates<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            unaccompanied: input.catalogue.indicators.id(UNACCOMPANIED),
            editions: input.catalogue.context.editions(),
        }
    }

    /// Every covariate of an authority and year.
    pub(super) fn row(&self, area: AreaCode, period: Period, edition: Edition) -> Row {
        let mut row = [ABSENT; Covariate::ALL.len()];
        let mut set = |covariate: Covariate, value| row[covariate as usize] = value;
        if let Some(year) = self.index_year(period, edition) {
            set(Covariate::LowIncome, self.low_income(area, year));
            if let Some((mean, tenths)) = self.deciles(area, year) {
                let known = |value| (Reported::Value(value), IssueSet::EMPTY);
                set(Covariate::MeanDecile, known(mean));
                for (tenth, share) in Covariate::TENTHS.iter().zip(tenths) {
                    set(*tenth, known(share));
                }
            }
        }
        for (covariate, code) in [
            (Covariate::Mixed, "mixed"),
            (Covariate::Asian, "asian"),
            (Covariate::Black, "black"),
            (Covariate::OtherEthnic, "other"),
        ] {
            set(
                covariate,
                self.share(area, period, Dimension::EthnicityMajor, code),
            );
        }
        for (covariate, code) in [
            (Covariate::UnderFive, "0_to_4"),
            (Covariate::SixteenSeventeen, "16_and_over"),
        ] {
            set(
                covariate,
                self.share(area, period, Dimension::AgeBand, code),
            );
        }
        set(
            Covariate::Unaccompanied,
            (self.unaccompanied_rate(area, period), IssueSet::EMPTY),
        );
        row
    }

    /// Unaccompanied children looked after in an authority.
    pub(super) fn unaccompanied(&self, area: AreaCode, period: Period) -> Reported<u32> {
        let cell = self.unaccompanied.and_then(|indicator| {
            self.input.cube.get(&CellKey {
                indicator,
                period,
                area,
                stratum: Stratum::TOTAL,
            })
        });
        cell.map_or(Reported::Symbol(Symbol::NotAvailable), |cell| {
            cell.numerator
        })
    }

    /// The year in the names of the edition that describes a period. Indices come out in the autumn of
    /// their year, so on 31 March of it they are not yet in force.
    pub(super) fn index_year(&self, period: Period, edition: Edition) -> Option<u16> {
        match edition {
            Edition::InForce => edition_in_force(&self.editions, period),
            Edition::Newest => self.editions.last().copied(),
        }
    }

    fn low_income(&self, area: AreaCode, year: u16) -> (Reported<f64>, IssueSet) {
        let context = &self.input.catalogue.context;
        let key = (
            format!("{}_{year}", self.input.nation().child_index()),
            area,
        );
        if let Some(share) = context.low_income_shares.get(&key) {
            return (Reported::Value(*share), IssueSet::EMPTY);
        }
        let found = context.low_income.get(&key);
        found
            .filter(|found| found.children > 0.0)
            .map_or(ABSENT, |found| {
                let issues = IssueSet::EMPTY
                    .with_if(found.children_withheld > 0.0, IssueCode::LowIncomeEstimated);
                let low_income = found.known + found.estimated;
                (Reported::Value(low_income / found.children), issues)
            })
    }

    /// The mean decile of children's neighbourhoods, and the share of children in each.
    fn deciles(&self, area: AreaCode, year: u16) -> Option<(f64, [f64; 10])> {
        let context = &self.input.catalogue.context;
        let index = self.input.nation().overall_index();
        let children = context
            .children_by_decile
            .get(&(format!("{index}_{year}"), area))?;
        let all: f64 = children.iter().sum();
        let by_decile = children.iter().zip(1_u8..);
        let weighted: f64 = by_decile.map(|(n, d)| n * f64::from(d)).sum();
        (all > 0.0).then(|| (weighted / all, children.map(|n| n / all)))
    }

    /// The share of an authority's children in one group of a dimension.
    fn share(
        &self,
        area: AreaCode,
        period: Period,
        dimension: Dimension,
        code: &str,
    ) -> (Reported<f64>, IssueSet) {
        let list = self.input.catalogue.dimensions.list(dimension);
        let children = |stratum| self.input.populations.get(period, area, stratum);
        let group = list
            .iter()
            .find(|(_, category)| category.code == code)
            .and_then(|(id, _)| children(Stratum::TOTAL.with(dimension, id)));
        let (Some(group), Some(all)) = (group, children(Stratum::TOTAL)) else {
            return ABSENT;
        };
        let both = group.denominator.value.zip(all.denominator.value);
        (both.and_then(|(n, all)| part_of(n, all)), group.issues)
    }

    fn unaccompanied_rate(&self, area: AreaCode, period: Period) -> Reported<f64> {
        let children = self.input.populations.get(period, area, Stratum::TOTAL);
        let children = children.map_or(ABSENT.0, |all| all.denominator.value);
        self.unaccompanied(area, period)
            .zip(children)
            .and_then(|(n, children)| part_of(f64::from(n) * 10_000.0, children))
    }

    /// The covariates of every authority in these years, as rows to write.
    pub(super) fn rows(&self, periods: impl Iterator<Item = Period>) -> Vec<CovariateValue> {
        let areas = &self.input.catalogue.areas;
        let mut rows: BTreeMap<(AreaCode, Span, Covariate), CovariateValue> = BTreeMap::new();
        for period in periods {
            let authorities = areas.entities().filter(|area| {
                area.level == GeographicLevel::LocalAuthority && areas.exists_at(area.code, period)
            });
            for area in authorities {
                let values = self.row(area.code, period, Edition::InForce);
                for (covariate, (value, issues)) in Covariate::ALL.into_iter().zip(values) {
                    let span = Span::year(period);
                    let row = CovariateValue {
                        area: area.code,
                        span,
                        covariate,
                        value,
                        issues: issues.with_if(!value.is_value(), IssueCode::CovariateMissing),
                    };
                    rows.insert((area.code, span, covariate), row);
                }
            }
        }
        rows.into_values().collect()
    }
}

/// A part of a whole; of nobody there is no part.
fn part_of(part: f64, whole: f64) -> Reported<f64> {
    if whole > 0.0 {
        Reported::Value(part / whole)
    } else {
        Reported::Symbol(Symbol::NotApplicable)
    }
}

//! The figures behind a page as one tidy table: a row for each figure, whatever it is of.
//!
//! Rates and proportions are as the tables of a run have them (per 10,000 children, or from 0 to 1), and where there is
//! no number its symbol stands. A page has one such file, beside which all its charts and tables stand.

use disparity_core::{
    Area, AreaCode, Dimension, Estimate, Expected, IndicatorId, IssueSet, Measured, Period,
    Reported, Stratum, Symbol,
};

use super::{Site, SiteFile, SitePage};
use crate::view::View;

/// What each column of such a file is, in order.
const COLUMNS: [&str; 18] = [
    "time_period",
    "geographic_level",
    "area_code",
    "area_name",
    "indicator",
    "ethnicity_major",
    "measure",
    "model",
    "numerator",
    "denominator",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "usual_low",
    "usual_high",
    "issues",
    "mark",
];

/// Where the figures behind a page are; none for pages of words.
pub(super) fn address(page: SitePage<'_>, view: View<'_>) -> Option<String> {
    let name = match page {
        SitePage::England => view.nation().word().to_owned(),
        SitePage::Groups => "groups".to_owned(),
        // What is of a store is written as `disparity prior-help` prints it, by whoever has the journeys.
        SitePage::PriorHelp
        | SitePage::PriorHelpOf(..)
        | SitePage::Authority(_)
        | SitePage::Indicator(_) => page.address(view).trim_end_matches(".html").to_owned(),
        // What models expect of every authority is in the file of the indicator.
        SitePage::GivenOf(id) => return address(SitePage::Indicator(id), view),
        SitePage::Given
        | SitePage::Compare
        | SitePage::Quality
        | SitePage::Reading
        | SitePage::Methods => return None,
    };
    Some(format!("csv/{name}.csv"))
}

/// The file of a page that has one of its own.
pub(super) fn file(site: &Site<'_>, page: SitePage<'_>) -> Option<SiteFile> {
    let mut table = Tidy::new(site.view);
    match page {
        SitePage::England => table.everything(site, site.view.national()),
        SitePage::Authority(area) => table.authority(site, area),
        SitePage::Indicator(id) => table.indicator(site, id),
        SitePage::Groups => {
            for id in &site.indicators {
                table.groups(*id, site.view.national());
            }
        }
        _ => return None,
    }
    Some(SiteFile {
        name: address(page, site.view)?,
        text: table.text(),
    })
}

/// A table as it is written.
struct Tidy<'a> {
    view: View<'a>,
    writer: csv::Writer<Vec<u8>>,
    level: String,
    mark: String,
}

/// What the figures of a row are of, and how sure they are.
struct Figures {
    measure: &'static str,
    model: &'static str,
    numerator: String,
    denominator: String,
    found: [String; 3],
    usual: [String; 2],
    issues: IssueSet,
}

impl<'a> Tidy<'a> {
    fn new(view: View<'a>) -> Self {
        let mark = view.watermark().words().unwrap_or_default().to_owned();
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF);
        let mut table = Self {
            view,
            writer: builder.from_writer(Vec::new()),
            level: number(view.levels().first().value()),
            mark,
        };
        table.record(&COLUMNS);
        table
    }

    /// Writes one line: into memory, which does not fail.
    fn record(&mut self, fields: &[&str; COLUMNS.len()]) {
        let _ = self.writer.write_record(fields);
    }

    fn text(self) -> String {
        let bytes = self.writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Every year of every indicator of an area, its ethnic groups, and what is expected of it.
    fn everything(&mut self, site: &Site<'_>, area: AreaCode) {
        for id in &site.indicators {
            for period in self.view.periods(*id) {
                self.total(*id, period, area);
            }
            self.groups(*id, area);
            if let Some(period) = self.view.last_period(*id) {
                self.expectations(*id, period, area);
            }
        }
    }

    /// The same of an authority, and the last year of those that it stands beside.
    fn authority(&mut self, site: &Site<'_>, area: &Area) {
        self.everything(site, area.code);
        let areas = &self.view.catalogue.areas;
        let neighbours = areas
            .neighbours(self.view.plan.neighbours, area.code)
            .iter();
        let others = neighbours
            .map(|found| found.area)
            .chain(area.region)
            .chain([site.view.national()]);
        for other in others {
            for id in &site.charted {
                let Some(period) = self.view.last_period(*id) else {
                    continue;
                };
                self.total(*id, period, other);
                if let Some(quoted) = self.view.quoted(*id, period, other) {
                    self.expected(period, quoted);
                }
            }
        }
    }

    /// Every authority in the last year, and every year of England and its regions.
    fn indicator(&mut self, site: &Site<'_>, id: IndicatorId) {
        let Some(last) = self.view.last_period(id) else {
            return;
        };
        for area in super::compare::above(site) {
            for period in self.view.periods(id) {
                self.total(id, period, area.code);
            }
        }
        for area in &site.authorities {
            self.total(id, last, area.code);
            self.expectations(id, last, area.code);
        }
    }

    fn total(&mut self, id: IndicatorId, period: Period, area: AreaCode) {
        if let Some(row) = self.view.total(id, period, area) {
            self.estimate(row, "Total");
        }
    }

    /// The broad ethnic groups of the last year with any.
    fn groups(&mut self, id: IndicatorId, area: AreaCode) {
        let view = self.view;
        let dimension = Dimension::EthnicityMajor;
        for period in view.periods(id).into_iter().rev() {
            let list = view.catalogue.dimensions.list(dimension).iter();
            let found: Vec<(&Estimate, &str)> = list
                .filter_map(|(group, category)| {
                    let stratum = Stratum::TOTAL.with(dimension, group);
                    let row = view.estimate(id, period, area, stratum)?;
                    (stratum != Stratum::TOTAL).then_some((row, category.label.as_str()))
                })
                .collect();
            for (row, group) in &found {
                self.estimate(row, group);
            }
            if !found.is_empty() {
                return;
            }
        }
    }

    fn expectations(&mut self, id: IndicatorId, period: Period, area: AreaCode) {
        for row in self.view.expectations(id, period, area) {
            self.expected(period, row);
        }
    }

    fn estimate(&mut self, row: &Estimate, group: &str) {
        let unit = self.view.indicator(row.key.indicator).unit();
        let figures = Figures {
            measure: unit.as_str(),
            model: "",
            numerator: cell(row.numerator, |count| count.to_string()),
            denominator: cell(row.denominator.value, number),
            found: measured(row.outcome, unit.factor()),
            usual: <[String; 2]>::default(),
            issues: row.issues,
        };
        let key = row.key;
        self.line((key.indicator, key.period, key.area), group, &figures);
    }

    fn expected(&mut self, period: Period, row: &Expected) {
        let limits = row.adjusted.map(|found| found.limits.shown());
        let figures = Figures {
            measure: "observed_expected",
            model: row.model.as_str(),
            numerator: cell(row.observed, |count| count.to_string()),
            denominator: cell(row.outcome, |found| number(found.expected)),
            found: measured(row.outcome.map(|found| found.ratio), 1.0),
            usual: [
                cell(limits, |own| number(own.low)),
                cell(limits, |own| number(own.high)),
            ],
            issues: row.issues,
        };
        self.line((row.indicator, period, row.area), "Total", &figures);
    }

    fn line(
        &mut self,
        (id, period, area): (IndicatorId, Period, AreaCode),
        group: &str,
        figures: &Figures,
    ) {
        let view = self.view;
        let level = view.catalogue.areas.get(area).map(|own| own.level.as_str());
        let issues: Vec<&str> = figures
            .issues
            .iter()
            .map(disparity_core::IssueCode::as_str)
            .collect();
        let [value, low, high] = &figures.found;
        let [usual_low, usual_high] = &figures.usual;
        let (level_of, mark) = (self.level.clone(), self.mark.clone());
        self.record(&[
            &period.to_string(),
            level.unwrap_or_default(),
            &area.to_string(),
            &view.catalogue.areas.name(area),
            &view.indicator(id).name,
            group,
            figures.measure,
            figures.model,
            &figures.numerator,
            &figures.denominator,
            value,
            low,
            high,
            &level_of,
            usual_low,
            usual_high,
            &issues.join(" "),
            &mark,
        ]);
    }
}

/// A figure and its interval, or three times why there is none.
fn measured(found: Reported<Measured>, factor: f64) -> [String; 3] {
    let of = |end: fn(&Measured) -> f64| cell(found, |found| number(end(&found) * factor));
    [
        of(|found| found.value),
        of(|found| found.intervals.shown().low),
        of(|found| found.intervals.shown().high),
    ]
}

/// A value in words, or its symbol.
fn cell<T>(value: Reported<T>, words: impl Fn(T) -> String) -> String {
    match value {
        Reported::Value(value) => words(value),
        Reported::Symbol(symbol) => Symbol::mark(symbol).to_owned(),
    }
}

/// Six significant digits: more than any figure is sure of.
fn number(value: f64) -> String {
    let short: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    if short.is_finite() {
        short.to_string()
    } else {
        // An interval that has no end.
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        assert_eq!(
            [66.966_012_3, 540_000.0, 0.1].map(number),
            ["66.966", "540000", "0.1"]
        );
        assert_eq!(number(f64::INFINITY), "");
        assert_eq!(
            cell(Reported::<u32>::Symbol(Symbol::Confidential), |n| n
                .to_string()),
            "c"
        );
    }
}

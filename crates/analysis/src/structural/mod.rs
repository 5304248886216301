//! Expected versus actual from models of authorities: what an authority with the same children would
//! be expected to count if it were like the others, and how far each lies from that.
//!
//! For every indicator that the code list marks for it and every span of years:
//! 1. [`covariates`] says what is known of each authority's children before a count is looked at.
//! 2. [`panel`] puts counts, children and covariates of the authorities side by side.
//! 3. [`fit`] fits models that know more and more, and says how each fit ended.
//! 4. [`against`] holds each authority against the fit that left it out.
//! 5. [`fifths`] tabulates where the lowest and the highest lie; [`gradients`] asks how rates go with
//!    deprivation; [`intersections`] asks what characteristics do together.
//! 6. [`claims`] puts what documents of the field say beside the same figures.
//!
//! What a model expects is what usually goes with such circumstances. It is not what should be: that
//! deprivation explains a difference does not justify it.
//!
//! What does not belong here: the methods themselves (`disparity_stats::models`).

mod against;
mod claims;
mod covariates;
mod fifths;
mod fit;
mod gradients;
mod intersections;
mod panel;

use std::cell::RefCell;
use std::rc::Rc;

use disparity_core::{
    AreaCode, Background, CellKey, ClaimCheck, CovariateValue, Effect, Expected, Fifth, Fit,
    FitKey, Gradient, IndicatorId, Intersection, Issue, IssueCode, IssueSet, ModelYears, Nation,
    Period, Span, Stratum, StructuralModel, Symbol, Unit, Variation,
};
use rayon::prelude::*;

use crate::input::{AT_ONCE, Input};
use covariates::{Covariates, Edition, UNACCOMPANIED};
use fit::Fitted;
use panel::Panel;

/// How many years are taken together.
const POOLED_YEARS: u16 = 5;

/// The indicator for which a sensitivity leaves unaccompanied children out: they are known as a part
/// of it and of no other.
const HOLDS_UNACCOMPANIED: &str = "cla_at_31_march";

/// What models say.
#[derive(Debug, Default)]
pub(crate) struct Models {
    pub(crate) expected: Vec<Expected>,
    pub(crate) covariates: Vec<CovariateValue>,
    pub(crate) fits: Vec<Fit>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) fifths: Vec<Fifth>,
    pub(crate) gradients: Vec<Gradient>,
    pub(crate) intersections: Vec<Intersection>,
    pub(crate) claims: Vec<ClaimCheck>,
    pub(crate) issues: Vec<Issue>,
    /// Of authorities that were not chosen, in the last year of each indicator.
    pub(crate) background: Background,
}

/// Fits every model that the plan asks for.
pub(crate) fn models(input: Input<'_>) -> Models {
    let jobs = jobs(input);
    let mut models = Models::default();
    for jobs in jobs.chunks(AT_ONCE) {
        // One at a time: some take ten times as long as others, and no core should wait for a heap of them.
        let each = jobs.par_iter().with_max_len(1).map(|job| one(input, *job));
        for one in each.collect::<Vec<Models>>() {
            models.extend(one);
        }
    }
    let mut periods: Vec<Period> = jobs.iter().map(|job| job.span.last).collect();
    periods.sort_unstable();
    periods.dedup();
    models.claims = claims::checks(input, &models);
    models.covariates = Covariates::new(input).rows(periods.into_iter());
    models
}

/// Fits the model that knows everything alone, and asks how rates go with deprivation: of every authority,
/// whichever were chosen, and in no other way.
pub(crate) fn full(input: Input<'_>) -> Models {
    let jobs = jobs(input);
    let each = jobs.par_iter().with_max_len(1).map(|job| {
        let main = Question::new(input, *job, Variation::Main);
        let answer = main.ask(StructuralModel::Full);
        let without_count = main.without_count(&answer);
        let mut models = Models {
            expected: answer.expected,
            fits: vec![answer.fit],
            issues: answer.issue.into_iter().collect(),
            ..Models::default()
        };
        models.expected.extend(without_count);
        if !job.span.is_pooled() {
            models.gradients = gradients::gradients(input, job.indicator, job.span.last, false);
        }
        models
    });
    let mut models = Models::default();
    for one in each.collect::<Vec<Models>>() {
        models.extend(one);
    }
    models
}

/// One indicator over one span of years.
#[derive(Debug, Clone, Copy)]
struct Job {
    indicator: IndicatorId,
    span: Span,
    /// Whether the same question is also asked differently.
    latest: bool,
}

/// Every year with figures, and the last five together, by indicator and span.
fn jobs(input: Input<'_>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for &indicator in &input.plan.modelled {
        if input.catalogue.indicators.get(indicator).unit() != Unit::Per10k {
            continue;
        }
        let mut periods: Vec<Period> = input
            .cube
            .indicator(indicator)
            .iter()
            .filter(|cell| cell.key.stratum.is_total() && cell.denominator.value.is_value())
            .map(|cell| cell.key.period)
            .collect();
        periods.dedup();
        let wanted = periods.iter().copied();
        let wanted: Vec<Period> = wanted.filter(|p| input.plan.wants_period(*p)).collect();
        let Some(&last) = wanted.last() else {
            continue;
        };
        let year = |period, latest| Job {
            indicator,
            span: Span::year(period),
            latest,
        };
        match input.plan.model_years {
            ModelYears::None => {}
            ModelYears::Latest => jobs.push(year(last, true)),
            ModelYears::All => {
                jobs.extend(wanted.iter().map(|period| year(*period, *period == last)));
                let first = Period::ending(last.year() + 1 - POOLED_YEARS)
                    .filter(|first| periods.contains(first));
                jobs.extend(first.map(|first| Job {
                    indicator,
                    span: Span { last, first },
                    latest: false,
                }));
            }
        }
    }
    jobs
}

impl Models {
    /// Puts what a later job found after these.
    fn extend(&mut self, later: Self) {
        self.expected.extend(later.expected);
        self.effects.extend(later.effects);
        self.fits.extend(later.fits);
        self.fifths.extend(later.fifths);
        self.gradients.extend(later.gradients);
        self.intersections.extend(later.intersections);
        self.issues.extend(later.issues);
        self.background.expected.extend(later.background.expected);
        self.background.effects.extend(later.background.effects);
    }
}

fn one(input: Input<'_>, job: Job) -> Models {
    let mut models = Models::default();
    let main = Question::new(input, job, Variation::Main);
    for &model in asked(input) {
        let answer = main.ask(model);
        models
            .fifths
            .extend(fifths::by_region(input, &answer.expected));
        let mut rows = answer.expected.clone();
        rows.extend(main.without_count(&answer));
        let (rows, others) = main.divided(rows, |row| row.area);
        models.expected.extend(rows);
        models.background.expected.extend(others);
        let (effects, others) = main.divided(answer.effects, |row| row.area);
        models.effects.extend(effects);
        models.background.effects.extend(others);
        let checked = matches!(model, StructuralModel::Deprivation | StructuralModel::Full);
        if answer.fitted && job.latest && checked {
            for (fit, issue) in variations(input, job, model, &answer.expected) {
                models.fits.push(fit);
                models.issues.extend(issue);
            }
        }
        models.fits.push(answer.fit);
        models.issues.extend(answer.issue);
    }
    models.expected.sort_by_key(|row| (row.area, row.model));
    models
        .fits
        .sort_by_key(|fit| (fit.key.model, fit.key.variation));
    if !job.span.is_pooled() {
        models.gradients = gradients::gradients(input, job.indicator, job.span.last, job.latest);
        models.intersections = intersections::intersections(input, job.indicator, job.span.last);
    }
    models
}

/// The models that something is known for: of Wales nothing is but deprivation.
fn asked(input: Input<'_>) -> &'static [StructuralModel] {
    match input.nation() {
        Nation::England => &StructuralModel::ALL,
        Nation::Wales => &[StructuralModel::Null, StructuralModel::Deprivation],
    }
}

/// Whether authorities lie in regions, so that these can be told apart.
fn has_regions(input: Input<'_>) -> bool {
    input
        .catalogue
        .areas
        .entities()
        .any(|area| area.region.is_some())
}

/// The same model of a somewhat different question, for those variations that make one.
fn variations(
    input: Input<'_>,
    job: Job,
    model: StructuralModel,
    main: &[Expected],
) -> Vec<(Fit, Option<Issue>)> {
    let covariates = Covariates::new(input);
    let indicator = input.catalogue.indicators.get(job.indicator);
    let year = |edition| covariates.index_year(job.span.last, edition);
    let asks = |variation: &Variation| match variation {
        Variation::Main => false,
        Variation::WithTinyAreas => !input.plan.include_tiny,
        Variation::WithoutUnaccompanied => {
            indicator.name == HOLDS_UNACCOMPANIED
                && input.catalogue.indicators.id(UNACCOMPANIED).is_some()
        }
        Variation::LaterIndex => year(Edition::InForce) != year(Edition::Newest),
        Variation::WithoutLondon | Variation::WithRegion => has_regions(input),
    };
    let compared = |rows: &[Expected]| rows.iter().filter(|row| row.fifth.is_value()).count();
    Variation::ALL
        .into_iter()
        .filter(asks)
        .filter_map(|variation| {
            let answer = Question::new(input, job, variation).ask(model);
            // Where tiny areas have no figures, with them is without them.
            let same = compared(&answer.expected) == compared(main);
            if variation == Variation::WithTinyAreas && same {
                return None;
            }
            let mut fit = answer.fit;
            fit.fifths_changed = fifths::changed(main, &answer.expected);
            Some((fit, answer.issue))
        })
        .collect()
}

/// What is asked of models: an indicator, a span and a variation, with the authorities' figures.
struct Question<'a> {
    input: Input<'a>,
    job: Job,
    variation: Variation,
    family: &'a str,
    records: Vec<panel::Record<'a>>,
    /// The null model of the authorities that a model was last fitted to.
    null: RefCell<Option<Null>>,
}

/// A null model, and the authorities that it was fitted to.
struct Null {
    areas: Vec<AreaCode>,
    fitted: Option<Rc<Fitted>>,
}

/// What one model answers.
struct Answer {
    fit: Fit,
    fitted: bool,
    expected: Vec<Expected>,
    effects: Vec<Effect>,
    issue: Option<Issue>,
}

impl<'a> Question<'a> {
    fn new(input: Input<'a>, job: Job, variation: Variation) -> Self {
        let covariates = Covariates::new(input);
        Self {
            input,
            job,
            variation,
            family: &input.catalogue.indicators.get(job.indicator).family,
            records: panel::records(input, &covariates, job.indicator, job.span, variation),
            null: RefCell::new(None),
        }
    }

    fn ask(&self, model: StructuralModel) -> Answer {
        let key = FitKey {
            indicator: self.job.indicator,
            span: self.job.span,
            model,
            variation: self.variation,
        };
        let tiny = self.input.plan.include_tiny || self.variation == Variation::WithTinyAreas;
        let panel = Panel::of(&self.records, self.family, model, self.variation, tiny);
        let later = self.has(IssueCode::LaterMidYear);
        let issues = panel.issues(self.family, model);
        let issues = issues.with_if(later, IssueCode::LaterMidYear);
        let fitted = if panel.keeps_its_name(model) {
            fit::fit(&panel, self.variation).map_err(|why| why.to_string())
        } else {
            Err("too few authorities have what the model is named for".to_owned())
        };
        match fitted {
            Err(why) => Answer {
                issue: Some(self.refusal(key, &why)),
                fit: fit::refused(key, &panel, issues),
                fitted: false,
                expected: against::expected(
                    key,
                    &panel,
                    None,
                    issues.with(IssueCode::ModelRefused),
                    self.input.plan.levels,
                    0,
                ),
                effects: Vec::new(),
            },
            Ok(fitted) => {
                let fitted = Rc::new(fitted);
                if panel.covariates.is_empty() {
                    self.keep_null(&panel, Some(Rc::clone(&fitted)));
                }
                self.told(key, &panel, &fitted, issues)
            }
        }
    }

    /// Whether something must be said of the nation's own figure of the last year.
    fn has(&self, code: IssueCode) -> bool {
        let cell = self.input.cube.get(&CellKey {
            indicator: self.job.indicator,
            period: self.job.span.last,
            area: self.input.nation().code(),
            stratum: Stratum::TOTAL,
        });
        cell.is_some_and(|cell| cell.issues.contains(code))
    }

    fn keep_null(&self, panel: &Panel<'_>, fitted: Option<Rc<Fitted>>) {
        let areas = panel.records.iter().map(|r| r.area.code).collect();
        *self.null.borrow_mut() = Some(Null { areas, fitted });
    }

    fn told(&self, key: FitKey, panel: &Panel<'_>, fitted: &Fitted, issues: IssueSet) -> Answer {
        let levels = self.input.plan.levels;
        // The null model of the same authorities, so that a share of variance is of one variance.
        let null = self.null_of(panel);
        let fit = fit::describe(
            key,
            panel,
            fitted,
            null.as_deref(),
            // What has been said of Wales is said of rates.
            self.input.nation() == Nation::Wales,
            issues,
            levels,
        );
        let effects = if self.variation == Variation::Main {
            against::effects(key, panel, fitted, fit.issues, levels)
        } else {
            Vec::new()
        };
        Answer {
            expected: against::expected(
                key,
                panel,
                Some(fitted),
                fit.issues,
                levels,
                self.withheld(),
            ),
            fit,
            fitted: true,
            effects,
            issue: None,
        }
    }

    /// The null model of a panel's authorities, fitted once for all models of the same ones; none for
    /// a model without covariates itself.
    fn null_of(&self, panel: &Panel<'_>) -> Option<Rc<Fitted>> {
        if panel.covariates.is_empty() {
            return None;
        }
        let areas = panel.records.iter().map(|r| r.area.code);
        if let Some(null) = self.null.borrow().as_ref()
            && null.areas.iter().copied().eq(areas)
        {
            return null.fitted.clone();
        }
        let fitted = fit::null_of(panel).map(Rc::new);
        self.keep_null(panel, fitted.clone());
        fitted
    }

    fn refusal(&self, key: FitKey, why: &str) -> Issue {
        let name = &self.input.catalogue.indicators.get(key.indicator).name;
        Issue {
            indicator: name.clone(),
            period: Some(key.span.last),
            rows: self.records.len() as u64,
            ..Issue::new(
                IssueCode::ModelRefused,
                format!(
                    "the model of {} for {} ({}) cannot be fitted: {why}",
                    key.model.words(self.family),
                    key.span,
                    key.variation.as_str()
                ),
            )
        }
    }

    /// The rows of the authorities that are wanted and, of the last year, those of the others.
    fn divided<R>(&self, rows: Vec<R>, area: fn(&R) -> AreaCode) -> (Vec<R>, Vec<R>) {
        let plan = self.input.plan;
        let (wanted, mut others): (Vec<R>, Vec<R>) = rows
            .into_iter()
            .partition(|row| plan.wants_area(area(row), true));
        if !self.job.latest {
            others.clear();
        }
        (wanted, others)
    }

    /// How many authorities that would be ranked have a count that is withheld.
    fn withheld(&self) -> usize {
        let tiny = self.input.plan.include_tiny || self.variation == Variation::WithTinyAreas;
        panel::absent(self.input, self.job.indicator, self.job.span)
            .iter()
            .filter(|(area, why)| *why == Symbol::Confidential && (tiny || !area.tiny))
            .count()
    }

    /// The rows of authorities that have no count and so are in no fit.
    fn without_count(&self, answer: &Answer) -> Vec<Expected> {
        let absent = panel::absent(self.input, self.job.indicator, self.job.span);
        absent
            .into_iter()
            .filter(|(area, _)| answer.expected.iter().all(|row| row.area != area.code))
            .map(|(area, why)| against::without_count(answer.fit.key, area, why))
            .collect()
    }
}

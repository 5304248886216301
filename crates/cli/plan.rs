//! From what was typed and a plan file to a resolved plan, with every default filled in.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use disparity_core::{
    Area, AreaCode, Areas, Catalogue, ChineseGroup, Dimension, GeographicLevel, Indicator,
    IndicatorId, Levels, ModelYears, Nation, NeighbourModel, Period, Plan, Unit, did_you_mean,
};
use serde::Deserialize;

use crate::args::{Models, Selection};
use crate::config;
use crate::hint::Hinted;
use crate::needs_args::NeedsPlan;

/// A plan file. Every field may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlanFile {
    indicators: Vec<String>,
    authorities: Vec<String>,
    periods: Vec<Years>,
    neighbours: Option<u16>,
    chinese_group: Option<String>,
    include_tiny: bool,
    reference_group: Option<String>,
    models: Option<Models>,
    #[serde(alias = "levels")]
    conf_levels: Option<Vec<f64>>,
    needs: NeedsPlan,
}

/// A year as a number, or a year or a range as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Years {
    Number(u16),
    Text(String),
}

impl PlanFile {
    /// Reads the plan that the selection names, if it names one.
    pub(crate) fn read(selection: &Selection) -> Result<Self> {
        let Some(path) = &selection.plan else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the plan `{}`", path.display()))?;
        toml::from_str(&text).with_context(|| format!("cannot read the plan `{}`", path.display()))
    }

    /// What it says of needs.
    pub(crate) fn needs(&self) -> &NeedsPlan {
        &self.needs
    }

    /// Whether indicators were asked for by name, here or beside it.
    pub(crate) fn names_indicators(&self, selection: &Selection) -> bool {
        !self.indicators.is_empty() || !selection.indicators.is_empty()
    }

    /// Whether it was said, here or beside it, for which years models are fitted.
    pub(crate) fn names_models(&self, selection: &Selection) -> bool {
        selection.models.or(self.models).is_some()
    }

    /// The broad group in which Chinese children are counted: needed before the figures are loaded.
    pub(crate) fn chinese_group(&self) -> Result<ChineseGroup> {
        match self.chinese_group.as_deref() {
            None | Some("asian") => Ok(ChineseGroup::Asian),
            Some("other") => Ok(ChineseGroup::Other),
            Some(found) => Err(Hinted::new(
                format!("`chinese_group` cannot be {found:?}"),
                "use \"asian\" or \"other\"",
            )
            .into()),
        }
    }

    /// Resolves everything against the code lists.
    pub(crate) fn resolve(
        &self,
        selection: &Selection,
        authorities: &[String],
        catalogue: &Catalogue,
    ) -> Result<Plan> {
        let names = if selection.indicators.is_empty() {
            &self.indicators
        } else {
            &selection.indicators
        };
        let Indicators {
            all: indicators,
            compared,
            modelled,
        } = indicators(names, catalogue)?;
        let wanted = if authorities.is_empty() {
            &self.authorities
        } else {
            authorities
        };
        let periods = if selection.periods.is_empty() {
            let typed: Vec<String> = self.periods.iter().map(Years::text).collect();
            periods(&typed)?
        } else {
            periods(&selection.periods)?
        };
        Ok(Plan {
            indicators,
            compared,
            modelled,
            model_years: match selection.models.or(self.models) {
                Some(Models::None) => ModelYears::None,
                Some(Models::Latest) => ModelYears::Latest,
                Some(Models::All) | None => ModelYears::All,
            },
            authorities: (!wanted.is_empty())
                .then(|| find_authorities(wanted, &catalogue.areas))
                .transpose()?,
            against: Vec::new(),
            periods,
            neighbours: neighbours(self.neighbours, &catalogue.areas)?,
            chinese_group: self.chinese_group()?,
            include_tiny: self.include_tiny,
            reference_group: self.reference_group(catalogue)?,
            levels: self.levels()?,
        })
    }

    /// The confidence levels: 95% and 99.8%, or one's own.
    fn levels(&self) -> Result<Levels> {
        let Some(wanted) = &self.conf_levels else {
            return Ok(Levels::default());
        };
        Levels::new(wanted).map_err(|error| {
            let message = format!("`conf_levels` in the plan: {error}");
            Hinted::new(message, error.hint()).into()
        })
    }

    fn reference_group(&self, catalogue: &Catalogue) -> Result<String> {
        let wanted = self.reference_group.as_deref().unwrap_or("white");
        let list = catalogue.dimensions.list(Dimension::EthnicityMajor);
        let known = || {
            list.iter()
                .filter(|(_, category)| !category.unknown)
                .map(|(_, category)| category.code.as_str())
        };
        if known().any(|code| code == wanted) {
            return Ok(wanted.to_owned());
        }
        let codes: Vec<&str> = known().collect();
        Err(Hinted::new(
            format!("no broad ethnic group has the code {wanted:?}"),
            format!("use one of {}", codes.join(", ")),
        )
        .into())
    }
}

impl Years {
    fn text(&self) -> String {
        match self {
            Self::Number(year) => year.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What a plan does with which indicators.
struct Indicators {
    all: Vec<IndicatorId>,
    compared: Vec<IndicatorId>,
    modelled: Vec<IndicatorId>,
}

/// Indicators to compute, those to compare and those to model: what the code list marks by default,
/// all that were named otherwise.
fn indicators(names: &[String], catalogue: &Catalogue) -> Result<Indicators> {
    let all = || catalogue.indicators.iter();
    let marked = |mark: fn(&Indicator) -> bool| -> Vec<IndicatorId> {
        all()
            .filter(|(_, indicator)| mark(indicator))
            .map(|(id, _)| id)
            .collect()
    };
    if names.is_empty() {
        return Ok(Indicators {
            all: all().map(|(id, _)| id).collect(),
            compared: marked(|indicator| indicator.headline),
            modelled: marked(|indicator| indicator.modelled),
        });
    }
    let mut wanted = Vec::new();
    for name in names {
        wanted.push(indicator(name, catalogue)?);
    }
    wanted.sort_unstable();
    wanted.dedup();
    // Models are of counts of children among children.
    let mut modelled = wanted.clone();
    modelled.retain(|id| catalogue.indicators.get(*id).unit() == Unit::Per10k);
    Ok(Indicators {
        compared: wanted.clone(),
        modelled,
        all: wanted,
    })
}

/// Finds one indicator by its name, its title or what else it is called.
fn indicator(typed: &str, catalogue: &Catalogue) -> Result<IndicatorId> {
    let indicators = &catalogue.indicators;
    match indicators.find(typed).as_slice() {
        [one] => Ok(*one),
        [] => {
            let known = indicators.iter().map(|(_, own)| own.name.as_str());
            let hint = did_you_mean(typed, known)
                .unwrap_or_else(|| "`disparity codes indicators` lists them all".to_owned());
            Err(Hinted::new(format!("no indicator is called {typed:?}"), hint).into())
        }
        several => {
            let names: Vec<&str> = several
                .iter()
                .map(|id| indicators.get(*id).name.as_str())
                .collect();
            let message = format!("{typed:?} could be {}", names.join(" or "));
            Err(Hinted::new(message, "use one of these names").into())
        }
    }
}

/// Finds an area of any kind by name or code.
pub(crate) fn find_area<'a>(typed: &str, areas: &'a Areas) -> Result<&'a Area> {
    Ok(areas
        .find(typed)
        .map_err(|error| Hinted::new(error.to_string(), error.hint()))?)
}

/// Finds one authority by name or code.
pub(crate) fn find_authority(typed: &str, areas: &Areas) -> Result<AreaCode> {
    let area = find_area(typed, areas)?;
    if area.level != GeographicLevel::LocalAuthority {
        let words = if area.level == GeographicLevel::National {
            "the country"
        } else {
            "a region"
        };
        let hint = match areas.nation() {
            Nation::England => {
                "England and the regions are always written; name local authorities beside them"
            }
            Nation::Wales => "Wales is always written; name local authorities beside it",
        };
        return Err(Hinted::new(
            format!("{} is {words}, not a local authority", area.name),
            hint,
        )
        .into());
    }
    Ok(area.code)
}

fn find_authorities(names: &[String], areas: &Areas) -> Result<Vec<AreaCode>> {
    let mut codes = names
        .iter()
        .map(|name| find_authority(name, areas))
        .collect::<Result<Vec<_>>>()?;
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

fn periods(typed: &[String]) -> Result<Option<Vec<Period>>> {
    if typed.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for text in typed {
        let years = |text: &str| text.trim().parse::<Period>();
        let range = text
            .split_once('-')
            .map(|(from, to)| (years(from), years(to)));
        match (range, years(text)) {
            // Before the year that both years name: 2024-2025 are two as 2018-2025 are eight.
            (Some((Ok(from), Ok(to))), _) if from <= to => {
                found.extend((from.year()..=to.year()).filter_map(Period::ending));
            }
            (_, Ok(period)) => found.push(period),
            (_, Err(error)) => bail!(Hinted::new(
                error.to_string(),
                "a range is written 2018-2025"
            )),
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}

fn neighbours(wanted: Option<u16>, areas: &Areas) -> Result<NeighbourModel> {
    let models = areas.neighbour_models();
    let newest = models.iter().copied().max().unwrap_or(NeighbourModel(2025));
    match wanted.map(NeighbourModel) {
        None => Ok(newest),
        Some(model) if models.contains(&model) => Ok(model),
        Some(model) => {
            let years: Vec<String> = models.iter().map(|model| model.0.to_string()).collect();
            let hint = format!("use one of {}", years.join(", "));
            Err(Hinted::new(
                format!("there is no list of statistical neighbours for {}", model.0),
                hint,
            )
            .into())
        }
    }
}

/// A plan for looking at one area, and at others beside it.
pub(crate) fn for_area(
    selection: &Selection,
    file: &PlanFile,
    area: AreaCode,
    against: Vec<AreaCode>,
    catalogue: &Catalogue,
) -> Result<Plan> {
    let mut plan = file.resolve(selection, &[], catalogue)?;
    if !file.names_models(selection) {
        // Every year that is shown has its own.
        let several = plan.periods.as_ref().is_some_and(|years| years.len() > 1);
        plan.model_years = if several {
            ModelYears::All
        } else {
            ModelYears::Latest
        };
    }
    plan.authorities = Some(vec![area]);
    plan.against = against;
    // Only what is compared is shown.
    plan.indicators.clone_from(&plan.compared);
    Ok(plan)
}

/// The folder of tables to use instead of the built-in ones: that which was named, or is remembered.
pub(crate) fn folder(selection: &Selection) -> Result<Option<PathBuf>> {
    match selection.data.as_deref() {
        Some(named) if named.as_os_str() == config::BUILT_IN => Ok(None),
        Some(named) => Ok(Some(named.to_owned())),
        None => config::data(),
    }
}

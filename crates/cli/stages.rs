//! The data flow: load, analyse, disclose.

use anyhow::Result;
use disparity_analysis::{Input, analyse, analyse_expected};
use disparity_core::{AreaLookupError, Catalogue, Nation, Plan, Provenance, Results};
use disparity_disclosure::Release;
use disparity_published::{Loaded, load, load_wales};

use crate::args::{NationName, Selection};
use crate::builtin;
use crate::hint::Hinted;
use crate::plan::{PlanFile, folder};
use crate::progress::Progress;

/// The published figures, loaded as a selection asks.
pub(crate) struct Published {
    loaded: Loaded,
    issues: Vec<disparity_core::Issue>,
}

impl Published {
    /// Loads the built-in figures of the nation that was named, or those of the folder that was; England's, where none
    /// was named.
    pub(crate) fn load(selection: &Selection, progress: &mut Progress) -> Result<Self> {
        let nation = one_nation(selection)?.unwrap_or_default();
        Self::load_of(nation, selection, progress)
    }

    /// Loads the figures in which every one of these areas is: those of the nation that was named, otherwise of the first
    /// in which all are; England's, where there is none.
    pub(crate) fn load_with(
        names: &[String],
        selection: &Selection,
        progress: &mut Progress,
    ) -> Result<Self> {
        let usual = Self::load(selection, progress)?;
        let has = |published: &Self, name: &str| {
            let areas = &published.catalogue().areas;
            // A name of several is answered with all of them, where it is looked up.
            !matches!(areas.find(name), Err(AreaLookupError::Unknown { .. }))
        };
        let has_all = |published: &Self| names.iter().all(|name| has(published, name));
        if selection.nation.is_some() || has_all(&usual) {
            return Ok(usual);
        }
        let wales = Self::load_of(Nation::Wales, selection, progress)?;
        if has_all(&wales) {
            return Ok(wales);
        }
        let welsh = names.iter().find(|name| !has(&usual, name));
        let mixed = names
            .iter()
            .all(|name| has(&usual, name) || has(&wales, name));
        if let (Some(welsh), true) = (welsh, mixed) {
            return Err(Hinted::new(
                format!("{welsh:?} is in Wales, and others of these areas are in England"),
                "ask for the areas of one nation: figures of both are never in one answer",
            )
            .into());
        }
        Ok(usual)
    }

    fn load_of(nation: Nation, selection: &Selection, progress: &mut Progress) -> Result<Self> {
        let chinese_group = PlanFile::read(selection)?.chinese_group()?;
        let warned = progress.stage("reading the published figures", || -> Result<_> {
            let files = builtin::files(folder(selection)?.as_deref())?;
            Ok(match nation {
                Nation::England => load(&files, chinese_group)?,
                Nation::Wales => load_wales(&files)?,
            })
        })?;
        Ok(Self {
            loaded: warned.output,
            issues: warned.issues,
        })
    }

    pub(crate) fn populations(&self) -> &disparity_core::Populations {
        &self.loaded.populations
    }

    /// What publishers write where a figure is absent.
    pub(crate) fn marks(&self) -> &disparity_core::Marks {
        &self.loaded.marks
    }

    pub(crate) fn cube(&self) -> &disparity_core::Cube {
        &self.loaded.cube
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.loaded.catalogue
    }

    /// The catalogue alone.
    pub(crate) fn into_catalogue(self) -> Catalogue {
        self.loaded.catalogue
    }

    /// Analyses the figures and passes the results through the gate.
    pub(crate) fn release(&self, plan: &Plan, progress: &mut Progress) -> Result<Release<Results>> {
        let work = "computing rates, comparisons and expected counts";
        let mut results = progress.stage(work, || analyse(self.input(plan)));
        results.issues.extend(self.issues.iter().cloned());
        Ok(Release::of_published(results)?)
    }

    /// The same of what a needs assessment stands on alone.
    pub(crate) fn release_expected(
        &self,
        plan: &Plan,
        progress: &mut Progress,
    ) -> Result<Release<Results>> {
        let results = progress.stage("computing expected counts", || {
            analyse_expected(self.input(plan))
        });
        Ok(Release::of_published(results)?)
    }

    fn input<'a>(&'a self, plan: &'a Plan) -> Input<'a> {
        Input {
            cube: &self.loaded.cube,
            populations: &self.loaded.populations,
            catalogue: &self.loaded.catalogue,
            plan,
            provenance: Provenance::Published,
        }
    }
}

/// The nation that was named, where a command is about one.
pub(crate) fn one_nation(selection: &Selection) -> Result<Option<Nation>> {
    match selection.nation {
        None => Ok(None),
        Some(NationName::England) => Ok(Some(Nation::England)),
        Some(NationName::Wales) => Ok(Some(Nation::Wales)),
        Some(NationName::Both) => Err(Hinted::new(
            "figures of both nations are never in one answer",
            "name one, or ask `disparity run --nation both`, which writes a folder for each",
        )
        .into()),
    }
}

/// Refuses another nation beside a store of returns.
pub(crate) fn england_alone(selection: &Selection) -> Result<()> {
    match selection.nation {
        None | Some(NationName::England) => Ok(()),
        Some(NationName::Wales | NationName::Both) => Err(Hinted::new(
            "the authorities of a store of returns are England's",
            "leave --nation out",
        )
        .into()),
    }
}

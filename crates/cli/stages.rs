//! The data flow: load, analyse, disclose.

use anyhow::Result;
use disparity_analysis::{Input, analyse, analyse_expected};
use disparity_core::{Catalogue, Plan, Provenance, Results};
use disparity_disclosure::Release;
use disparity_published::{Loaded, load};

use crate::args::Selection;
use crate::builtin;
use crate::plan::{PlanFile, folder};
use crate::progress::Progress;

/// The published figures, loaded as a selection asks.
pub(crate) struct Published {
    loaded: Loaded,
    issues: Vec<disparity_core::Issue>,
}

impl Published {
    /// Loads the built-in figures, or those of the folder that was named.
    pub(crate) fn load(selection: &Selection, progress: &mut Progress) -> Result<Self> {
        let chinese_group = PlanFile::read(selection)?.chinese_group()?;
        let warned = progress.stage("reading the published figures", || -> Result<_> {
            Ok(load(&builtin::files(folder(selection))?, chinese_group)?)
        })?;
        Ok(Self {
            loaded: warned.output,
            issues: warned.issues,
        })
    }

    pub(crate) fn populations(&self) -> &disparity_core::Populations {
        &self.loaded.populations
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

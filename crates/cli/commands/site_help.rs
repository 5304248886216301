//! Who was helped before entering care, for a site: the release that `disparity prior-help` prints of its usual
//! question, as pages and as the rows of those pages.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use disparity_core::{Catalogue, Journeys};
use disparity_disclosure::{PriorHelpRow, Release};
use disparity_export::{PRIOR_HELP_HEADER, PriorHelpTable, Written, la_name, write_file};
use disparity_journeys::{PriorHelpParams, supported};
use disparity_report::{PriorHelpAuthority, PriorHelpCover, PriorHelpView, Site};

use super::prior_help::{Answered, Asked, answer, keep, look_backs};
use crate::hint::Hinted;
use crate::out::csv_of_rows;
use crate::progress::Progress;
use crate::remembered::Memory;
use crate::returns_args::SiteHelpArgs;
use crate::returns_stage::catalogue_with_returns;

/// Answers of a store, with what their keys mean.
pub(crate) struct Help {
    pub(crate) release: Release<Vec<PriorHelpRow>>,
    pub(crate) journeys: Journeys,
    catalogue: Catalogue,
    authorities: Vec<PriorHelpAuthority>,
    cover: Vec<PriorHelpCover>,
}

/// Refuses options about a store where none is named: whoever typed them expects pages that would not be there.
pub(crate) fn refuse_without_store(args: &SiteHelpArgs) -> Result<()> {
    match args.without_store() {
        None => Ok(()),
        Some(option) => Err(Hinted::new(
            format!("{option} is about records of children, and no store is named"),
            "name it with --returns STORE, or leave the option away",
        )
        .into()),
    }
}

impl Help {
    /// Asks a store, through the gate; and what is remembered of it, to be added to.
    pub(crate) fn read(
        store: &Path,
        args: &SiteHelpArgs,
        catalogue: &Catalogue,
        progress: &mut Progress,
    ) -> Result<(Self, Memory)> {
        let params = PriorHelpParams {
            look_backs: look_backs(&args.look_backs)?,
            ..PriorHelpParams::default()
        };
        let asked = Asked {
            store,
            params: &params,
            control: &args.control,
            force: args.force,
        };
        let Answered {
            journeys,
            release,
            memory,
        } = answer(&asked, catalogue, progress)?;
        let named = |at: usize| {
            let [_, _, old_la_code, name] = la_name(&journeys, catalogue, Some(at));
            PriorHelpAuthority { name, old_la_code }
        };
        let cover = supported(&journeys).into_iter().map(|own| PriorHelpCover {
            authority: own.authority,
            kind: own.kind,
            period: own.period,
            years: own.years,
            covered_from: own.covered_from,
        });
        let help = Self {
            authorities: (0..journeys.authorities().len()).map(named).collect(),
            cover: cover.collect(),
            catalogue: catalogue_with_returns(catalogue)?,
            release,
            journeys,
        };
        Ok((help, memory))
    }

    /// What pages are drawn from.
    pub(crate) fn view(&self) -> PriorHelpView<'_> {
        PriorHelpView {
            release: &self.release,
            catalogue: &self.catalogue,
            codes: self.journeys.codes(),
            authorities: &self.authorities,
            cover: &self.cover,
            synthetic: self.journeys.synthetic,
        }
    }

    fn table(&self) -> PriorHelpTable<'_> {
        PriorHelpTable {
            release: &self.release,
            journeys: &self.journeys,
            catalogue: &self.catalogue,
        }
    }

    /// Writes beside each page its rows of what `disparity prior-help --format csv` prints.
    pub(crate) fn write(&self, site: &Site<'_>, folder: &Path) -> Result<Written> {
        let mut of_each: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        let at = PRIOR_HELP_HEADER
            .iter()
            .position(|name| *name == "old_la_code");
        for row in self.table().rows() {
            let own = at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
            of_each.entry(own).or_default().push(row);
        }
        let mut written = Written::new();
        for (name, authority) in site.prior_help_files() {
            let own = authority.and_then(|at| self.authorities.get(at));
            let code = own.map_or("", |own| own.old_la_code.as_str());
            let rows = of_each.remove(code).unwrap_or_default();
            let text = csv_of_rows(&PRIOR_HELP_HEADER, rows)?;
            let record = write_file(&folder.join(&name), text.as_bytes())?;
            written.insert(name, record);
        }
        Ok(written)
    }

    /// Remembers what was released, if that was asked for.
    pub(crate) fn keep(&self, memory: Memory) -> Result<()> {
        keep(memory, self.table())
    }
}

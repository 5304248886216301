//! `disparity table`: looks at a table of one's own.

use std::path::Path;

use anyhow::Result;
use disparity_frames::{Known, propose};

use crate::args::Selection;
use crate::out::{print, tell};
use crate::progress::Progress;
use crate::stages::Published;
use crate::tables_stage::neighbourhoods;

/// Prints a proposed description, and says on standard error what is for the reader to decide.
pub(crate) fn inspect(file: &Path, sheet: Option<&str>) -> Result<()> {
    let selection = Selection::default();
    let mut progress = Progress::new(false);
    let published = Published::load(&selection, &mut progress)?;
    let places = neighbourhoods(&selection, published.catalogue())?;
    let known = Known {
        catalogue: published.catalogue(),
        populations: published.populations(),
        neighbourhoods: places.as_ref(),
        marks: published.marks(),
    };
    let proposal = propose(file, sheet, known)?;
    print(&proposal.text)?;
    tell(format_args!(
        "{} things to decide, at the end of the description. Write it to a file, check it, then: disparity run --table {} \
         --describe FILE.toml",
        proposal.unsure.len(),
        file.display()
    ));
    Ok(())
}

//! Which files can be read apart from which: those of one authority, together with those of authorities whose children kept
//! its identifiers.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{Areas, Dimensions};

use super::BuildError;
use crate::bytes::input::Input;
use crate::config::codelists::Lists;
use crate::config::manifest::Manifest;
use crate::config::options::{Options, Progress};
use crate::diagnostics::Diagnostics;
use crate::formats::{Candidate, Context, FileKind, candidates};

/// Files that are read together, and apart from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePart {
    /// The authorities, by three-digit code, with `-` between them.
    pub name: String,
    /// The files, by the names of their inputs.
    pub files: Vec<String>,
}

/// Why returns cannot be read apart.
#[derive(Debug, thiserror::Error)]
pub enum ApartError {
    /// A file is of several authorities, or nobody knows of which.
    #[error("`{0}` is of several authorities, or it does not say of which")]
    Shared(String),
    /// A built-in list is broken.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Groups files by the authority that each is of, as reading them all at once would. Lookups of postcodes are in every part;
/// what is no return is in the first, where it is said.
///
/// # Errors
/// [`ApartError`].
pub fn apart(
    inputs: Vec<Input>,
    manifest: &Manifest,
    areas: &Areas,
    dimensions: &Dimensions,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Vec<FilePart>, ApartError> {
    let lists = Lists::new(dimensions).map_err(BuildError::from)?;
    let context = Context {
        lists: &lists,
        options,
        areas,
        manifest,
    };
    let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    // What is odd is said when the files are read.
    let found = candidates(context, inputs, progress, &mut Diagnostics::default());
    let known: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let mut of_file: BTreeMap<&str, Vec<&Candidate>> = BTreeMap::new();
    for candidate in &found {
        if let Some(file) = file_of(&candidate.input.name, &known) {
            of_file.entry(file).or_default().push(candidate);
        }
    }
    let together = together(context);
    let (mut parts, mut of_all, mut of_none) = (BTreeMap::new(), Vec::new(), Vec::new());
    for name in &names {
        let all = of_file.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let returns = || {
            let is_return = |own: &&&Candidate| own.lookup.is_none() && own.kind != FileKind::Skip;
            all.iter().filter(is_return)
        };
        let authorities: BTreeSet<&str> = returns().map(|own| own.la.as_str()).collect();
        let mut each = authorities.iter().map(|la| group(&together, la));
        match (each.next(), all.iter().any(|own| own.lookup.is_some())) {
            (None, true) => of_all.push(name.clone()),
            (None, false) => of_none.push(name.clone()),
            (Some(first), _) => {
                if authorities.contains("") || each.any(|other| other != first) {
                    return Err(ApartError::Shared(name.clone()));
                }
                let part: &mut Vec<String> = parts.entry(first).or_default();
                part.push(name.clone());
            }
        }
    }
    let mut parts: Vec<FilePart> = parts
        .into_iter()
        .map(|(las, files)| FilePart {
            name: las.into_iter().collect::<Vec<_>>().join("-"),
            files: [files, of_all.clone()].concat(),
        })
        .collect();
    if let Some(first) = parts.first_mut() {
        first.files.extend(of_none);
    }
    Ok(parts)
}

/// The file that a candidate is, or the archive that it is a member of.
fn file_of<'a>(candidate: &str, known: &BTreeSet<&'a str>) -> Option<&'a str> {
    let before = candidate.match_indices('!').map(|(at, _)| &candidate[..at]);
    let mut all = std::iter::once(candidate).chain(before);
    all.find_map(|name| known.get(name).copied())
}

/// Authorities that go on from each other.
fn together(context: Context<'_>) -> Vec<BTreeSet<String>> {
    let mut groups: Vec<BTreeSet<String>> = Vec::new();
    for stated in context.continuity() {
        let mut own: BTreeSet<String> = stated.successors.into_iter().collect();
        own.insert(stated.predecessor);
        groups.retain(|other| {
            let apart = other.is_disjoint(&own);
            if !apart {
                own.extend(other.iter().cloned());
            }
            apart
        });
        groups.push(own);
    }
    groups
}

fn group(groups: &[BTreeSet<String>], la: &str) -> BTreeSet<String> {
    let found = groups.iter().find(|group| group.contains(la));
    found
        .cloned()
        .unwrap_or_else(|| BTreeSet::from([la.to_owned()]))
}

//! Which bundles of records are one child: the care return linked to the record of need, early help
//! to either.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::LinkOutcome;

use super::{Assembly, Bundle, Member, SIDES};
use crate::children::continuity::Identifiers;
use crate::children::link::{Identity, Link, link};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::records::Records;

impl Assembly<'_> {
    pub(super) fn members(
        &self,
        records: &Records,
        sides: &[Vec<Bundle>; SIDES],
        identities: &[Vec<Identity>],
        diagnostics: &mut Diagnostics,
    ) -> Vec<Member> {
        let text = |id: u32| records.ids.text(id);
        let mut members: Vec<Member> = sides[0]
            .iter()
            .map(|bundle| {
                let same = bundle.has_care;
                Member::new(if same {
                    LinkOutcome::SameSource
                } else {
                    LinkOutcome::NotNeeded
                })
            })
            .collect();
        for (at, member) in members.iter_mut().enumerate() {
            member.set(0, at);
        }
        let links = link(
            &identities[1],
            &identities[0],
            text,
            self.options.link_by_upn,
        );
        self.report_links(records, &identities[1], &links, diagnostics);
        let mut care_member = Vec::with_capacity(links.len());
        for (at, one) in links.iter().enumerate() {
            let member = one.to.unwrap_or(members.len());
            if one.to.is_none() {
                members.push(Member::new(one.outcome));
            }
            members[member].set(1, at);
            members[member].link = one.outcome;
            care_member.push(member);
        }
        Self::add_early_help(identities, text, &care_member, &mut members);
        let name = |member: &Member| {
            let first = member.bundles().next();
            let id = first.map(|(side, at)| identities[side][at].id);
            (id.map_or("", text), member.bundle(0).is_none())
        };
        members.sort_by(|a, b| name(a).cmp(&name(b)));
        members
    }

    /// Early help records go to the child with the same identifier, on either side.
    pub(super) fn add_early_help<'t>(
        identities: &[Vec<Identity>],
        text: impl Fn(u32) -> &'t str + Copy,
        care_member: &[usize],
        members: &mut Vec<Member>,
    ) {
        let with_need = link(&identities[2], &identities[0], text, false);
        let with_care = link(&identities[2], &identities[1], text, false);
        for (at, (need, care)) in with_need.iter().zip(&with_care).enumerate() {
            let member = need
                .to
                .or_else(|| care.to.and_then(|to| care_member.get(to).copied()));
            let member = member.unwrap_or_else(|| {
                members.push(Member::new(LinkOutcome::NotNeeded));
                members.len() - 1
            });
            if members[member].bundle(2).is_none() {
                members[member].set(2, at);
            }
        }
    }

    pub(super) fn report_links(
        &self,
        records: &Records,
        care: &[Identity],
        links: &[Link],
        diagnostics: &mut Diagnostics,
    ) {
        let mut steps: BTreeMap<&str, u64> = BTreeMap::new();
        for (one, link) in care.iter().zip(links) {
            let code = match link.outcome {
                LinkOutcome::Conflict if !one.conflict => Some(Code::LinkConflict),
                LinkOutcome::Near => Some(Code::LinkNear),
                LinkOutcome::Ambiguous => Some(Code::LinkAmbiguous),
                _ => None,
            };
            if let Some(code) = code {
                let mut diagnostic =
                    Diagnostic::of_file(code, &format!("authority {}", self.la), "");
                diagnostic.child = Some(self.child_ref(records, one.id));
                diagnostics.push(diagnostic);
            }
            if let (Some(step), Some(_)) = (link.step, link.to) {
                *steps.entry(step.as_str()).or_default() += 1;
            }
        }
        for (step, count) in steps
            .iter()
            .filter(|(step, _)| **step != crate::children::link::Step::Exact.as_str())
        {
            let message = format!("{count} children by {step}");
            diagnostics.push(Diagnostic::of_file(
                Code::LinkLadder,
                &format!("authority {}", self.la),
                message,
            ));
        }
    }
}

/// Every identifier of every child, those that were replaced among them, with the child's position.
pub(super) fn identifiers(
    records: &Records,
    sides: &[Vec<Bundle>; SIDES],
    members: &[Member],
    aliases: &BTreeMap<u32, u32>,
) -> Identifiers {
    let mut replaced: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (old, new) in aliases {
        replaced.entry(*new).or_default().push(*old);
    }
    let mut found = Identifiers::new();
    for (position, member) in (0..).zip(members) {
        let own = member.bundles();
        let own: BTreeSet<u32> = own.map(|(side, at)| sides[side][at].id).collect();
        for id in own {
            let olds = replaced.get(&id).into_iter().flatten();
            let all = std::iter::once(&id).chain(olds);
            found.extend(all.map(|id| (records.ids.text(*id).to_owned(), position)));
        }
    }
    found
}

/// Old identifiers to the ones that replaced them, only where the pair is unique both ways.
pub(super) fn alias_map(records: &Records) -> BTreeMap<u32, u32> {
    let mut olds: BTreeMap<u32, u32> = BTreeMap::new();
    let mut news: BTreeMap<u32, u32> = BTreeMap::new();
    let pairs: std::collections::BTreeSet<(u32, u32)> = records
        .links
        .iter()
        .copied()
        .filter(|(a, b)| a != b)
        .collect();
    for (old, new) in &pairs {
        *olds.entry(*old).or_default() += 1;
        *news.entry(*new).or_default() += 1;
    }
    let direct: BTreeMap<u32, u32> = pairs
        .into_iter()
        .filter(|(old, new)| olds[old] == 1 && news[new] == 1)
        .collect();
    // An identifier may have been replaced more than once; the chain ends at the last, and a ring at nothing.
    direct
        .keys()
        .filter_map(|old| {
            let mut at = *old;
            for _ in 0..8 {
                match direct.get(&at) {
                    Some(next) => at = *next,
                    None => return Some((*old, at)),
                }
            }
            None
        })
        .collect()
}

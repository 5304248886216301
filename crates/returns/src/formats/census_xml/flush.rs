//! The end of a child, of an episode and of a module: what was gathered becomes records, or is set
//! aside with the reason.

use disparity_core::journeys::{BirthPrecision, Coded, SpellKind};
use disparity_core::{CategoryId, Day};

use super::{CensusReader, Module};
use crate::diagnostics::Code;
use crate::records::{Activity, PersonRow, RowPlace, System};

impl CensusReader<'_, '_, '_> {
    pub(super) fn flush_child(&mut self) {
        self.flush_episode();
        let Some(child) = self.child.take() else {
            return;
        };
        self.children += 1;
        self.reading.line = child.line;
        let Some(id) = child.id else {
            if !child.damaged_id {
                self.reading.report(
                    Code::ChildIdBlank,
                    0,
                    "",
                    format!("{} episodes go with it", child.episodes.len()),
                );
            }
            return;
        };
        let number = self.sink.records().ids.number(&id);
        let place = RowPlace {
            source: self.sink.source,
            line: u32::try_from(child.line).unwrap_or(u32::MAX),
        };
        let mut person = child
            .person
            .unwrap_or_else(|| PersonRow::new(0, System::Cin, place, self.sink.year));
        (person.id, person.place, person.year) = (number, place, self.sink.year);
        match (person.birth, child.expected) {
            (Some(_), Some(_)) => self.reading.report(Code::BirthBoth, 5, "", "rule 8525Q"),
            (None, Some(expected)) => {
                person.birth = Some(expected);
                person.precision = BirthPrecision::Expected;
            }
            (None, None) if !child.bad_birth => {
                self.reading.report(Code::BirthMissing, 4, "", "rule 8525Q");
            }
            (_, None) => {}
        }
        // Fields that are there and blank have been reported where they stand.
        if person.ethnicity == CategoryId::TOTAL {
            self.reading.report(Code::EthnicityMissing, 9, "", "");
        }
        if person.sex == CategoryId::TOTAL {
            self.reading.report(Code::SexMissing, 6, "", "");
        }
        if child.none_disability && child.disabilities > 1 {
            self.reading.report(
                Code::CodeUnknown,
                10,
                "NONE",
                "none stands beside other disabilities (rule 8790)",
            );
        }
        if child.episodes.is_empty() && child.nested.is_empty() && !child.lost_episode {
            self.reading.report_row(Code::NoEpisode, "rule 8590");
        }
        self.sink.records().persons.push(person);
        for mut activity in child.episodes.into_iter().chain(child.nested) {
            activity.id = number;
            activity.year = self.sink.year;
            self.sink.records().activities.push(activity);
        }
        self.kept += 1;
        self.reading.child = None;
    }

    pub(super) fn flush_episode(&mut self) {
        self.in_episode = false;
        let Some(episode) = self.episode.take() else {
            return;
        };
        let (referred, nfa) = (self.referred.take(), episode.no_further_action);
        let Some(child) = self.child.as_mut() else {
            return;
        };
        let mine = |activity: &&mut Activity| activity.parent == Some(Day::OPEN);
        let Some(start) = referred else {
            child.lost_episode = true;
            let lost = child.nested.iter_mut().filter(mine).count();
            child
                .nested
                .retain(|activity| activity.parent != Some(Day::OPEN));
            if !self.bad_referral {
                let message =
                    format!("the episode has no referral date; {lost} modules go with it");
                self.reading.report(Code::DateUnparseable, 11, "", message);
            } else if lost > 0 {
                let message = format!("{lost} modules of an episode without a referral date");
                self.reading.report_row(Code::ParentUnmatched, message);
            }
            return;
        };
        let modules = child
            .nested
            .iter_mut()
            .filter(mine)
            .map(|activity| activity.parent = Some(start))
            .count();
        if nfa == Some(true) && (episode.end.is_some() || modules > 0) {
            self.reading
                .report(Code::NfaActivity, 17, "", "rules 8831, 8832, 4000");
        }
        if nfa.is_none() && !self.nfa_said {
            self.reading.report(Code::NfaMissing, 17, "", "rule 8568");
        }
        if let Some(end) = episode.end {
            if end < start {
                // Its modules have dates of their own and stay.
                child.lost_episode = true;
                self.reading
                    .report(Code::EndBeforeStart, 14, &end.to_string(), "rule 8630");
                return;
            }
            if end > self.reading.options.as_of {
                self.reading
                    .report(Code::FutureEnd, 14, &end.to_string(), "");
            }
        }
        child.episodes.push(Activity { start, ..episode });
    }

    pub(super) fn flush_module(&mut self, line: u64) {
        let module = std::mem::replace(&mut self.module, Module::None);
        let (start, end, conference) = (self.start.take(), self.end.take(), self.conference.take());
        let plan = std::mem::take(&mut self.plan);
        let kind = match module {
            Module::None => return,
            Module::Assessment => SpellKind::Assessment,
            Module::CinPlan => SpellKind::CinPlan,
            Module::Section47 => SpellKind::Section47,
            Module::Protection => SpellKind::ProtectionPlan,
        };
        self.reading.line = line;
        self.check_factors();
        if let (Some(day), Module::Section47) = (conference, module) {
            self.push_nested(SpellKind::InitialConference, day, Some(day));
        }
        let bad_start = std::mem::take(&mut self.bad_start);
        let Some(start) = start else {
            if !bad_start {
                let message = format!("{} without a start", kind.as_str());
                self.reading.report_row(Code::DateUnparseable, message);
            }
            return;
        };
        if start > self.reading.options.as_of {
            self.reading.report_row(
                Code::DateAfterExtract,
                format!("{} starts {start}", kind.as_str()),
            );
            return;
        }
        if end.is_some_and(|end| end < start) {
            self.reading.report_row(
                Code::EndBeforeStart,
                format!("{} starts {start}", kind.as_str()),
            );
            return;
        }
        if let Some(end) = end.filter(|end| *end > self.reading.options.as_of) {
            self.reading
                .report_row(Code::FutureEnd, format!("{} ends {end}", kind.as_str()));
        }
        let end = if kind.is_event() { Some(start) } else { end };
        let activity = self.push_nested(kind, start, end);
        if kind == SpellKind::ProtectionPlan {
            activity.coded = Coded::Plan {
                initial: plan.0,
                latest: plan.1,
                earlier: plan.2,
            };
        }
    }
}

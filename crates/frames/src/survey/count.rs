//! Answers counted row by row.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AnswerCount, AnswerKind, AreaCode, Count, GeographicLevel, Reported, Respondents, Sums,
    SurveyCounts,
};

use super::describe::SurveyDescription;
use crate::batch::Batch;
use crate::error::{TableError, Wrong};
use crate::read::Known;

/// How many gave an answer, and what they weigh.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    count: Count,
    weight: f64,
    squares: f64,
}

impl Weighed {
    fn add(&mut self, weight: f64) {
        self.count += 1;
        self.weight += weight;
        self.squares += weight * weight;
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.weight += other.weight;
        self.squares += other.squares;
    }
}

/// What was counted of a question and some respondents.
type Counted = BTreeMap<AnswerKind, Weighed>;

/// Answers of the rows so far.
pub(super) struct Answers<'a> {
    description: &'a SurveyDescription,
    known: Known<'a>,
    columns: Vec<&'a str>,
    counted: BTreeMap<(String, Respondents), Counted>,
    /// Questions that each respondent has answered, where each row is an answer.
    answered: BTreeSet<(String, String)>,
    respondents: BTreeSet<String>,
    /// Which groups and areas the same person was met in: ways of telling people apart of which one refines another.
    met: BTreeSet<(Respondents, Respondents)>,
    rows: Count,
}

impl<'a> Answers<'a> {
    pub(super) fn new(
        description: &'a SurveyDescription,
        columns: &[&'a str],
        known: Known<'a>,
    ) -> Self {
        Self {
            description,
            known,
            columns: columns.to_vec(),
            counted: BTreeMap::new(),
            answered: BTreeSet::new(),
            respondents: BTreeSet::new(),
            met: BTreeSet::new(),
            rows: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    fn field(&self, batch: &Batch, row: usize, column: Option<&String>) -> String {
        let at = column.and_then(|name| self.columns.iter().position(|own| own == name));
        let text = at.and_then(|at| batch.columns[at].text(row));
        text.map_or_else(String::new, std::borrow::Cow::into_owned)
    }

    /// Counts a row.
    pub(super) fn row(&mut self, file: &str, batch: &Batch, row: usize, wrong: &mut Wrong) {
        let number = batch.at.of(row);
        let description = self.description;
        let mut faults = Wrong::default();
        let weight = self.weight(file, batch, row, &mut faults);
        let area = self.area(file, batch, row, &mut faults);
        if !faults.is_empty() {
            wrong.extend(faults);
            return;
        }
        let groups: Vec<(String, String)> = description
            .groups
            .iter()
            .map(|name| {
                let own = self.field(batch, row, Some(name));
                // Those who did not say are a group of their own.
                let own = if own.is_empty() {
                    "Not stated".to_owned()
                } else {
                    own
                };
                (name.clone(), own)
            })
            .collect();
        self.rows += 1;
        if description.questions.is_empty() {
            let question = self.field(batch, row, description.question.as_ref());
            let respondent = self.field(batch, row, description.respondent.as_ref());
            if question.is_empty() || respondent.is_empty() {
                let what = "the question or the respondent is empty";
                wrong.add(TableError::at(
                    file,
                    number,
                    "",
                    what,
                    "fill it in, or leave the row out",
                ));
                return;
            }
            self.respondents.insert(respondent.clone());
            if !self.answered.insert((respondent, question.clone())) {
                let what = format!("a respondent answers {question:?} twice");
                wrong.add(TableError::at(
                    file,
                    number,
                    "",
                    what,
                    "keep one of the rows",
                ));
                return;
            }
            let answer = self.field(batch, row, description.answer.as_ref());
            self.answer(&question, &answer, (area, &groups), weight);
        } else {
            let respondent = self.field(batch, row, description.respondent.as_ref());
            if !respondent.is_empty() && !self.respondents.insert(respondent) {
                let what = "a respondent is there twice";
                let column = description.respondent.as_deref().unwrap_or_default();
                wrong.add(TableError::at(
                    file,
                    number,
                    column,
                    what,
                    "keep one of the rows",
                ));
                return;
            }
            for question in &description.questions {
                let answer = self.field(batch, row, Some(question));
                self.answer(question, &answer, (area, &groups), weight);
            }
        }
    }

    fn weight(&self, file: &str, batch: &Batch, row: usize, wrong: &mut Wrong) -> f64 {
        let Some(column) = &self.description.weight else {
            return 1.0;
        };
        let text = self.field(batch, row, Some(column));
        match text.parse::<f64>() {
            Ok(weight) if weight.is_finite() && weight > 0.0 => weight,
            _ => {
                let what = format!("the weight {text:?} is no number above 0");
                let hint = "give every respondent a weight, or leave those without one out";
                wrong.add(TableError::at(file, batch.at.of(row), column, what, hint));
                1.0
            }
        }
    }

    fn area(&self, file: &str, batch: &Batch, row: usize, wrong: &mut Wrong) -> Option<AreaCode> {
        let column = self.description.area.as_ref()?;
        let text = self.field(batch, row, Some(column));
        match self.known.catalogue.areas.find(&text) {
            Ok(area) if area.level == GeographicLevel::LocalAuthority => Some(area.code),
            Ok(area) => {
                let what = format!("{} is no local authority", area.name);
                let hint = "give the authority that each respondent lives in; all of them together are counted too";
                wrong.add(TableError::at(file, batch.at.of(row), column, what, hint));
                None
            }
            Err(error) => {
                let error = TableError::at(
                    file,
                    batch.at.of(row),
                    column,
                    error.to_string(),
                    error.hint(),
                );
                wrong.add(error);
                None
            }
        }
    }

    fn answer(
        &mut self,
        question: &str,
        answer: &str,
        (area, groups): (Option<AreaCode>, &[(String, String)]),
        weight: f64,
    ) {
        let same = |list: &[String]| {
            list.iter()
                .any(|own| own.trim().eq_ignore_ascii_case(answer))
        };
        let kind = if same(&self.description.unanswered) || answer.is_empty() {
            AnswerKind::Unanswered
        } else if same(&self.description.unsure) {
            AnswerKind::Unsure(answer.to_owned())
        } else {
            AnswerKind::Answer(answer.to_owned())
        };
        let everyone = Respondents {
            area: None,
            group: None,
        };
        let in_area = area.map(|area| Respondents {
            area: Some(area),
            group: None,
        });
        let in_groups = groups.iter().map(|group| Respondents {
            area: None,
            group: Some(group.clone()),
        });
        let apart: Vec<Respondents> = in_area.into_iter().chain(in_groups).collect();
        for one in &apart {
            for other in apart.iter().filter(|other| *other != one) {
                self.met.insert((one.clone(), other.clone()));
            }
        }
        for of in std::iter::once(everyone).chain(apart) {
            let own = self.counted.entry((question.to_owned(), of)).or_default();
            own.entry(kind.clone()).or_default().add(weight);
        }
    }

    /// The counts, with every answer of a question for all respondents, and the sums between them.
    pub(super) fn counts(mut self) -> SurveyCounts {
        self.fill();
        let mut counts = Vec::new();
        let mut places: BTreeMap<(String, Respondents, AnswerKind), usize> = BTreeMap::new();
        for ((question, of), answers) in &self.counted {
            for (kind, weighed) in answers {
                places.insert((question.clone(), of.clone(), kind.clone()), counts.len());
                counts.push(AnswerCount {
                    question: question.clone(),
                    of: of.clone(),
                    kind: kind.clone(),
                    count: Reported::Value(weighed.count),
                    weight: weighed.weight,
                    squares: weighed.squares,
                });
            }
        }
        let mut sums = sums(&places);
        self.add_refined(&places, &mut sums);
        let respondents = if self.respondents.is_empty() {
            self.rows
        } else {
            Count::try_from(self.respondents.len()).unwrap_or(Count::MAX)
        };
        SurveyCounts {
            title: self.description.title.clone(),
            is_weighted: self.description.weight.is_some(),
            counts,
            sums,
            respondents,
        }
    }

    /// Where one way of telling people apart refines another (mothers and fathers among parents, authorities of one
    /// region), each count of the coarser is made up of those of the finer.
    fn add_refined(
        &self,
        places: &BTreeMap<(String, Respondents, AnswerKind), usize>,
        sums: &mut Sums,
    ) {
        let way = |of: &Respondents| of.group.as_ref().map(|(by, _)| by.clone());
        // Of each finer group or area the coarser ones that its people were met in, by how those are told apart.
        let mut within: BTreeMap<(&Respondents, Option<String>), BTreeSet<&Respondents>> =
            BTreeMap::new();
        for (one, other) in &self.met {
            within.entry((one, way(other))).or_default().insert(other);
        }
        let mut parts: BTreeMap<(&Respondents, Option<String>), Vec<&Respondents>> =
            BTreeMap::new();
        for ((one, _), others) in &within {
            for other in others {
                parts.entry((*other, way(one))).or_default().push(one);
            }
        }
        for ((whole, _), parts) in parts {
            let only_here = |one: &&Respondents| within[&(*one, way(whole))].len() == 1;
            if !parts.iter().all(only_here) {
                continue;
            }
            for ((question, _, kind), at) in places.iter().filter(|((_, of, _), _)| of == whole) {
                let place = |one: &&Respondents| {
                    places
                        .get(&(question.clone(), (*one).clone(), kind.clone()))
                        .copied()
                };
                let found: Option<Vec<usize>> = parts.iter().map(place).collect();
                if let Some(found) = found {
                    sums.add(*at, found);
                }
            }
        }
    }

    /// Answers that nobody of some respondents gave are 0 of them; and all who answered are added up.
    fn fill(&mut self) {
        let mut kinds: BTreeMap<String, BTreeSet<AnswerKind>> = BTreeMap::new();
        for ((question, _), answers) in &self.counted {
            let own = kinds.entry(question.clone()).or_default();
            own.extend(answers.keys().cloned());
            own.insert(AnswerKind::Unanswered);
        }
        for ((question, _), answers) in &mut self.counted {
            for kind in &kinds[question] {
                answers.entry(kind.clone()).or_default();
            }
            let mut all = Weighed::default();
            for (kind, weighed) in answers.iter() {
                if *kind != AnswerKind::Unanswered {
                    all.merge(*weighed);
                }
            }
            answers.insert(AnswerKind::Answered, all);
        }
    }
}

/// Answers make up those who answered; each count of everyone is made up of those of areas, and of each way of telling
/// people apart.
fn sums(places: &BTreeMap<(String, Respondents, AnswerKind), usize>) -> Sums {
    let mut answers: BTreeMap<(&String, &Respondents), Vec<usize>> = BTreeMap::new();
    let mut parts: BTreeMap<(&String, &AnswerKind, Option<&String>), Vec<usize>> = BTreeMap::new();
    let everyone = Respondents {
        area: None,
        group: None,
    };
    for ((question, of, kind), at) in places {
        if matches!(kind, AnswerKind::Answer(_) | AnswerKind::Unsure(_)) {
            answers.entry((question, of)).or_default().push(*at);
        }
        if *of != everyone {
            let by = of.group.as_ref().map(|(by, _)| by);
            parts.entry((question, kind, by)).or_default().push(*at);
        }
    }
    let mut sums = Sums::default();
    for ((question, of), parts) in answers {
        let whole = (question.clone(), of.clone(), AnswerKind::Answered);
        if let Some(total) = places.get(&whole) {
            sums.add(*total, parts);
        }
    }
    for ((question, kind, _), parts) in parts {
        let whole = (question.clone(), everyone.clone(), kind.clone());
        if let Some(total) = places.get(&whole) {
            sums.add(*total, parts);
        }
    }
    sums
}

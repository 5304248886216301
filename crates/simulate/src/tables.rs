//! Tables as delimited text: the care return of a year, early help, and the safeguarding dataset.

use disparity_core::{Day, Period};

use crate::homes::is_recorded;
use crate::life::Life;
use crate::mess::{Mess, Switch};
use crate::world::World;

/// How dates and fields are written.
struct Style<'m> {
    mess: &'m Mess,
}

impl Style<'_> {
    fn day(&self, day: Day) -> String {
        let (year, month, dom) = day.ymd();
        if self.mess.has(Switch::IsoDates) {
            format!("{year:04}-{month:02}-{dom:02}")
        } else if self.mess.has(Switch::TwoDigitYears) {
            format!("{dom:02}/{month:02}/{:02}", year % 100)
        } else {
            format!("{dom:02}/{month:02}/{year:04}")
        }
    }

    fn known(&self, day: Option<Day>, on: Day) -> String {
        day.filter(|day| *day <= on)
            .map_or_else(String::new, |day| self.day(day))
    }
}

/// Rows under a header, as text.
struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            rows: vec![],
        }
    }

    /// The table as text, with whatever goes wrong with tables.
    fn text(&self, mess: &Mess) -> String {
        let delimiter = if mess.has(Switch::Semicolons) {
            ";"
        } else {
            ","
        };
        let end = if mess.has(Switch::Bom) { "\r\n" } else { "\n" };
        let mut order: Vec<usize> = (0..self.header.len()).collect();
        if mess.has(Switch::ShuffledColumns) {
            order.reverse();
        }
        let mut text = String::new();
        if mess.has(Switch::Bom) {
            text.push('\u{feff}');
        }
        let line = |fields: Vec<String>, first: String, last: &str| {
            let mut fields = fields;
            if mess.has(Switch::IndexColumn) {
                fields.insert(0, first);
            }
            if mess.has(Switch::ExtraColumn) {
                fields.push(last.to_owned());
            }
            fields.join(delimiter) + end
        };
        let names: Vec<String> = order
            .iter()
            .map(|at| {
                if mess.has(Switch::ShuffledColumns) {
                    self.header[*at].to_lowercase()
                } else {
                    self.header[*at].to_owned()
                }
            })
            .collect();
        text.push_str(&line(names, String::new(), "LOCAL_NOTE"));
        for (number, row) in self.rows.iter().enumerate() {
            text.push_str(&line(
                order.iter().map(|at| row[*at].clone()).collect(),
                number.to_string(),
                "x",
            ));
        }
        text
    }
}

/// Whether a child's care record has an identifier that leads nowhere. Decided by the child's place
/// in the list, so that the loss is the same in every year.
pub(crate) fn loses_link(life: &Life, mess: &Mess, number: usize) -> bool {
    let gap = life.ethnicity.starts_with('B') || life.ethnicity.starts_with('A');
    gap && ((number * 37 + 11) % 1000) as f64 >= 1000.0 * (1.0 - mess.linkage_loss)
}

/// The identifier of a child in the care return.
fn care_id(life: &Life, mess: &Mess, number: usize) -> String {
    if loses_link(life, mess, number) {
        return format!("L{}", life.id);
    }
    if mess.has(Switch::LeadingZeros) {
        format!("00{}", life.id)
    } else if mess.has(Switch::FloatIds) {
        format!("{}.0", life.id)
    } else {
        life.id.clone()
    }
}

/// The date of birth in the care return: for some, day and month the wrong way round.
fn birth_shown(life: &Life, mess: &Mess, number: usize) -> Day {
    let (year, month, day) = life.birth.ymd();
    if mess.has(Switch::BirthSwapped) && number.is_multiple_of(25) && day <= 12 && day != month {
        Day::new(year, day, month).unwrap_or(life.birth)
    } else {
        life.birth
    }
}

/// The code of sex, which changed in 2025.
fn sex_code(life: &Life, period: Period) -> &'static str {
    match (life.sex, period.year() >= 2025) {
        ("male", true) => "M",
        ("male", false) => "1",
        (_, true) => "F",
        _ => "2",
    }
}

/// An identifier is lost for good only where the pupil number does not lead back.
fn pupil_number(life: &Life, id: &str, last: Day) -> String {
    if id.starts_with('L') {
        "UN5".to_owned()
    } else if life.birth.plus_years(5) > last {
        "UN1".to_owned()
    } else {
        life.upn.clone()
    }
}

/// The tables of the care return of one year: name and text.
pub(crate) fn care(world: &World, period: Period, lives: &[Life]) -> Vec<(&'static str, String)> {
    let mess = &world.mess;
    let (first, last) = (Day::first_of(period), Day::last_of(period));
    let style = Style { mess };
    let mut header = Table::new(&["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"]);
    let mut episodes = Table::new(&[
        "CHILD",
        "DECOM",
        "RNE",
        "LS",
        "CIN",
        "PLACE",
        "PLACE_PROVIDER",
        "DEC",
        "REC",
        "REASON_PLACE_CHANGE",
        "HOME_POST",
        "PL_POST",
        "URN",
    ]);
    let mut uasc = Table::new(&["CHILD", "SEX", "DOB", "DUC"]);
    for (number, life) in lives.iter().enumerate() {
        let spans = life
            .care
            .iter()
            .flat_map(|period| period.placements.iter().map(move |p| (period, p)));
        let shown: Vec<_> = spans
            .filter(|(_, p)| p.start <= last && p.end.is_none_or(|end| end >= first))
            .collect();
        if shown.is_empty() {
            continue;
        }
        let id = care_id(life, mess, number);
        let (sex, birth) = (sex_code(life, period), birth_shown(life, mess, number));
        let row = vec![
            id.clone(),
            sex.into(),
            style.day(birth),
            life.ethnicity.into(),
            pupil_number(life, &id, last),
            String::new(),
            String::new(),
        ];
        if mess.has(Switch::ChildConflict) && header.rows.is_empty() {
            let mut other = row.clone();
            other[2] = style.day(birth.plus(-900));
            header.rows.push(other);
        }
        header.rows.push(row);
        if life.unaccompanied {
            uasc.rows.push(vec![
                id.clone(),
                sex.into(),
                style.day(birth),
                style.known(Some(life.birth.plus_years(18)), last),
            ]);
        }
        for (care, placement) in shown {
            let mut end = placement.end;
            if mess.has(Switch::X1Gap)
                && placement.ceased == "X1"
                && number.is_multiple_of(5)
                && end.is_some_and(|end| end.since(placement.start) > 3)
            {
                end = end.map(|end| end.plus(-1));
            }
            let open = end.is_none_or(|end| end > last);
            let home = if life.unaccompanied || !is_recorded(world, number) {
                ""
            } else {
                &life.postcode
            };
            let row = vec![
                id.clone(),
                style.day(placement.start),
                placement.codes[0].into(),
                placement.codes[1].into(),
                care.need.into(),
                placement.codes[2].into(),
                "PR1".into(),
                style.known(end, last),
                if open { "" } else { placement.ceased }.into(),
                String::new(),
                home.into(),
                "ZZ9 9ZZ".into(),
                String::new(),
            ];
            if mess.has(Switch::DuplicateRows) {
                episodes.rows.push(row.clone());
            }
            episodes.rows.push(row);
        }
    }
    spoil(&mut episodes, mess);
    vec![
        ("header", header.text(mess)),
        ("episodes", episodes.text(mess)),
        ("uasc", uasc.text(mess)),
    ]
}

/// Rows that cannot be used, of children who are not there otherwise.
fn spoil(episodes: &mut Table, mess: &Mess) {
    let Some(row) = episodes.rows.first().cloned() else {
        return;
    };
    if mess.has(Switch::BadDateRow) {
        let mut bad = row.clone();
        (bad[0], bad[1]) = ("999001".into(), "31/02/2020".into());
        episodes.rows.push(bad);
    }
    if mess.has(Switch::BlankId) {
        let mut bad = row;
        bad[0].clear();
        episodes.rows.push(bad);
    }
}

/// Early help of all years: one list.
pub(crate) fn early_help(lives: &[Life], last: Day, mess: &Mess) -> String {
    let mut table = Table::new(&["child_id", "start_date", "end_date", "organisation"]);
    let style = Style {
        mess: &Mess::default(),
    };
    for life in lives {
        for (start, end) in life.early_help.iter().filter(|(start, _)| *start <= last) {
            table.rows.push(vec![
                life.id.clone(),
                style.day(*start),
                style.known(*end, last),
                "Locality team".into(),
            ]);
        }
    }
    table.text(mess)
}

/// The safeguarding dataset on one day.
struct Safeguarding<'m> {
    last: Day,
    style: Style<'m>,
    person: Table,
    address: Table,
    episodes: Table,
    plans: Table,
    protection: Table,
    enquiries: Table,
    help: Table,
    care: Table,
}

impl<'m> Safeguarding<'m> {
    fn new(last: Day, mess: &'m Mess) -> Self {
        Self {
            last,
            style: Style { mess },
            person: Table::new(&[
                "pers_person_id",
                "pers_sex",
                "pers_ethnicity",
                "pers_dob",
                "pers_expected_dob",
                "pers_death_date",
            ]),
            address: Table::new(&[
                "addr_person_id",
                "addr_address_start_date",
                "addr_address_end_date",
                "addr_address_postcode",
            ]),
            episodes: Table::new(&[
                "cine_referral_id",
                "cine_person_id",
                "cine_referral_date",
                "cine_cin_primary_need_code",
                "cine_referral_source_code",
                "cine_referral_nfa",
                "cine_close_reason",
                "cine_close_date",
            ]),
            plans: Table::new(&[
                "cinp_cin_plan_id",
                "cinp_person_id",
                "cinp_cin_plan_start_date",
                "cinp_cin_plan_end_date",
            ]),
            protection: Table::new(&[
                "cppl_cp_plan_id",
                "cppl_person_id",
                "cppl_cp_plan_start_date",
                "cppl_cp_plan_end_date",
                "cppl_cp_plan_ola",
            ]),
            enquiries: Table::new(&[
                "s47e_s47_enquiry_id",
                "s47e_person_id",
                "s47e_s47_start_date",
            ]),
            help: Table::new(&[
                "earl_episode_id",
                "earl_person_id",
                "earl_episode_start_date",
                "earl_episode_end_date",
            ]),
            care: Table::new(&[
                "clae_cla_episode_id",
                "clae_person_id",
                "clae_cla_episode_start_date",
                "clae_cla_episode_start_reason",
                "clae_cla_primary_need_code",
                "clae_cla_episode_ceased_date",
                "clae_cla_episode_ceased_reason",
                "clae_cla_id",
            ]),
        }
    }

    fn add_person(&mut self, life: &Life, is_recorded: bool) {
        let born = life.birth <= self.last;
        let birth = self.style.day(life.birth);
        self.person.rows.push(vec![
            life.id.clone(),
            if life.sex == "male" { "M" } else { "F" }.into(),
            if born { life.ethnicity } else { "NOBT" }.into(),
            if born { birth.clone() } else { String::new() },
            if born { String::new() } else { birth },
            String::new(),
        ]);
        self.address.rows.push(vec![
            life.id.clone(),
            String::new(),
            String::new(),
            if is_recorded {
                life.postcode.clone()
            } else {
                String::new()
            },
        ]);
    }

    /// A row of a table whose columns are number, child, start and end.
    fn span(&self, life: &Life, n: usize, start: Day, end: Option<Day>) -> Vec<String> {
        vec![
            format!("{}-{n}", life.id),
            life.id.clone(),
            self.style.day(start),
            self.style.known(end, self.last),
        ]
    }

    fn add_need(&mut self, life: &Life) {
        let last = self.last;
        let known = life.cases.iter().enumerate();
        for (n, case) in known.filter(|(_, case)| case.referral <= last) {
            let closed = case.closure.filter(|(day, _)| *day <= last);
            self.episodes.rows.push(vec![
                format!("{}-{n}", life.id),
                life.id.clone(),
                self.style.day(case.referral),
                if case.no_further_action {
                    ""
                } else {
                    case.need
                }
                .into(),
                case.source.into(),
                if case.no_further_action { "Y" } else { "N" }.into(),
                closed.map_or_else(String::new, |(_, reason)| reason.into()),
                closed.map_or_else(String::new, |(day, _)| self.style.day(day)),
            ]);
            for (start, end) in case.plans.iter().filter(|(start, _)| *start <= last) {
                self.plans.rows.push(self.span(life, n, *start, *end));
            }
            for (start, end, ..) in case.protection.iter().filter(|(start, ..)| *start <= last) {
                let mut row = self.span(life, n, *start, *end);
                row.push("N".into());
                self.protection.rows.push(row);
            }
            if let Some((day, _)) = case.enquiry.filter(|(day, _)| *day <= last) {
                let mut row = self.span(life, n, day, None);
                row.truncate(3);
                self.enquiries.rows.push(row);
            }
        }
        let helped = life.early_help.iter().enumerate();
        for (n, (start, end)) in helped.filter(|(_, (start, _))| *start <= last) {
            self.help.rows.push(self.span(life, n, *start, *end));
        }
    }

    fn add_care(&mut self, life: &Life) {
        let last = self.last;
        for (n, period) in life.care.iter().enumerate() {
            for placement in period.placements.iter().filter(|p| p.start <= last) {
                let open = placement.end.is_none_or(|end| end > last);
                self.care.rows.push(vec![
                    format!("{}-{n}", life.id),
                    life.id.clone(),
                    self.style.day(placement.start),
                    placement.codes[0].into(),
                    period.need.into(),
                    self.style.known(placement.end, last),
                    if open { "" } else { placement.ceased }.into(),
                    format!("{}-{n}", life.id),
                ]);
            }
        }
    }
}

/// The safeguarding dataset on a day: tables by name.
pub(crate) fn safeguarding(
    world: &World,
    lives: &[Life],
    last: Day,
) -> Vec<(&'static str, String)> {
    let mess = Mess {
        on: vec![Switch::IsoDates],
        ..Mess::default()
    };
    let mut all = Safeguarding::new(last, &mess);
    for (number, life) in lives.iter().enumerate() {
        all.add_person(life, is_recorded(world, number));
        all.add_need(life);
        all.add_care(life);
    }
    let plain = Mess::default();
    [
        ("ssd_person", all.person),
        ("ssd_address", all.address),
        ("ssd_cin_episodes", all.episodes),
        ("ssd_cin_plans", all.plans),
        ("ssd_cp_plans", all.protection),
        ("ssd_s47_enquiry", all.enquiries),
        ("ssd_early_help_episodes", all.help),
        ("ssd_cla_episodes", all.care),
    ]
    .into_iter()
    .map(|(name, table)| (name, table.text(&plain)))
    .collect()
}

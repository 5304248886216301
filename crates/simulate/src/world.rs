//! What the invented children are like: how many, of which groups, and how help unfolds. Every
//! number here is a parameter with a default; none is a finding.

use crate::homes::HomeArea;

/// Ethnic groups as the returns code them.
pub const ETHNIC_CODES: [&str; 18] = [
    "WBRI", "WIRI", "WIRT", "WROM", "WOTH", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN",
    "AOTH", "CHNE", "BCRB", "BAFR", "BOTH", "OOTH",
];

/// One authority's children.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorityMargins {
    /// Three-digit code.
    pub old_la_code: String,
    /// How many children the authority has, relative to the others.
    pub weight: f64,
    /// Weights of the ethnic groups, in [`ETHNIC_CODES`] order.
    pub ethnicity: [f64; 18],
    /// Weights of tenths of neighbourhoods, most deprived first.
    pub deciles: [f64; 10],
    /// Neighbourhoods that children have homes in; where there are none, homes are in tenths only. Where there are,
    /// they say which groups and tenths children are of.
    pub homes: Vec<HomeArea>,
}

impl AuthorityMargins {
    /// An authority like the whole country: groups of children looked after on 31 March 2025 as
    /// published, and twice as many children in the most deprived tenth as in the least.
    #[must_use]
    pub fn like_england(old_la_code: &str) -> Self {
        Self {
            old_la_code: old_la_code.to_owned(),
            weight: 1.0,
            ethnicity: [
                66.0, 0.5, 0.5, 1.0, 3.0, 4.0, 2.0, 2.0, 3.0, 0.6, 1.6, 1.0, 1.7, 0.1, 2.0, 4.0,
                2.0, 4.0,
            ],
            deciles: [2.0, 1.8, 1.6, 1.4, 1.3, 1.2, 1.1, 1.0, 1.0, 1.0],
            homes: Vec::new(),
        }
    }
}

/// What is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Authorities.
    pub authorities: Vec<AuthorityMargins>,
    /// How many years of returns are written.
    pub years: u16,
    /// The last of them, by the year in which it ends.
    pub last_year: u16,
    /// How many years of life are simulated before the first return.
    pub years_before: u16,
    /// Children known to an authority of weight 1 in each year.
    pub children_per_year: u32,
    /// Seed.
    pub seed: u64,
    /// Chance that early help comes before a referral.
    pub early_help: f64,
    /// Chance that a case reaches a child in need plan.
    pub cin_plan: f64,
    /// Chance that a section 47 enquiry leads to a protection plan.
    pub protection_plan: f64,
    /// Chance that a case leads to care.
    pub care: f64,
    /// Chance that a closed case comes back.
    pub return_after_closure: f64,
    /// Chance of care without anything before it.
    pub straight_to_care: f64,
    /// Share of children who are unaccompanied.
    pub unaccompanied: f64,
    /// Factor on the chance of a plan for children of Black and of Asian ethnic groups: the planted gap.
    pub ethnic_gap: f64,
    /// Share of children whose home is not recorded.
    pub no_home: f64,
    /// What is made to go wrong.
    pub mess: crate::mess::Mess,
}

impl World {
    /// A world of so many authorities, all like England, and so many years of returns to 2025.
    #[must_use]
    pub fn new(authorities: usize, years: u16, seed: u64) -> Self {
        const CODES: [&str; 12] = [
            "301", "302", "303", "304", "305", "306", "307", "308", "309", "310", "311", "312",
        ];
        let code = |at: usize| {
            CODES
                .get(at)
                .map_or_else(|| format!("{:03}", 400 + at), |code| (*code).to_owned())
        };
        Self {
            authorities: (0..authorities)
                .map(|at| AuthorityMargins::like_england(&code(at)))
                .collect(),
            years,
            last_year: 2025,
            years_before: 6,
            children_per_year: 300,
            seed,
            early_help: 0.35,
            cin_plan: 0.6,
            protection_plan: 0.5,
            care: 0.12,
            return_after_closure: 0.4,
            straight_to_care: 0.03,
            unaccompanied: 0.01,
            ethnic_gap: 0.6,
            no_home: 0.0,
            mess: crate::mess::Mess::default(),
        }
    }
}

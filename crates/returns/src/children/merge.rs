//! Activities of several years made into one history: each census restates every case that was open
//! in its year, so the same episode comes several times and must count once.

use disparity_core::Day;
use disparity_core::journeys::{Coded, SpellFlags, SpellKind};

use crate::diagnostics::Code;
use crate::records::years::{After, Years};
use crate::records::{Activity, RowPlace, System};

/// Referral dates this many days apart can be one episode, re-dated.
const DRIFT_DAYS: i32 = 7;

/// Something odd about one activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ActivityOddity {
    pub(crate) code: Code,
    pub(crate) activity: Activity,
    pub(crate) message: String,
}

/// What joining the years did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Merged {
    /// Rows that restate another.
    pub(crate) restated: u64,
    /// Open at the end of a year and absent from the next; and how many were open in all.
    pub(crate) not_restated: (u64, u64),
    pub(crate) oddities: Vec<ActivityOddity>,
}

/// The order in which statements of one activity stand together, the earliest year first.
pub(crate) fn order(a: &Activity) -> (SpellKind, Day, u16, RowPlace) {
    (a.kind, a.start, a.year, a.place)
}

/// Joins the activities of one child, in place.
pub(crate) fn merge_child(activities: &mut Vec<Activity>, years: &Years, merged: &mut Merged) {
    activities.sort_by_key(order);
    let mut kept: Vec<Activity> = Vec::with_capacity(activities.len());
    // Last year in which each kept activity was stated.
    for activity in activities.drain(..) {
        match kept.last_mut() {
            Some(last)
                if last.kind == activity.kind
                    && last.start == activity.start
                    && last.flags == activity.flags =>
            {
                merged.restated += 1;
                combine(last, activity, merged);
            }
            _ => kept.push(activity),
        }
    }
    join_drifted(&mut kept, merged);
    close_absent(&mut kept, years, merged);
    *activities = kept;
}

/// The later statement wins; an end beats no end, except that an episode of need that a later year
/// gives as open is open. An extract, which is of no year, tells ends that no return was there to tell.
fn combine(last: &mut Activity, later: Activity, merged: &mut Merged) {
    let same_year = last.year == later.year;
    if last.kind == SpellKind::CinEpisode
        && last.no_further_action == Some(true)
        && later.no_further_action != Some(true)
    {
        merged.oddities.push(ActivityOddity {
            code: Code::NfaChanged,
            activity: later,
            message: String::new(),
        });
    }
    let end = match (last.end, later.end) {
        (earlier, None) if last.kind != SpellKind::CinEpisode || same_year || last.year == 0 => {
            earlier
        }
        (_, end) => end,
    };
    let parent = later.parent.or(last.parent);
    let mut coded = later.coded.or(last.coded);
    if let (Coded::Episode { closure, .. }, Coded::Episode { closure: now, .. }, None) =
        (&mut coded, later.coded, end)
    {
        // Why it closed goes with the closure that is taken back.
        *closure = now;
    }
    if let (Coded::Plan { earlier, .. }, Some(first)) = (&mut coded, last.coded.earlier_plans()) {
        // How many plans came before is known when it begins.
        *earlier = Some(first);
    }
    *last = Activity {
        end,
        parent,
        coded,
        no_further_action: later.no_further_action.or(last.no_further_action),
        ..later
    };
}

/// Two episodes a few days apart that overlap, one known only to a year and one only to the next,
/// are one whose referral date was corrected.
fn join_drifted(kept: &mut Vec<Activity>, merged: &mut Merged) {
    let mut at = 1;
    while at < kept.len() {
        let (a, b) = (kept[at - 1], kept[at]);
        let episodes = a.kind == SpellKind::CinEpisode && b.kind == SpellKind::CinEpisode;
        let further = a.no_further_action != Some(true) && b.no_further_action != Some(true);
        let near = b.start.since(a.start) <= DRIFT_DAYS;
        let overlap = a.end.unwrap_or(Day::OPEN) > b.start;
        if episodes && further && near && overlap && a.year.abs_diff(b.year) == 1 {
            let (earlier, later) = if a.year < b.year { (a, b) } else { (b, a) };
            let message = format!("{} and {}", earlier.start, later.start);
            merged.oddities.push(ActivityOddity {
                code: Code::EpisodeDateDrift,
                activity: later,
                message,
            });
            let end = if later.end.is_some() {
                later.end
            } else {
                earlier.end.filter(|_| later.year < earlier.year)
            };
            kept[at - 1] = Activity { end, ..later };
            for nested in kept.iter_mut().filter(|n| n.parent == Some(earlier.start)) {
                nested.parent = Some(later.start);
            }
            kept.remove(at);
        } else {
            at += 1;
        }
    }
}

/// What a year's own return says of its last day stands. An activity open then and absent from the
/// next return ended after it, on a day that nobody recorded; if the next year is missing, nobody
/// knows whether it ended. Either way it was running up to that day, and no longer is all that is said.
fn close_absent(kept: &mut [Activity], years: &Years, merged: &mut Merged) {
    for activity in kept
        .iter_mut()
        .filter(|a| a.end.is_none() && !a.kind.is_event() && a.system == System::Cin && a.year != 0)
    {
        if activity.kind == SpellKind::CinEpisode && activity.no_further_action == Some(true) {
            activity.end = Some(activity.start);
            continue;
        }
        merged.not_restated.1 += 1;
        let Some(own) = years.get(&activity.kind) else {
            continue;
        };
        let (flag, code) = match own.after(activity.year) {
            After::Nothing => continue,
            After::Next => (SpellFlags::END_INFERRED, Code::OpenNotRestated),
            After::Hole => (SpellFlags::END_UNKNOWN, Code::EndUnknown),
        };
        merged.not_restated.0 += u64::from(code == Code::OpenNotRestated);
        let until = own.until(activity.year).max(activity.start);
        activity.end = Some(until.plus(1));
        activity.flags = activity.flags.with(flag);
        merged.oddities.push(ActivityOddity {
            code,
            activity: *activity,
            message: format!("last stated for {}", activity.year),
        });
    }
}

/// Everything odd about a child's joined activities.
pub(crate) fn check_child(
    activities: &[Activity],
    death: Option<Day>,
    not_in_need: impl Fn(&Activity) -> bool,
    merged: &mut Merged,
) {
    let mut odd = |code, activity: &Activity, message: String| {
        merged.oddities.push(ActivityOddity {
            code,
            activity: *activity,
            message,
        });
    };
    let of = |kind: SpellKind| activities.iter().filter(move |a| a.kind == kind);
    for kind in [
        SpellKind::CinEpisode,
        SpellKind::CinPlan,
        SpellKind::ProtectionPlan,
    ] {
        let mut last: Option<&Activity> = None;
        for spell in of(kind).filter(|a| a.no_further_action != Some(true)) {
            if let Some(before) = last {
                if before.end.is_none() && spell.end.is_none() {
                    odd(
                        Code::EpisodesOpen,
                        spell,
                        format!("{} (rules 8815, 8935, 4004)", kind.as_str()),
                    );
                } else if before.end.unwrap_or(Day::OPEN) > spell.start {
                    odd(
                        Code::EpisodeOverlap,
                        spell,
                        format!("{} (rules 8820, 8940, 4014)", kind.as_str()),
                    );
                }
            }
            if spell.end == Some(spell.start) && kind != SpellKind::CinEpisode {
                odd(
                    Code::SameDaySpell,
                    spell,
                    format!("{} (rules 4012Q, 8840)", kind.as_str()),
                );
            }
            last = Some(spell);
        }
    }
    for (earlier, plan) in of(SpellKind::ProtectionPlan).enumerate() {
        if let Some(recorded) = plan.coded.earlier_plans()
            && let Some(code) = plans_disagree(recorded, earlier)
        {
            odd(code, plan, format!("{recorded} recorded, {earlier} known"));
        }
    }
    for plan in of(SpellKind::CinPlan) {
        let together = of(SpellKind::ProtectionPlan).any(|cpp| {
            plan.start < cpp.end.unwrap_or(Day::OPEN) && cpp.start < plan.end.unwrap_or(Day::OPEN)
        });
        if together {
            odd(Code::PlansTogether, plan, "rules 4001, 4016".into());
        }
    }
    for nested in activities.iter().filter(|a| a.parent.is_some()) {
        let Some(parent) = nested.parent else {
            continue;
        };
        if nested.kind == SpellKind::ProtectionPlan && nested.start < parent {
            odd(Code::PlanBeforeReferral, nested, "rule 1105".into());
        }
        let closed = of(SpellKind::CinEpisode)
            .find(|e| e.start == parent && not_in_need_or_closed(e, &not_in_need));
        if closed
            .and_then(|e| e.end)
            .is_some_and(|end| nested.start > end)
        {
            odd(Code::ActivityAfterClosure, nested, "rule 8565".into());
        }
    }
    if let Some(death) = death {
        for late in activities.iter().filter(|a| a.start > death) {
            odd(
                Code::ActivityAfterDeath,
                late,
                "rules 4008, 8555, 8915".into(),
            );
        }
    }
}

/// Whether the number of previous plans recorded with a plan and the number of earlier ones known
/// contradict each other on whether there was any.
const fn plans_disagree(recorded: u8, earlier: usize) -> Option<Code> {
    match (recorded, earlier) {
        (0, 0) => None,
        (0, _) => Some(Code::PlansMiscounted),
        (_, 0) => Some(Code::PlansUnseen),
        _ => None,
    }
}

fn not_in_need_or_closed(episode: &Activity, not_in_need: &impl Fn(&Activity) -> bool) -> bool {
    episode.end.is_some() || not_in_need(episode)
}

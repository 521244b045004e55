//! What must hold of every write: I2, I3 and I4.

use std::collections::BTreeMap;

use hopover_core::group::Group;
use hopover_core::id::{GroupName, MemberName};
use hopover_core::route::RouteKey;
use hopover_core::trigger::{Order, Trigger};
use hopover_core::write::WriteResult;
use hopover_sim::record::Write;

use super::sight::{View, holder, owner, preferred};
use super::{Checked, History, Invariant, Violation};

/// Why a write was made, as the reference sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its holder was down.
    Failover,
    /// Its operator prefers another member.
    Failback,
    /// An operator asked for it.
    Switchover,
}

/// Judges every write.
pub(super) fn judge(history: &History<'_>, checked: &mut Checked) -> Result<Vec<Reason>, Violation> {
    let mut reasons = Vec::with_capacity(history.record.writes.len());
    let mut view: Option<(&Write, View<'_>)> = None;
    let mut settled: BTreeMap<(u64, &GroupName, &RouteKey), bool> = BTreeMap::new();
    for write in &history.record.writes {
        let (Some(sight), Some(group)) = (&write.sight, history.group(&write.group)) else {
            checked
                .expect(Invariant::WriteIsOurs, false, || format!("{} was written unseen", write.change))?;
            continue;
        };
        // Hundreds of writes may go by one look.
        let same = |(last, _): &(&Write, View<'_>)| {
            last.run == write.run
                && last.group == write.group
                && last.sight.as_ref().is_some_and(|last| std::sync::Arc::ptr_eq(last, sight))
        };
        if !view.as_ref().is_some_and(same) {
            view = Some((write, View::new(group, sight, &write.trigger)));
        }
        let Some((_, view)) = &view else { continue };
        let acknowledged = matches!(write.answer, Some((_, WriteResult::Replaced)));
        let before = settled.insert((write.run, &write.group, &write.change.key), acknowledged);
        let case = Case { write, group, view, settled: before.unwrap_or(false) };
        case.is_ours(checked)?;
        case.target_is_not_down(checked)?;
        reasons.push(case.is_due(checked)?);
    }
    Ok(reasons)
}

/// A write and what its pass went by.
struct Case<'a> {
    write: &'a Write,
    group: &'a Group,
    view: &'a View<'a>,
    /// The pass has moved this route already. What it was told has had its say.
    settled: bool,
}

/// The order that a trigger is, if it is about that route.
pub(super) fn order<'a>(trigger: &'a Trigger, group: &GroupName, key: &RouteKey) -> Option<&'a Order> {
    match trigger {
        Trigger::Order(order) if order.group == *group => {
            Some(order).filter(|order| order.tables.is_empty() || order.tables.contains(&key.table))
        }
        _ => None,
    }
}

impl Case<'_> {
    fn is_ours(&self, checked: &mut Checked) -> Result<(), Violation> {
        let change = &self.write.change;
        let seen = self.view.route(&change.key).and_then(|(table, route)| holder(self.group, table, route));
        let (to, from) = (owner(self.group, &change.to.interface), owner(self.group, &change.from.interface));
        let holds = match (seen, from, to) {
            (Some(seen), Some(from), Some(to)) => {
                seen.0.name == from.0.name && seen.1 == from.1 && to.0.name != seen.0.name && to.1 == seen.1
            }
            _ => false,
        };
        checked.expect(Invariant::WriteIsOurs, holds, || {
            let seen = seen.map_or_else(
                || "it was not the group's".to_owned(),
                |(member, path)| format!("it was on {path} of {}", member.name),
            );
            format!("{}: {change} was written, and {seen}", self.at())
        })
    }

    fn target_is_not_down(&self, checked: &mut Checked) -> Result<(), Violation> {
        let Some(to) = self.to() else { return Ok(()) };
        let ordered = self.order().filter(|order| order.to == *to);
        let forced = ordered.is_some_and(|order| order.force) && !self.settled;
        let down = self.view.seen_down(to) || self.view.said_down(to);
        checked.expect(Invariant::TargetNotDown, forced || !down, || {
            format!("{}: {} was written, and {to} was known to be down", self.at(), self.write.change)
        })
    }

    fn is_due(&self, checked: &mut Checked) -> Result<Reason, Violation> {
        let (Some(from), Some(to)) = (self.from(), self.to()) else { return Ok(Reason::Failover) };
        let failed = self.view.seen_down(from) || (!self.settled && self.view.said_down(from));
        // An order that is not forced goes to a member that is seen to be up.
        let ordered = !self.settled
            && self.order().is_some_and(|order| {
                order.to == *to && (order.force || (self.view.sees_instances() && !self.view.seen_down(to)))
            });
        let wanted = !self.settled
            && preferred(self.group, &self.write.change.key) == Some(to)
            && self.view.may_take_back(to);
        checked.expect(Invariant::MoveIsDue, failed || ordered || wanted, || {
            let settled = if self.settled { ", which the pass had moved before" } else { "" };
            format!(
                "{}: {} was written{settled}, and nothing spoke against {from}",
                self.at(),
                self.write.change
            )
        })?;
        if !ordered && failed {
            self.takes_the_best(from, to, checked)?;
        }
        Ok(match (ordered, failed) {
            (true, _) => Reason::Switchover,
            (_, true) => Reason::Failover,
            _ => Reason::Failback,
        })
    }

    fn takes_the_best(
        &self,
        from: &MemberName,
        to: &MemberName,
        checked: &mut Checked,
    ) -> Result<(), Violation> {
        let change = &self.write.change;
        let Some((_, path)) = owner(self.group, &change.to.interface) else { return Ok(()) };
        let best = self.view.best(&change.key, from, path).map(|member| &member.name);
        checked.expect(Invariant::BestIsTaken, best == Some(to), || {
            let best = best.map_or("nobody", MemberName::as_str);
            format!("{}: {change} was written, and {best} was better", self.at())
        })
    }

    fn order(&self) -> Option<&Order> {
        order(&self.write.trigger, &self.group.name, &self.write.change.key)
    }

    fn from(&self) -> Option<&MemberName> {
        owner(self.group, &self.write.change.from.interface).map(|(member, _)| &member.name)
    }

    fn to(&self) -> Option<&MemberName> {
        owner(self.group, &self.write.change.to.interface).map(|(member, _)| &member.name)
    }

    fn at(&self) -> String {
        format!("{} run {}", self.write.sent_at, self.write.run)
    }
}

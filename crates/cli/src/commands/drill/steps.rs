//! The steps of a drill: what is done, and what should come of it.

use hopover_core::Span;
use hopover_core::id::MemberName;

/// What is done to a member's instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Stop(MemberName),
    Start(MemberName),
}

impl Act {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stop(member) => format!("stop {member}"),
            Self::Start(member) => format!("start {member}"),
        }
    }

    pub(super) fn member(&self) -> &MemberName {
        match self {
            Self::Stop(member) | Self::Start(member) => member,
        }
    }
}

/// A step: what is done, who should carry the routes afterwards, and what people must have been told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) acts: Vec<Act>,
    pub(super) carrier: MemberName,
    /// The same in words.
    pub(super) expected: String,
    pub(super) told: Vec<String>,
    /// How long a recovered member has to be up before it gets routes back.
    pub(super) delay: Span,
}

impl Step {
    pub(super) fn name(&self) -> String {
        self.acts.iter().map(Act::name).collect::<Vec<_>>().join(", ")
    }
}

/// A member that gets every route back when it is well again, and how long it must have been up.
pub(super) type Preferred<'a> = (&'a MemberName, Span);

/// The original's acceptance test: stop and start the member that carries the routes, then its peer.
pub(super) fn acceptance(
    first: &MemberName,
    second: &MemberName,
    preferred: Option<Preferred<'_>>,
) -> Vec<Step> {
    let mut carrier = first;
    let mut steps = Vec::new();
    for (member, peer) in [(first, second), (second, first)] {
        steps.push(stop(member, peer, carrier));
        carrier = peer;
        let back = preferred.filter(|(preferred, _)| *preferred == member && carrier != member);
        steps.push(start(member, carrier, back));
        if back.is_some() {
            carrier = member;
        }
    }
    steps
}

fn stop(member: &MemberName, peer: &MemberName, carrier: &MemberName) -> Step {
    let moves = carrier == member;
    let expected = if moves {
        format!("every route of {member} moves to {peer}")
    } else {
        format!("{member} carries nothing: the routes stay on {peer}")
    };
    Step {
        acts: vec![Act::Stop(member.clone())],
        carrier: peer.clone(),
        expected,
        told: if moves { vec![format!("moved from {member} to {peer}")] } else { Vec::new() },
        delay: Span::ZERO,
    }
}

fn start(member: &MemberName, carrier: &MemberName, back: Option<Preferred<'_>>) -> Step {
    let acts = vec![Act::Start(member.clone())];
    match back {
        Some((_, delay)) => Step {
            acts,
            carrier: member.clone(),
            expected: format!(
                "preferred: the routes go back to {member} when it was up for {} s",
                delay.as_secs()
            ),
            told: vec![format!("moved from {carrier} to {member}")],
            delay,
        },
        None => Step {
            acts,
            carrier: carrier.clone(),
            expected: format!("no failback: the routes stay on {carrier}"),
            told: Vec::new(),
            delay: Span::ZERO,
        },
    }
}

/// The step that the original leaves out: both members are down at once, the one that carries the routes last.
pub(super) fn both_down(carrier: &MemberName, peer: &MemberName) -> Step {
    Step {
        acts: vec![Act::Stop(peer.clone()), Act::Stop(carrier.clone()), Act::Start(peer.clone())],
        carrier: peer.clone(),
        expected: format!("with both down nothing moves; when {peer} is back, the routes follow"),
        told: vec![
            format!("standby {peer} is down"),
            "NO healthy next hop".to_owned(),
            format!("moved from {carrier} to {peer}"),
        ],
        delay: Span::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str) -> MemberName {
        name.parse().unwrap()
    }

    fn carriers(preferred: Option<&str>) -> Vec<(String, String)> {
        let preferred = preferred.map(member);
        let preferred = preferred.as_ref().map(|member| (member, Span::from_secs(300)));
        let steps = acceptance(&member("A"), &member("B"), preferred);
        steps.iter().map(|step| (step.name(), step.carrier.to_string())).collect()
    }

    fn pairs<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
        expected.map(|(step, carrier)| (step.to_owned(), carrier.to_owned())).to_vec()
    }

    #[test]
    fn without_preference_the_routes_move_only_when_their_holder_stops() {
        let expected = [("stop A", "B"), ("start A", "B"), ("stop B", "A"), ("start B", "A")];
        assert_eq!(carriers(None), pairs(expected));
    }

    #[test]
    fn a_preferred_member_gets_its_routes_back_and_keeps_them() {
        let expected = [("stop A", "B"), ("start A", "A"), ("stop B", "A"), ("start B", "A")];
        assert_eq!(carriers(Some("A")), pairs(expected));
    }

    #[test]
    fn a_preferred_peer_gets_the_routes_at_last() {
        let expected = [("stop A", "B"), ("start A", "B"), ("stop B", "A"), ("start B", "B")];
        assert_eq!(carriers(Some("B")), pairs(expected));
    }

    #[test]
    fn nobody_is_told_of_a_move_that_is_not_expected() {
        let steps = acceptance(&member("A"), &member("B"), Some((&member("A"), Span::from_secs(60))));
        let told: Vec<_> = steps.iter().map(|step| step.told.len()).collect();
        assert_eq!(told, [1, 1, 0, 0]);
    }
}

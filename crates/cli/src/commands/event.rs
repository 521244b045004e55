//! `hopover event`: a valid test event, for the Lambda console or for `invoke`.

use std::process::ExitCode;

use clap::Args;
use hopover_core::observation::InstanceState;
use hopover_core::trigger::Order;
use hopover_sim::event;

use crate::failure::Failure;
use crate::place::{Place, Where};
use crate::{lookup, output};

/// Arguments of `event`.
#[derive(Debug, Args)]
pub(crate) struct Event {
    /// The member whose instance the event is about: its name, instance or interface.
    #[arg(long, value_name = "MEMBER", required_unless_present_any = ["sweep", "to"])]
    member: Option<String>,
    /// The state that the instance entered.
    #[arg(long, value_parser = state, default_value = "stopped", value_name = "STATE")]
    state: InstanceState,
    /// Instead: the scheduled event that makes hopover look.
    #[arg(long, conflicts_with_all = ["member", "to"])]
    sweep: bool,
    /// Instead: an order that moves every route to this member.
    #[arg(long, value_name = "MEMBER", conflicts_with = "member")]
    to: Option<String>,
    /// The group of the member, if there are several.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    #[command(flatten)]
    at: Where,
}

fn state(name: &str) -> Result<InstanceState, String> {
    let known = || InstanceState::ALL.map(InstanceState::as_str).join(", ");
    InstanceState::from_name(name).ok_or_else(|| format!("expected one of {}", known()))
}

pub(crate) fn run(arguments: &Event) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    let group = place.group(arguments.group.as_deref())?;
    let event = if arguments.sweep {
        event::sweep(&group.region, place.now())
    } else {
        let seen = place.observe(&group)?;
        match (&arguments.to, &arguments.member) {
            (Some(to), _) => event::switchover(&Order {
                group: group.name.clone(),
                to: lookup::member(&group, &seen, to)?,
                tables: std::collections::BTreeSet::new(),
                force: false,
            }),
            (None, Some(name)) => {
                let member = lookup::member(&group, &seen, name)?;
                let member = group.member(&member);
                let instance = member.and_then(|member| seen.instances_of(member).next());
                let instance = instance.map(|instance| &instance.id).ok_or_else(|| {
                    Failure::Usage(format!(
                        "no instance holds an interface of {name}: there is none to speak of"
                    ))
                })?;
                event::state_change(&group.region, instance, arguments.state, place.now(), TEST)
            }
            (None, None) => return Err(Failure::Usage("name a --member".to_owned())),
        }
    };
    output::json(&event)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the event's id.
const TEST: u64 = 0;

//! The EventBridge events that a VPC emits.

use hopover_core::Timestamp;
use hopover_core::id::{InstanceId, Region};
use hopover_core::observation::InstanceState;
use hopover_core::trigger::Order;
use serde_json::{Value, json};

/// The account of the embedded VPC: AWS's own example account.
pub const ACCOUNT: &str = "123456789012";

/// An "EC2 Instance State-change Notification", as EventBridge delivers it; `number` makes its id.
pub fn state_change(
    region: &Region,
    instance: &InstanceId,
    state: InstanceState,
    at: Timestamp,
    number: u64,
) -> Value {
    json!({
        "version": "0",
        "id": format!("00000000-0000-4000-8000-{number:012x}"),
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "time": whole_seconds(at),
        "region": region,
        "resources": [format!("arn:{}:ec2:{region}:{ACCOUNT}:instance/{instance}", region.partition())],
        "detail": { "instance-id": instance, "state": state },
    })
}

/// The scheduled event that makes hopover look again.
pub fn sweep(region: &Region, at: Timestamp) -> Value {
    json!({
        "version": "0",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": ACCOUNT,
        "time": whole_seconds(at),
        "region": region,
        "resources": [],
        "detail": {},
    })
}

/// An operator's order to move routes.
pub fn switchover(order: &Order) -> Value {
    json!({ "source": "hopover", "detail-type": "Switchover", "detail": order })
}

/// EventBridge stamps whole seconds.
fn whole_seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

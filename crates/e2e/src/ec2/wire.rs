//! EC2's Query protocol: a form in, XML out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use super::world::{MEMBERS, Member, Refusal, Route, VPC, World};

/// What `xmlns` EC2 answers with.
const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// The parameters of a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(crate) fn from_form(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (decoded(name), decoded(value))).collect())
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The values of a list, or of a filter, whose parameters begin like this.
    fn values(&self, beginning: &str) -> Vec<&str> {
        let with_beginning = self.0.iter().filter(|(name, _)| name.starts_with(beginning));
        with_beginning.map(|(_, value)| value.as_str()).collect()
    }
}

/// Undoes `application/x-www-form-urlencoded`.
fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = (digit().unwrap_or_default(), digit().unwrap_or_default());
                u8::try_from(high << 4 | low).unwrap_or_default()
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Does what a call asks for and gives the document that answers it.
pub(crate) fn perform(call: &Parameters, world: &mut World, now: Instant) -> Result<String, Refusal> {
    let table = call.get("RouteTableId");
    let destination = call.get("DestinationCidrBlock");
    let interface = call.get("NetworkInterfaceId");
    let content = match call.get("Action") {
        "DescribeInstances" => instances(call),
        "DescribeRouteTables" => route_tables(call, world),
        "ReplaceRoute" => done(world.replace(table, destination, interface))?,
        "DeleteRoute" => done(world.delete(table, destination, now))?,
        "CreateRoute" => done(world.create(table, destination, interface, now))?,
        action => {
            return Err(Refusal {
                code: "InvalidAction",
                message: format!("The action {action} is not valid for this web service."),
            });
        }
    };
    Ok(response(call.get("Action"), &content))
}

/// EC2's form of an error.
pub(crate) fn refused(Refusal { code, message }: &Refusal) -> String {
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>00000000-0000-0000-0000-000000000000</RequestID></Response>"
    )
}

fn response(action: &str, content: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><requestId>00000000-0000-0000-0000-000000000000</requestId>\
         {content}</{action}Response>"
    )
}

fn done(result: Result<(), Refusal>) -> Result<String, Refusal> {
    result.map(|()| "<return>true</return>".to_owned())
}

/// Knows the question by instance and the filter by interface; any other question is for all.
fn instances(call: &Parameters) -> String {
    let (ids, filter) = (call.values("InstanceId."), call.values("Filter."));
    let wanted = |member: &&Member| {
        let by_id = ids.is_empty() || ids.contains(&member.instance);
        by_id && (filter.is_empty() || filter.contains(&member.interface))
    };
    let found = MEMBERS.iter().filter(wanted).map(reservation);
    format!("<reservationSet>{}</reservationSet>", found.collect::<String>())
}

fn reservation(member: &Member) -> String {
    let Member { instance, interface, zone } = member;
    format!(
        "<item><reservationId>r-0a</reservationId><ownerId>111122223333</ownerId><groupSet/><instancesSet><item>\
         <instanceId>{instance}</instanceId><instanceState><code>16</code><name>running</name></instanceState>\
         <launchTime>2026-01-01T00:00:00.000Z</launchTime>\
         <placement><availabilityZone>{zone}</availabilityZone></placement><vpcId>{VPC}</vpcId>\
         <networkInterfaceSet><item><networkInterfaceId>{interface}</networkInterfaceId><vpcId>{VPC}</vpcId>\
         <status>in-use</status><sourceDestCheck>false</sourceDestCheck>\
         <attachment><deviceIndex>0</deviceIndex><status>attached</status></attachment></item></networkInterfaceSet>\
         </item></instancesSet></item>"
    )
}

fn route_tables(call: &Parameters, world: &World) -> String {
    let filter = call.values("Filter.");
    let mut xml = "<routeTableSet>".to_owned();
    let tables = world.tables.iter();
    for (id, routes) in tables.filter(|_| filter.is_empty() || filter.contains(&VPC)) {
        let _ = write!(
            xml,
            "<item><routeTableId>{id}</routeTableId><vpcId>{VPC}</vpcId><ownerId>111122223333</ownerId><routeSet>\
             <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId>\
             <state>active</state><origin>CreateRouteTable</origin></item>"
        );
        for (destination, route) in routes {
            if let Route::To(interface) = route {
                let holder = MEMBERS.iter().find(|member| member.interface == *interface);
                let instance = holder.map_or("", |member| member.instance);
                let _ = write!(
                    xml,
                    "<item><destinationCidrBlock>{destination}</destinationCidrBlock>\
                     <networkInterfaceId>{interface}</networkInterfaceId><instanceId>{instance}</instanceId>\
                     <instanceOwnerId>111122223333</instanceOwnerId>\
                     <state>active</state><origin>CreateRoute</origin></item>"
                );
            }
        }
        xml.push_str("</routeSet><associationSet/><propagatingVgwSet/><tagSet/></item>");
    }
    xml + "</routeTableSet>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_clients_write_it() {
        let call = Parameters::from_form(b"Action=DeleteRoute&DestinationCidrBlock=10.1.0.0%2F24&Note=a+b");
        assert_eq!(call.get("DestinationCidrBlock"), "10.1.0.0/24");
        assert_eq!(call.get("Note"), "a b");
        assert_eq!(call.get("Missing"), "");
    }
}

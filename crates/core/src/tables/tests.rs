use super::*;

fn kind(id: &str) -> Option<TargetKind> {
    TargetKind::of(&id.parse().map_or_else(|_| Target::Other(id.to_owned()), Target::Interface))
}

#[test]
fn an_id_says_by_which_parameter_it_is_written() {
    for (id, parameter) in [
        ("eni-a-lan", "NetworkInterfaceId"),
        ("igw-main", "GatewayId"),
        ("vgw-direct-connect", "GatewayId"),
        ("vpce-0a", "VpcEndpointId"),
        ("nat-1", "NatGatewayId"),
        ("eigw-1", "EgressOnlyInternetGatewayId"),
        ("arn:aws:networkmanager::123456789012:core-network/core-network-0a", "CoreNetworkArn"),
        ("arn:aws:odb:us-east-1:123456789012:odb-network/odbnet_1", "OdbNetworkArn"),
        ("local", "GatewayId"),
    ] {
        assert_eq!(kind(id).map(TargetKind::parameter), Some(parameter), "{id}");
    }
}

#[test]
fn what_is_newer_than_this_version_has_no_parameter() {
    for id in ["unknown", "", "localhost", "eni-Not_An_Id", "arn:aws:ec2:::gateway/1"] {
        assert_eq!(kind(id), None, "{id}");
    }
}

use super::*;
use crate::testing::{World, at, id, route};

/// A table of the group, and one with bystanders and everything that a table can be associated with.
fn world() -> World {
    let mut propagated = route("192.168.0.0/16", "vgw-1");
    propagated.origin = Origin::Propagated;
    let mut world = World::pair().table(
        "rtb-public",
        [
            route("::/0", "eigw-1"),
            route("0.0.0.0/0", "igw-main"),
            propagated,
            route("pl-branches", "eni-b-wan"),
        ],
    );
    world.table_mut("rtb-public").name = Some("public, \"old\"\n".to_owned());
    world
}

fn tables() -> Tables {
    let with = |id: &str, with| Association { id: Some(format!("rtbassoc-{id}")), with };
    let associations = BTreeMap::from([(
        id("rtb-public"),
        vec![
            with("s", Associated::Subnet("subnet-a".to_owned())),
            with("m", Associated::Main),
            with("g", Associated::Gateway("igw-main".to_owned())),
        ],
    )]);
    Tables { tables: world().seen.tables, associations, ..Tables::default() }
}

fn backup() -> Backup {
    let group = world().group;
    let groups = [std::sync::Arc::new(group.clone())];
    Backup::of(&group.region, &group.vpc, &groups, tables(), at(1_500)).unwrap()
}

fn refused(text: &str) -> String {
    Backup::from_text(text, false).unwrap_err().to_string()
}

#[test]
fn a_route_has_one_line_and_the_file_reads_like_a_document() {
    let expected = r#"{
  "about": "route tables of a VPC, by `hopover backup`; `hopover restore` puts them back",
  "version": 1,
  "taken_at": "2026-01-01T00:00:01Z",
  "region": "eu-central-1",
  "vpc": "vpc-main",
  "groups": [
    {
      "name": "vaer",
      "members": {
        "A": {"lan": "eni-a-lan", "wan": "eni-a-wan"},
        "B": {"lan": "eni-b-lan", "wan": "eni-b-wan"}
      }
    }
  ],
  "tables": [
    {
      "id": "rtb-main",
      "associations": [],
      "routes": [
        {"destination": "0.0.0.0/0", "target": {"NetworkInterfaceId": "eni-a-lan"}, "origin": "CreateRoute", "state": "active"},
        {"destination": "10.1.0.0/16", "target": {"NetworkInterfaceId": "eni-a-lan"}, "origin": "CreateRoute", "state": "active"}
      ]
    },
    {
      "id": "rtb-public",
      "name": "public, \"old\"\n",
      "associations": [
        {"main": true, "id": "rtbassoc-m"},
        {"subnet": "subnet-a", "id": "rtbassoc-s"},
        {"gateway": "igw-main", "id": "rtbassoc-g"}
      ],
      "routes": [
        {"destination": "0.0.0.0/0", "target": {"GatewayId": "igw-main"}, "origin": "CreateRoute", "state": "active"},
        {"destination": "192.168.0.0/16", "target": {"GatewayId": "vgw-1"}, "origin": "EnableVgwRoutePropagation", "state": "active"},
        {"destination": "::/0", "target": {"EgressOnlyInternetGatewayId": "eigw-1"}, "origin": "CreateRoute", "state": "active"},
        {"destination": "pl-branches", "target": {"NetworkInterfaceId": "eni-b-wan"}, "origin": "CreateRoute", "state": "active"}
      ]
    }
  ],
"#;
    let text = backup().to_text();
    let (content, checksum) = text.split_once("  \"sha256\": ").unwrap();
    assert_eq!(content, expected);
    assert_eq!(checksum.len(), 64 + "\"\"\n}\n".len());
}

#[test]
fn what_was_written_is_read_back_whole() {
    assert_eq!(Backup::from_text(&backup().to_text(), false), Ok(backup()));
}

#[test]
fn the_name_of_a_file_says_of_what_and_when() {
    assert_eq!(backup().file_name(), "hopover-backup-vpc-main-20260101T000001Z.json");
}

#[test]
fn a_file_that_is_only_spaced_differently_is_the_same() {
    let text = backup().to_text();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Backup::from_text(&text.replace('\n', "\r\n\t"), false), Ok(backup()));
    assert_eq!(
        Backup::from_text(&value.to_string(), false),
        Ok(backup()),
        "the order of keys does not matter either"
    );
}

#[test]
fn wherever_a_file_is_cut_it_is_refused() {
    let text = backup().to_text();
    let end = text.trim_end().len();
    for cut in (0..end).filter(|cut| text.is_char_boundary(*cut)) {
        let refused = Backup::from_text(&text[..cut], true).unwrap_err();
        assert!(matches!(refused, BackupError::CutShort { .. } | BackupError::Empty), "{refused} at {cut}");
    }
    let half = &text[..text.find("eni-b-wan\"}, \"origin").unwrap()];
    assert_eq!(refused(half), "it is cut short: it ends in line 37, before the backup does");
    assert_eq!(refused(" \n"), "it is empty");
}

#[test]
fn an_edited_file_is_refused_unless_that_was_on_purpose() {
    let edited = backup().to_text().replacen("eni-a-lan\"}", "eni-b-lan\"}", 1);
    assert!(refused(&edited).starts_with("it was changed since it was written"), "{}", refused(&edited));
    let read = Backup::from_text(&edited, true).unwrap();
    assert_eq!(read.tables.tables[&id("rtb-main")].routes[0].target, Target::Interface(id("eni-b-lan")));
    let without_checksum =
        backup().to_text().lines().filter(|line| !line.contains("sha256")).collect::<String>();
    let without_checksum = without_checksum.replace("],}", "]}");
    assert_eq!(Backup::from_text(&without_checksum, false), Err(BackupError::Edited));
    assert_eq!(Backup::from_text(&without_checksum, true), Ok(backup()));
}

#[test]
fn nonsense_is_refused_with_its_line_and_what_would_be_right() {
    for (right, wrong, told) in [
        (
            "\"10.1.0.0/16\"",
            "\"10.1.0.0/33\"",
            "line 22, tables[0].routes[1].destination: \"10.1.0.0/33\" is no destination: expected a CIDR block such as \
             10.0.0.0/16 or a prefix list pl-…",
        ),
        (
            "{\"GatewayId\": \"igw-main\"}, \"origin\"",
            "{\"NatGatewayId\": \"igw-main\"}, \"origin\"",
            "line 34, tables[1].routes[0].target: \"igw-main\" stands under \"NatGatewayId\": expected GatewayId",
        ),
        (
            "{\"NetworkInterfaceId\": \"eni-b-wan\"}",
            "\"eni-b-wan\"",
            "line 37, tables[1].routes[3].target: found string \"eni-b-wan\", expected an object",
        ),
        (
            "\"10.1.0.0/16\"",
            "\"0.0.0.0/0\"",
            "line 22, tables[0].routes: 0.0.0.0/0 is there twice: leave one of them out",
        ),
        ("\"rtb-public\"", "\"rtb-main\"", "line 26, tables: rtb-main is there twice: leave one of them out"),
        (
            "\"id\": \"rtb-main\"",
            "\"id\": \"main\"",
            "line 18, tables[0].id: \"main\" is not a route table id: expected rtb- followed by letters and digits",
        ),
        (
            "\"vpc\": \"vpc-main\"",
            "\"wpc\": \"vpc-main\"",
            "line 6, wpc: unknown field `wpc`, expected one of `about`, `version`, `taken_at`, `region`, `vpc`, `groups`, \
             `tables`, `sha256`",
        ),
        (
            "\"subnet\": \"subnet-a\", ",
            "",
            "line 30, tables[1].associations[1]: an association is with one of",
        ),
        ("\"version\": 1", "\"version\": 2", "it has version 2, and this hopover reads version 1"),
        ("\"about\": \"route", "\"about\": \"embedded route", "it is no backup: expected a file as"),
    ] {
        let text = backup().to_text();
        assert!(text.contains(right), "{right}");
        let refused = refused(&text.replacen(right, wrong, 1));
        assert!(refused.starts_with(told), "{refused}\nis not\n{told}");
    }
}

#[test]
fn other_files_are_no_backups() {
    for text in
        ["{}", "[]", "1", "{\"version\": 1, \"instances\": []}", "{\"about\": {\"a\": [1]}, \"version\": -1}"]
    {
        assert_eq!(refused(text), BackupError::SomethingElse.to_string(), "{text}");
    }
    assert!(refused("[[group]]").starts_with("line 1: "), "{}", refused("[[group]]"));
    assert!(refused("name = 1").starts_with("line 1: expected ident"), "{}", refused("name = 1"));
}

#[test]
fn a_backup_is_not_made_of_what_ec2_cannot_have_shown() {
    let with = |spoil: fn(&mut Route)| {
        let mut tables = tables();
        spoil(&mut tables.tables.get_mut(&id("rtb-main")).unwrap().routes[1]);
        let group = world().group;
        Backup::of(&group.region, &group.vpc, [std::sync::Arc::new(group.clone())], tables, at(0))
            .map_err(|e| e.to_string())
    };
    let refused = with(|route| route.destination = Destination::Ipv4("everywhere".to_owned())).unwrap_err();
    assert!(refused.starts_with("\"everywhere\" is no destination"), "{refused}");
    let refused = with(|route| route.destination = Destination::Ipv4("0.0.0.0/0".to_owned())).unwrap_err();
    assert_eq!(refused, "0.0.0.0/0 in rtb-main is there twice");
    let refused = with(|route| route.target = Target::Other("a b".to_owned())).unwrap_err();
    assert!(refused.starts_with("\"a b\" is no target"), "{refused}");
    let nameless = with(|route| route.origin = Origin::Other(String::new())).unwrap();
    assert_eq!(Backup::from_text(&nameless.to_text(), false), Ok(nameless));
}

#[test]
fn tables_of_another_vpc_are_not_part_of_it() {
    let mut tables = tables();
    tables.tables.get_mut(&id("rtb-main")).unwrap().vpc = id("vpc-other");
    let group = world().group;
    let made =
        Backup::of(&group.region, &group.vpc, [std::sync::Arc::new(group.clone())], tables, at(0)).unwrap();
    assert_eq!(made.tables.tables.keys().map(ToString::to_string).collect::<Vec<_>>(), ["rtb-public"]);
}

mod addressees;
mod environment;
mod file;

use super::*;
use crate::testing::id;

/// Reads an environment of these variables.
fn env(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_env(|name| {
        let found = variables.iter().find(|(variable, _)| *variable == name)?;
        Some(found.1.to_owned())
    })
}

fn refused(result: Result<Config, ConfigError>) -> String {
    result.unwrap_err().to_string()
}

const WHOLE: &str = r#"
topic = "arn:aws-cn:sns:cn-northwest-1:123456789012:network"

[[group]]
name = "edge"
region = "cn-northwest-1"
vpc = "vpc-main"
exclude = ["rtb-lab"]
preempt = "B"
failback_delay_seconds = 600

[[group.member]]
name = "A"
interfaces = { lan = "eni-a-lan", wan = "eni-a-wan" }
home = ["rtb-zone-a"]

[[group.member]]
name = "B"
interfaces = { lan = "eni-b-lan", wan = "eni-b-wan" }

[[group]]
name = "firewall"
region = "cn-north-1"
vpc = "vpc-other"

[[group.member]]
name = "one"
interface = "eni-1"

[[group.member]]
name = "two"
interface = "eni-2"
"#;

fn whole() -> Config {
    Config::from_toml("hopover.toml", WHOLE).unwrap()
}

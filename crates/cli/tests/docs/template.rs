//! The names of the `CloudFormation` template.

use std::collections::BTreeSet;

use crate::documents::read;

/// The shipped template.
pub(crate) struct Template {
    text: String,
}

impl Template {
    pub(crate) fn shipped() -> Self {
        Self { text: read("deploy/cloudformation/hopover.yaml") }
    }

    /// The names of the alarms of a stack.
    pub(crate) fn alarms(&self, stack: &str) -> BTreeSet<String> {
        let names = self.text.lines().filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub "));
        names.map(|name| name.replace("${AWS::StackName}", stack)).collect()
    }
}

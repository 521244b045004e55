//! The calls that hopover makes.

/// An API action of EC2 that hopover calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// `DescribeInstances`.
    DescribeInstances,
    /// `DescribeRouteTables`.
    DescribeRouteTables,
    /// `ReplaceRoute`.
    ReplaceRoute,
}

impl Call {
    /// Every call.
    pub const ALL: [Self; 3] = [Self::DescribeInstances, Self::DescribeRouteTables, Self::ReplaceRoute];
}

//! The calls that hopover makes.

/// An API action of EC2 that the function or an operator calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// `DescribeInstances`.
    DescribeInstances,
    /// `DescribeRouteTables`.
    DescribeRouteTables,
    /// `ReplaceRoute`.
    ReplaceRoute,
    /// `CreateRoute`: only an operator who restores.
    CreateRoute,
    /// `DeleteRoute`: only an operator who restores.
    DeleteRoute,
}

impl Call {
    /// Every call that the function makes.
    pub const ALL: [Self; 3] = [Self::DescribeInstances, Self::DescribeRouteTables, Self::ReplaceRoute];
}

//! What is deployed, against the code: the template is resolved for each partition and compared.

mod deployment;
mod events;
mod iam;
mod metrics;
mod policy;
mod shape;
mod stack;

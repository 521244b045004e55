//! What is deployed, against the code: the template is resolved for each partition and compared.

mod events;
mod iam;
mod metrics;
mod policy;
mod shape;
mod stack;
